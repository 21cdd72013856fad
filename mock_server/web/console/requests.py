"""The journal: requests as they come, one of them whole, near misses and violations."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mock_server.domain.clients.journal import Entry
from mock_server.domain.clients.searching import holding
from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.console.frame import framed, link, query_of, rendered
from mock_server.web.console.orders import shown
from mock_server.web.console.snippets import curl_of
from mock_server.web.control.call import ControlCall
from mock_server.web.control.live import event, following
from mock_server.web.control.misses import clause, missed, told
from mock_server.web.control.replies import answer
from mock_server.web.control.requests import request_of
from mock_server.web.control.turns import in_turns
from mock_server.world import journals

ROWS = 100  # on a page
FILTERS = ("operation", "status", "fault", "text")


def page(call: ControlCall) -> Reply:
    """The newest requests that the filters of the address let through, and a way to the older ones."""
    filters, before = query_of(call, *FILTERS), call.number("before", 0)
    if call.key is None and call.ask_all:
        return shown(call, "/console/requests", partial(_page, call, filters), before=before, **filters)
    return in_turns(_made(_found(call, filters, before), partial(_page, call, filters)))


def listed(call: ControlCall) -> Reply:
    """The newest requests of one process of several, and one more than a page has."""
    return in_turns(_made(_found(call, query_of(call, *FILTERS), call.number("before", 0)), answer))


def _made(found: Steps[dict[str, Any]], make: Callable[[dict[str, Any]], Reply]) -> Steps[Reply]:
    return make((yield from found))


def _found(call: ControlCall, filters: Mapping[str, str], before: int) -> Steps[dict[str, Any]]:
    entries: list[Entry] = []
    fits = fitting(call, filters)
    for entry in journals.heard(call.worlds, call.key):
        yield
        if (not before or entry.id < before) and fits(entry):
            entries.append(entry)
        if len(entries) > ROWS:
            break
    return {
        "requests": [_row(call, entry) for entry in entries],
        "meta": {"total": journals.heard_count(call.worlds, call.key)},
    }


def _row(call: ControlCall, entry: Entry) -> dict[str, Any]:
    """An entry as a row of the table."""
    return {**call.plane.view.glance(entry), **call.plane.here}


def _page(call: ControlCall, filters: Mapping[str, str], told: dict[str, Any]) -> Reply:
    found = told["requests"]
    rows = found[:ROWS]
    filtered = any(filters.values())
    statuses = {status for _, status in call.worlds.archive.answers} | {row["response"]["status"] for row in rows}
    faults = {name for row in rows if row["fault"] for name in row["fault"].split(", ")}
    query = {"key": call.key, **filters}
    newest = {"newest": rows[0]["id"]} if rows and call.ask_all else {}
    return framed(
        call,
        "requests.html",
        "Requests",
        "Requests",
        tab="All",
        rows=rows,
        silent=told.get("silent", ()),
        total=None if filtered else told["meta"]["total"],
        filtered=filtered,
        filters=filters,
        operations=list(call.worlds.foundation.specification.operations),
        statuses=[str(each) for each in sorted(statuses)],
        faults=sorted({*call.worlds.archive.faults, *faults}),
        older=link("/requests", **query, before=rows[-1]["id"]) if len(found) > ROWS else None,
        stream=link("/console/live", **query, rows=1),
        **newest,
    )


def live(call: ControlCall) -> Reply:
    """What happens, as server-sent events: `row` with a row of the table if the filters let it through, else `news`."""
    fits = fitting(call, query_of(call, *FILTERS))
    rows = "rows" in call.query

    def written(entry: Entry) -> bytes:
        if rows and fits(entry):
            return event("row", rendered(call, "rows.html", rows=[_row(call, entry)]), entry.id)
        return event("news", str(entry.id), entry.id)

    return following(call, written, event("news", "changed"))


def one(call: ControlCall, entry_id: int) -> Reply:
    """One request, with everything about it."""
    entry = request_of(call, entry_id)
    specification = call.worlds.foundation.specification
    broken = clause(call.plane.breaches, entry)
    about = call.about(call.key or (entry.key if entry.key and call.worlds.known(entry.key) else None))
    match = {"operation": entry.operation} if entry.operation else {}
    return framed(
        about,
        "request.html",
        "Requests",
        f"Request {entry.id}",
        row=call.plane.view.show(entry),
        clause=told(broken) if broken else None,
        missed=missed(specification, entry) if entry.operation is None else None,
        curl=curl_of(call.origin, entry, specification.key_header),
        rule_link=link("/faults", key=about.key, rule=json.dumps({"fault": {"type": "error"}, "match": match}))
        + "#form-fault",
        try_link=link("/try", key=about.key, request=entry.id) if entry.operation else None,
        capsule_link=link("/capsule", key=about.key) if about.key and has(call, "/capsule") else None,
    )


def misses(call: ControlCall) -> Reply:
    """What clients asked that the contract does not know."""
    return _missed(
        call,
        "/requests/unmatched",
        "Near misses",
        nothing="Every request met an operation.",
        hint="Paths and methods that the contract does not know are listed here, with the nearest operation.",
    )


def violations(call: ControlCall) -> Reply:
    """What broke the contract, with the clause."""
    return _missed(
        call,
        "/requests/violations",
        "Violations",
        nothing="No request broke the contract.",
        hint="Requests that were refused for what they are show here, with the clause that they broke.",
    )


def _missed(call: ControlCall, path: str, title: str, **words: str) -> Reply:
    """A page about requests that something is wrong with, as the control plane tells of them at that path."""
    page = partial(framed, call, "misses.html", "Requests", title, tab=title, **words)
    return shown(call, path, lambda told: page(rows=told["requests"]))


def has(call: ControlCall, path: str) -> bool:
    """Whether this control plane has that path."""
    return any(route.path == path for route in call.plane.routes)


def fitting(call: ControlCall, filters: Mapping[str, str]) -> Callable[[Entry], bool]:
    """Whether an entry is one of those that the filters ask for."""
    operation, status, fault, text = (filters[name] for name in FILTERS)
    holds = holding(call.plane.view, text)

    def fits(entry: Entry) -> bool:
        if operation and (entry.operation or "-") != operation:
            return False
        if status and not (str(entry.status) == status or (status[1:] == "xx" and str(entry.status)[0] == status[0])):
            return False
        if fault and not (
            bool(entry.injected) if fault == "*" else not entry.injected if fault == "-" else fault in entry.injected
        ):
            return False
        return not text or holds(entry)

    return fits

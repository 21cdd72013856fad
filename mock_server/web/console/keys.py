"""The keys: all of them, and everything about one on one screen."""

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import Any

from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.console.clock import ahead, coming_soon, moves
from mock_server.web.console.frame import framed, html
from mock_server.web.console.orders import get, place, shown
from mock_server.web.control.call import ControlCall
from mock_server.web.control.keys import facts
from mock_server.web.control.replies import answer
from mock_server.web.control.turns import in_turns
from mock_server.world import journals

MOST_LISTED = 100
NEWEST = 8  # requests and deliveries on a key's own screen
MOST_SHOWN = 20  # rules and shipments of its own there


def overview(call: ControlCall) -> Reply:
    """Every key in use, newest first, and a form for another; `?q=` keeps those that contain it."""
    if call.ask_all is None:
        return _overview(call, _known(call), ())
    of_all = call.about(None)
    return shown(
        of_all,
        "/console/keys",
        lambda told: shown(of_all, "/instances", lambda up: _overview(call, told, up["instances"])),
        q=call.query.get("q"),
    )


def listed(call: ControlCall) -> Reply:
    """The newest keys of one process of several."""
    return answer(_known(call))


def known(call: ControlCall) -> Reply:
    """The newest keys of all processes, as what a field for a key proposes."""
    told = partial(html, call, "known.html")
    return shown(call.about(None), "/console/keys", lambda found: told(keys=[row["key"] for row in found["keys"]]))


def _known(call: ControlCall) -> dict[str, Any]:
    sought = call.query.get("q", "").strip().lower()
    worlds = [world for world in reversed(call.worlds.all()) if sought in world.account.key.lower()]
    rows = [facts(world) | {"opened": world.opened} | call.plane.here for world in worlds[:MOST_LISTED]]
    return {"keys": rows, "meta": {"total": len(worlds)}}


def _overview(call: ControlCall, told: dict[str, Any], instances: Sequence[dict[str, Any]]) -> Reply:
    specification = call.worlds.foundation.specification
    rows = told["keys"]
    return framed(
        call,
        "keys.html",
        "Keys",
        "Keys",
        rows=rows,
        more=told["meta"]["total"] - len(rows),
        silent=told.get("silent", ()),
        instances=instances,
        q=call.query.get("q", "").strip(),
        plans=specification.plans,
        default_plan=call.worlds.foundation.settings.default_plan,
    )


def one(call: ControlCall, key: str) -> Reply:
    """One key: its quota, clock, faults, requests, webhooks and what comes next."""
    of_key = call.about(key)
    return shown(
        of_key,
        "/faults",
        lambda rules: shown(
            of_key,
            "/shipments",
            lambda pinned: shown(
                of_key, "/deliveries", lambda sent: in_turns(_one(of_key, key, rules, pinned, sent)), limit=NEWEST
            ),
            limit=MOST_SHOWN,
        ),
    )


def verdict(call: ControlCall) -> Reply:
    """What the report says of the key's client, as a part of its screen; with a long journal that takes a while."""
    return shown(call, "/report", lambda report: html(call, "verdict.html", report=report))


def _one(
    of_key: ControlCall, key: str, rules: dict[str, Any], pinned: dict[str, Any], sent: dict[str, Any]
) -> Steps[Reply]:
    coming = yield from ahead(of_key)
    rows: list[dict[str, Any]] = [
        of_key.plane.view.glance(entry) for entry in islice(journals.heard(of_key.worlds, key), NEWEST)
    ]
    return framed(
        of_key,
        "key.html",
        "Keys",
        key,
        facts=get(of_key, f"/keys/{place(key)}"),
        rows=rows,
        rules=rules["faults"][:MOST_SHOWN],
        more_rules=max(0, rules["meta"]["total"] - MOST_SHOWN),
        deliveries=sent["deliveries"],
        upcoming=coming_soon(of_key, coming, days=1, most=NEWEST),
        pinned=pinned["shipments"],
        more_pinned=pinned["meta"]["total"] - len(pinned["shipments"]),
        scenario=get(of_key, "/scenario")["name"],
        moves=moves(of_key, coming),
        segment=place(key),
    )

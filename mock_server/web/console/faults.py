"""The faults: rules in their order, and a form for another or for changing one."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from mock_server.server.reply import Reply
from mock_server.web.console.fault_form import fault_form
from mock_server.web.console.frame import framed, link
from mock_server.web.console.orders import ConsoleCall, Filled, get, keyed, place, shown
from mock_server.web.control.call import ControlCall
from mock_server.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Preset:
    """A rule that is often wanted."""

    name: str
    rule: dict[str, Any]


LISTED = 100  # rules on the page


def _error(code: str, **more: Any) -> dict[str, Any]:
    return {"fault": {"type": "error", "code": code}, **more}


PRESETS = (
    Preset("UPS is down", _error("carrier_unavailable", match={"carrier": "ups"})),
    Preset("Next call 429", _error("rate_limit_exceeded", times=1)),
    Preset("Next call 500", _error("internal_error", times=1)),
    Preset("5 % of calls fail", _error("carrier_unavailable", probability=0.05)),
    Preset("Two failures, then fine", _error("carrier_unavailable", times=2)),
    Preset("Every third call fails", _error("carrier_unavailable", every=3)),
    Preset("Two seconds late", {"fault": {"type": "latency", "milliseconds": 2000}}),
    Preset("Reset the connection", {"fault": {"type": "CONNECTION_RESET_BY_PEER"}, "times": 1}),
    Preset("Cut the body", {"fault": {"type": "truncate_body", "bytes": 40}, "times": 1}),
    Preset("Webhooks signed wrong", {"fault": {"type": "bad_signature"}}),
)


def page(call: ControlCall) -> Reply:
    """All rules that concern the key, and an empty form, or one filled with the address's `rule`."""
    return _page(call, None, _given(call))


def one(call: ControlCall, identifier: str) -> Reply:
    """One rule in the form, to be changed."""
    rule = get(call, f"/faults/{place(identifier)}")
    return _page(call, identifier, {name: each for name, each in rule.items() if name not in TOLD})


TOLD = frozenset({"key", "seen", "applied"})
"""What the list says of a rule beside the rule."""


def _page(call: ControlCall, editing: str | None, document: Any) -> Reply:
    return shown(call, "/faults", lambda told: _listing(call, editing, document, told["faults"]))


def _listing(call: ControlCall, editing: str | None, document: Any, rules: list[dict[str, Any]]) -> Reply:
    form = fault_form()
    vocabulary = call.worlds.foundation.vocabulary
    lists: dict[str | None, list[str]] = {}
    for rule in rules:
        lists.setdefault(rule["key"], []).append(rule["id"])
    return framed(
        call,
        "faults.html",
        "Faults",
        f"Fault {editing}" if editing else "Faults",
        form=form,
        values=form.values(document),
        editing=editing,
        rules=[_row(lists[rule["key"]], rule) for rule in rules[:LISTED]],
        more=max(0, len(rules) - LISTED),
        presets=[(preset, ConsoleCall("POST", "/faults", keyed(call), preset.rule)) for preset in PRESETS],
        adjust=lambda rule: link("/faults", key=call.key, rule=json.dumps(rule)) + "#form-fault",
        names={"operations": vocabulary.operations, "carriers": vocabulary.carriers, "codes": vocabulary.errors},
    )


def _row(listed: list[str], rule: dict[str, Any]) -> dict[str, Any]:
    """A rule with what can be done to it; it moves within the list of those of the same key."""
    query = {"key": rule["key"]} if rule["key"] else {}
    path = f"/faults/{place(rule['id'])}"
    at = listed.index(rule["id"])
    up = {"before": listed[at - 1]} if at else None
    down = {"before": listed[at + 2] if at + 2 < len(listed) else None} if at + 1 < len(listed) else None
    return {
        **rule,
        "path": path,
        "query": query,
        "list": rule["key"] or "all",
        "paused": rule.get("paused", False),
        "parameters": {name: each for name, each in rule["fault"].items() if name != "type"},
        "conditions": {n: each for n, each in rule.items() if n not in {*TOLD, "id", "fault", "match", "paused"}},
        "move": ConsoleCall("POST", f"{path}/move", query, {}).to_text(),
        "up": up and ConsoleCall("POST", f"{path}/move", query, up),
        "down": down and ConsoleCall("POST", f"{path}/move", query, down),
    }


def make_rule(form: dict[str, str], call: ControlCall) -> Filled:
    """The order of the form: a new rule, or another in the place of one."""
    document = fault_form().document(form)
    document.setdefault("fault", {})
    editing = form.get("editing")
    if not editing:
        return Filled(ConsoleCall("POST", "/faults", keyed(call), document), "The rule is in force")
    return Filled(
        ConsoleCall("PUT", f"/faults/{place(editing)}", keyed(call), document),
        "The rule is changed, and counts anew",
        lambda _: link("/faults", key=call.key),
    )


def _given(call: ControlCall) -> Any:
    try:
        return json.loads(call.query.get("rule") or "{}")
    except (ValueError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, "rule is no JSON; take a link from the console") from None

"""The shipments: what a number stands for at any instant, its life on a line, pins, events and magic numbers."""

import re
from functools import partial
from typing import Any

from contract_tests.contract.loading import resolve
from mock_server.domain.clock import from_text
from mock_server.server.reply import Reply
from mock_server.web.console.frame import framed, link
from mock_server.web.console.orders import ConsoleCall, Filled, get, keyed, place, shown
from mock_server.web.control.call import ControlCall

LISTED = 50  # pins on the page
WIDTH = 1000  # units of the drawn line
_LOCAL = re.compile(r"\d{4,}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")
PLANNED = ("status", "service", "estimated_delivery")


def page(call: ControlCall) -> Reply:
    """A look-up, what is pinned, and the magic numbers of a carrier."""
    number = call.query.get("number", "").strip()
    if number:
        carrier, at = call.query.get("carrier") or None, instant_of(call.query.get("at"))
        headers = {"Location": link(f"/shipments/{place(number)}", key=call.key, carrier=carrier, at=at)}
        return Reply(303, b"", headers)
    wanted = call.query.get("numbers", "").strip() or None
    page = partial(
        framed,
        call,
        "shipments.html",
        "Shipments",
        "Shipments",
        numbers=get(call, "/numbers", carrier=wanted)["numbers"],
        wanted=wanted or "",
        carriers=list(call.worlds.foundation.vocabulary.carriers),
    )
    return shown(
        call,
        "/shipments",
        lambda told: page(pinned=told["shipments"], more=told["meta"]["total"] - len(told["shipments"])),
        limit=LISTED,
    )


def instant_of(text: str | None) -> str | None:
    """What a field for date and time says, as an instant: browsers leave out the zone, and seconds that are zero."""
    if text and _LOCAL.fullmatch(text):
        return f"{text}{':00' if text.count(':') == 1 else ''}Z"
    return text or None


def one(call: ControlCall, text: str) -> Reply:
    """One shipment as of the address's `at`, or of now."""
    carrier = call.query.get("carrier") or None
    at = instant_of(call.query.get("at"))
    found = get(call, f"/shipments/{place(text)}", carrier=carrier, at=at, future=1)
    shipment = found["shipment"]
    document = call.worlds.foundation.specification.document
    return framed(
        call,
        "shipment.html",
        "Shipments",
        f"Shipment {shipment['tracking_number']}",
        found=found,
        shipment=shipment,
        text=text,
        carrier=carrier or shipment["carrier"]["code"],
        at=at or "",
        life=life(found),
        statuses=words(document, "status"),
        types=words(document, "eventType"),
    )


def life(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Every event oldest first, those to come marked, each with its place on a line; and now among them."""
    past = [{**event, "come": False} for event in reversed(found["shipment"]["events"])]
    events = [*past, *({**event, "come": True} for event in found["future_events"])]
    instants = [from_text(event["timestamp"]) for event in events] + [from_text(found["now"])]
    first, last = min(instants), max(instants)
    length = (last - first) or 1.0
    points = [
        {**event, "x": round((at - first) / length * WIDTH, 1)} for event, at in zip(events, instants, strict=False)
    ]
    now = {"now": True, "timestamp": found["now"], "x": round((instants[-1] - first) / length * WIDTH, 1)}
    seen = len(past)
    return [*points[:seen], now, *points[seen:]]


def words(document: Any, name: str) -> list[str]:
    """The words that the contract has for statuses or types of events."""
    node = resolve(document, f"#/components/schemas/Tracking/$defs/{name}")
    return [each["const"] for each in node.get("oneOf", ())] or list(node.get("enum", ()))


def pin(form: dict[str, str], call: ControlCall) -> Filled:
    """The order to let a number stand for a shipment as it is wanted."""
    number, carrier = form.get("number", "").strip(), form.get("carrier", "").strip()
    wish: dict[str, Any] = {name: form[f"/{name}"] for name in PLANNED if form.get(f"/{name}")}
    query = keyed(call, **({"carrier": carrier} if carrier else {}))
    after = link(f"/shipments/{place(number)}", key=call.key, carrier=carrier)
    return Filled(
        ConsoleCall("PUT", f"/shipments/{place(number)}", query, wish), "The shipment is pinned", lambda _: after
    )


def event(form: dict[str, str], call: ControlCall) -> Filled:
    """The order to let a scan happen."""
    number, carrier = form.get("number", ""), form.get("carrier", "")
    names = ("type", "location", "timestamp", "status")
    record = {name: form[f"/{name}"].strip() for name in names if form.get(f"/{name}", "").strip()}
    if record.get("timestamp", "Z")[-1] not in "Zz" and "+" not in record["timestamp"]:
        record["timestamp"] += "Z"
    query = keyed(call, **({"carrier": carrier} if carrier else {}))
    return Filled(ConsoleCall("POST", f"/shipments/{place(number)}/events", query, record), "The scan has happened")

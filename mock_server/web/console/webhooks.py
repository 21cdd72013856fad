"""The webhooks: who is told, what became of each delivery, and the inboxes of the mock itself."""

from collections.abc import Callable
from typing import Any

from mock_server.domain.webhooks.delivery import DeliveryState
from mock_server.own_paths import INBOX_PREFIX
from mock_server.server.reply import Reply
from mock_server.web.console.frame import framed, query_of
from mock_server.web.console.orders import ConsoleCall, Filled, get, keyed, place, shown
from mock_server.web.control.call import ControlCall

LISTED = 200  # deliveries
SUBSCRIBED = 100  # subscriptions on the page
SPOILS = ("bad_signature", "missing_signature", "duplicate", "drop", "reorder")
"""What can be done to the next delivery with one click."""


def page(call: ControlCall) -> Reply:
    """Subscriptions and the newest deliveries of the key, or of all."""

    def with_all(told: dict[str, Any], listed: dict[str, Any], inboxes: dict[str, Any]) -> Reply:
        return framed(
            call,
            "webhooks.html",
            "Webhooks",
            "Webhooks",
            tab="Subscriptions",
            webhooks=told["webhooks"],
            more=told["meta"]["total"] - len(told["webhooks"]),
            **listed,
            spoils=SPOILS,
            inbox_url=f"{call.origin}{INBOX_PREFIX}inbox",
            inboxes=inboxes["inboxes"],
            events=list(call.plane.sample_events.events.types),
        )

    return shown(
        call,
        "/webhooks",
        lambda told: _deliveries(
            call, lambda listed: shown(call.about(None), "/inbox", lambda inboxes: with_all(told, listed, inboxes))
        ),
        limit=SUBSCRIBED,
    )


def deliveries(call: ControlCall) -> Reply:
    """Deliveries alone, by state."""
    return _deliveries(
        call,
        lambda listed: framed(call, "deliveries.html", "Webhooks", "Deliveries", tab="Deliveries", **listed),
    )


def _deliveries(call: ControlCall, then: Callable[[dict[str, Any]], Reply]) -> Reply:
    asked = {name: value or None for name, value in query_of(call, "state", "type", "webhook_id").items()}

    def with_asked(told: dict[str, Any]) -> Reply:
        found, total = told["deliveries"], told["meta"]["total"]
        return then({"deliveries": found, "total": total, "asked": asked, "states": list(DeliveryState)})

    return shown(call, "/deliveries", with_asked, limit=LISTED, **asked)


def delivery(call: ControlCall, delivery_id: str) -> Reply:
    """One delivery: the bytes, the signature, each attempt."""
    told = get(call, f"/deliveries/{place(delivery_id)}")
    return framed(call, "delivery.html", "Webhooks", f"Delivery {delivery_id}", told=told, segment=place(delivery_id))


def inboxes(call: ControlCall) -> Reply:
    """The receivers on the mock itself."""
    return shown(
        call.about(None),
        "/inbox",
        lambda told: framed(
            call,
            "inboxes.html",
            "Webhooks",
            "Built-in inboxes",
            tab="Inboxes",
            inboxes=told["inboxes"],
            inbox_url=f"{call.origin}{INBOX_PREFIX}",
        ),
    )


def inbox(call: ControlCall, name: str) -> Reply:
    """What came to one of them."""
    return shown(
        call.about(None),
        f"/inbox/{place(name)}",
        lambda told: framed(
            call,
            "inbox.html",
            "Webhooks",
            f"Inbox {name}",
            messages=told["messages"],
            total=told["meta"]["total"],
            name=name,
            inbox_url=f"{call.origin}{INBOX_PREFIX}{place(name)}",
        ),
    )


def subscribe(form: dict[str, str], call: ControlCall) -> Filled:
    """The order for a subscription of the key's."""
    names = ("tracking_number", "url")
    wanted: dict[str, Any] = {name: form.get(f"/{name}", "").strip() for name in names}
    chosen = [each for each in form.get("/events", "").splitlines() if each]
    if chosen:
        wanted["events"] = chosen
    return Filled(ConsoleCall("POST", "/webhooks", keyed(call), wanted), "The webhook is subscribed")


def trigger(form: dict[str, str], call: ControlCall) -> Filled:
    """The order for an event now."""
    order = {name: form.get(f"/{name}", "").strip() for name in ("number", "event")}
    return Filled(ConsoleCall("POST", "/webhooks/trigger", keyed(call), order), "The event is on its way")


def spoil(form: dict[str, str], call: ControlCall) -> Filled:
    """The order that spoils what is delivered next about a number."""
    fault: dict[str, Any] = {"type": form.get("/fault/type", "")}
    number = form.get("/match/tracking_number", "").strip()
    operation = call.worlds.foundation.terms.operation
    match = {"operation": operation, **({"tracking_number": number} if number else {})}
    return Filled(
        ConsoleCall("POST", "/faults", keyed(call), {"fault": fault, "match": match, "times": 1}),
        "The next one is spoilt",
    )

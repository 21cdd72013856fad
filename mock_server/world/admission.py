"""What comes in by a snapshot or a state file is checked as at the front door, before it is in force."""

from dataclasses import asdict
from functools import partial
from math import isfinite, isnan

from mock_server.contract.forms import told_at
from mock_server.domain.clock import EARLIEST, LATEST, SandboxClock
from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.webhooks.delivery import Attempt, Delivery, DeliveryState
from mock_server.domain.webhooks.records import Saved
from mock_server.domain.webhooks.subscriptions import Subscription, check_url
from mock_server.world.foundation import Foundation

CREATE = "createWebhook"
ALL = ("all",)
MOST_COUNTED = 2**53  # above which JSON's numbers are not exact
MOST_ASKED = 10_000  # webhooks that are not checked again
AskedWebhook = tuple[str, str, tuple[str, ...]]
"""A webhook's number, url and filters."""
TEXTS = ("id", "event_id", "type", "webhook_id", "tracking_number", "url")
at = partial(told_at, also=(TypeError, KeyError, AttributeError))  # what a file says may be of any type


def check_saved(foundation: Foundation, saved: Saved, asked: set[AskedWebhook] | None = None) -> None:
    """FormError, at its place in a snapshot's world, for the first thing that no client could have brought about.

    `asked` remembers the webhooks that were good, for those who check many sandboxes that ask for the same.
    """
    asked = set() if asked is None else asked
    with at("/clock"):
        SandboxClock(foundation.clock.base).change(lambda *_: saved.course)
        _check_instant("the clock", saved.course.at(foundation.clock.base.now()))
    for name, count in asdict(saved.counts).items():
        with at(f"/{name}"):
            _check_count(name, count)
    with at("/seen"):
        _check_number("seen", saved.seen)
    seen: set[str] = set()
    for place, subscription in enumerate(saved.webhooks):
        with at(f"/webhooks/subscriptions/{place}"):
            _check_name("webhook_id", subscription.webhook_id, seen)
            _check_subscription(foundation, subscription, asked)
    for place, ((text, carrier), mark) in enumerate(saved.told.items()):
        with at(f"/webhooks/told/{place}"):
            _check_watched(foundation, text, carrier)
            for each in mark:
                _check_number("mark", each)
    seen = set()
    for place, delivery in enumerate(saved.deliveries):
        with at(f"/deliveries/list/{place}"):
            _check_name("id", delivery.id, seen)
            _check_delivery(foundation, delivery, asked)
    for place, ((carrier, text), wish) in enumerate(saved.pins):
        with at(f"/shipments/{place}"):
            foundation.vocabulary.forms.check("shipment.schema.json", wish)
            Pin(foundation.recognise(text, carrier), wish).journey(0, foundation.source, foundation.clock.now())
    for place, ((carrier, text), instant) in enumerate(saved.begun):
        with at(f"/first_seen/{place}"):
            foundation.recognise(text, carrier)
            _check_instant("at", instant)


def _check_subscription(foundation: Foundation, subscription: Subscription, asked: set[AskedWebhook]) -> None:
    _check_header("secret", subscription.secret)
    _check_instant("created_at", subscription.created_at)
    _check_asked(foundation, (subscription.tracking_number, subscription.url, subscription.events), asked)
    if subscription.carrier is not None:
        foundation.recognise(subscription.tracking_number, subscription.carrier)


def _check_watched(foundation: Foundation, number: object, carrier: object) -> None:
    if not isinstance(number, str) or not isinstance(carrier, str | None):
        raise ValueError(f"{number!r} of {carrier!r} is no tracking number")
    if carrier is not None:
        foundation.recognise(number, carrier)


def _check_delivery(foundation: Foundation, delivery: Delivery, asked: set[AskedWebhook]) -> None:
    for name in TEXTS:
        _check_header(name, getattr(delivery, name))
    if not delivery.event_id.isascii():
        raise ValueError(f"event_id {delivery.event_id[:80]!r} is not ASCII, as a header of a delivery is")
    for each in delivery.faults:
        _check_header("faults", each)
    for name in ("secret", "media_type"):
        if (text := getattr(delivery, name)) is not None:
            _check_header(name, text)
    if not isinstance(delivery.body, bytes):
        raise ValueError("body is not made of bytes")
    _check_instant("created_at", delivery.created_at)
    if delivery.state is DeliveryState.PENDING:
        _check_instant("due", delivery.due)
        _check_asked(foundation, (delivery.tracking_number, delivery.url, ALL), asked)
    for attempt in delivery.attempts:
        _check_attempt(attempt)


def _check_attempt(attempt: Attempt) -> None:
    _check_instant("at", attempt.at)
    for name in ("real", "seconds"):
        value = getattr(attempt, name)
        if not isinstance(value, int | float) or not isfinite(value) or not 0 <= value <= LATEST:
            raise ValueError(f"{name} {value!r} of an attempt is out of range")
    if attempt.status is not None and attempt.status not in range(100, 1000):
        raise ValueError(f"status {attempt.status!r} of an attempt is none of HTTP's")
    if not isinstance(attempt.answer_body, bytes):
        raise ValueError("answer_body is not made of bytes")


def _check_asked(foundation: Foundation, webhook: AskedWebhook, asked: set[AskedWebhook]) -> None:
    """ApiError or ValueError where the API would not have taken such a webhook; those that were `asked` are good."""
    if webhook in asked:
        return
    number, url, events = webhook
    operation = foundation.specification.operations.get(CREATE)
    if operation:
        operation.check_request({"tracking_number": number, "url": url, "events": list(events)})
    check_url(url)
    unknown = [name for name in events if not foundation.terms.events.knows(name)]
    if unknown:
        known = ", ".join(foundation.terms.events.filters)
        raise ValueError(f"events has {unknown[0]!r}, which is no filter of this contract; it has {known}")
    if len(asked) >= MOST_ASKED:
        asked.clear()
    asked.add(webhook)


def _check_name(member: str, name: str, seen: set[str]) -> None:
    _check_header(member, name)
    if name in seen:
        raise ValueError(f"{member} {name!r} occurs twice")
    seen.add(name)


def _check_header(member: str, text: object) -> None:
    """ValueError for a text that could not be sent in a header."""
    if not isinstance(text, str):
        raise ValueError(f"{member} {text!r} is not a text")
    if not text.isprintable():
        raise ValueError(f"{member} {text[:80]!r} has a line break or another control character")


def _check_number(member: str, number: object) -> None:
    if isinstance(number, bool) or not isinstance(number, int | float) or isnan(number):
        raise ValueError(f"{member} {number!r} is no number")


def _check_count(member: str, count: object) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST_COUNTED:
        raise ValueError(f"{member} {count!r} is no number of things that were made")


def _check_instant(member: str, instant: object) -> None:
    if not isinstance(instant, int | float) or not EARLIEST <= instant <= LATEST:
        raise ValueError(f"{member} {instant!r} is no instant of the clock's range")

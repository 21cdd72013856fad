"""One world's webhooks and deliveries in a snapshot."""

from base64 import b64decode, b64encode
from dataclasses import asdict
from math import inf, isinf
from typing import Any

from mock_server.domain.clock import Course
from mock_server.domain.webhooks.delivery import Attempt, Delivery, DeliveryState
from mock_server.domain.webhooks.records import Counts, Saved
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.persistence.snapshots.parts import Value


def written(saved: Saved) -> dict[str, Any]:
    """The sections `webhooks` and `deliveries`."""
    return {
        "webhooks": {
            "created": saved.counts.subscriptions,
            "seen": _finite(saved.seen),
            "subscriptions": [asdict(each) for each in saved.webhooks],
            "told": [
                {"tracking_number": number, "carrier": carrier, "mark": [_finite(each) for each in mark]}
                for (number, carrier), mark in saved.told.items()
            ],
        },
        "deliveries": {
            "made": saved.counts.deliveries,
            "announced": saved.counts.announced,
            "list": [_delivery(each) for each in saved.deliveries],
        },
    }


def read(record: Value, course: Course) -> Saved:
    """What the sections say, for a world whose clock takes that course."""
    webhooks = record.get("webhooks", {"created": 0, "seen": None, "subscriptions": (), "told": ()})
    deliveries = record.get("deliveries", {"made": 0, "announced": 0, "list": ()})
    return Saved(
        record["key"],
        course,
        -inf if webhooks["seen"] is None else webhooks["seen"],
        Counts(webhooks["created"], deliveries["made"], deliveries["announced"]),
        [Subscription(**{**each, "events": tuple(each["events"])}) for each in webhooks["subscriptions"]],
        {(each["tracking_number"], each["carrier"]): _mark(each["mark"]) for each in webhooks["told"]},
        [_read_delivery(each) for each in deliveries["list"]],
    )


def _delivery(delivery: Delivery) -> dict[str, Any]:
    attempts = [
        {
            **asdict(each),
            "headers": dict(each.headers),
            "answer_headers": dict(each.answer_headers),
            "answer_body": _text(each.answer_body),
        }
        for each in delivery.attempts
    ]
    return {
        **asdict(delivery),
        "body": _text(delivery.body),
        "faults": list(delivery.faults),
        "attempts": attempts,
    }


def _read_delivery(record: Value) -> Delivery:
    attempts = tuple(Attempt(**{**each, "answer_body": b64decode(each["answer_body"])}) for each in record["attempts"])
    return Delivery(
        **{
            **record,
            "body": b64decode(record["body"]),
            "faults": tuple(record["faults"]),
            "state": DeliveryState(record["state"]),
            "attempts": attempts,
        }
    )


def _text(body: bytes) -> str:
    return b64encode(body).decode()


def _finite(instant: float) -> float | None:
    return None if isinf(instant) else instant


def _mark(mark: list[float | None]) -> tuple[float, float]:
    """A mark as it was; what no number can say is the end of time."""
    at, place = (inf if each is None else each for each in mark)
    return at, place

"""Parts of a snapshot that servers and worlds have both: clocks, shipments, rules, scenarios."""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.contract.forms import told_at
from mock_server.domain.clock import Course
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.pinned import Pin
from mock_server.faults.rules import Rule
from mock_server.faults.scenarios import NONE, Scenario
from mock_server.world import Foundation

Value = Mapping[str, Any]


def placed(value: Value, name: str, around: str) -> Iterator[tuple[Any, str]]:
    """The items of a list, if the value has it, each with its JSON pointer."""
    for place, each in enumerate(value.get(name, ())):
        yield each, f"{around}/{name}/{place}"


def clock(course: Course, base: float) -> dict[str, Any]:
    """A clock as it is at an instant of its base."""
    return {"at": course.at(base), "scale": course.scale, "auto_advance": course.auto_advance}


def course(record: Value, base: float, place: str) -> Course:
    """The course of a clock that goes on from where the snapshot left it."""
    with told_at(place):
        return Course(record["at"], base, record.get("scale", 1.0), record.get("auto_advance", 0.0))


def shipment(pin: Pin) -> dict[str, Any]:
    """A pin with its number and carrier in its wish."""
    wish = dict(pin.wish)
    carrier = wish.get("carrier")
    if isinstance(carrier, Mapping) and "service" in carrier:
        wish.setdefault("service", carrier["service"])
    return {**wish, "tracking_number": pin.number.text, "carrier": pin.number.carrier.code}


def number(foundation: Foundation, record: Value) -> TrackingNumber:
    return foundation.recognise(record["tracking_number"], record["carrier"])


def pin(foundation: Foundation, record: Value, place: str) -> Pin:
    with told_at(place):
        return Pin(number(foundation, record), record)


def rule(foundation: Foundation, record: Value, place: str) -> Rule:
    with told_at(place):
        return Rule.from_document(record, record["id"], foundation.vocabulary)


def scenario(played: Scenario) -> dict[str, Any]:
    return {"name": played.name, "document": dict(played.document)}


def staged(foundation: Foundation, record: Value | None, place: str) -> Scenario:
    """The scenario of that record; without one, none."""
    if record is None or not record["document"]:
        return NONE
    with told_at(f"{place}/document"):
        return foundation.stage(record["name"], record["document"])

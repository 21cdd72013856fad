"""A capsule for people: what it holds, and what happened in it, line by line."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from mock_server.capsules.form import Capsule
from mock_server.capsules.story import course_of, timed
from mock_server.counting import counted
from mock_server.domain.clock import Course, to_text

Item = Mapping[str, Any]


def text(capsule: Capsule) -> str:
    """The whole capsule as lines."""
    return "\n".join([*facts(capsule), "", *(f"{at}  {what}" for at, what in lines(capsule))])


def facts(capsule: Capsule) -> Iterator[str]:
    """What it is of."""
    clock, story = capsule["clock"], capsule["story"]
    begun = course_of(clock["course"]).at(clock["base"])
    yield f"made by trackflow-mock {capsule['mock']}, contract {capsule['contract'][:12]}"
    yield f"key     {capsule['world']['key']} ({capsule['plan']})"
    settings = {"seed": capsule["world"]["seed"], **capsule["settings"]}
    yield "with    " + ", ".join(f"{name} {value}" for name, value in settings.items())
    for overlay in capsule["overlays"]:
        yield f"overlay {overlay['name']}"
    yield f"begins  {to_text(begun)}"
    statuses = Counter(item["status"] for item in story if "status" in item and "method" in item)
    told = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    yield f"holds   {counted(statuses.total(), 'request')} ({told or 'none'}), " + ", ".join(
        (
            counted(sum("note" in item and item["note"] in CHANGES for item in story), "change"),
            counted(len(capsule["deliveries"]), "delivery", "deliveries"),
        )
    )


def lines(capsule: Capsule) -> Iterator[tuple[str, str]]:
    """What happened, each with its instant of the key's clock."""
    for item, course in timed(capsule):
        if line := line_of(item):
            yield _instant(item, course), line


def line_of(item: Item) -> str | None:
    """One item of a story in a line; None for what only the replay has to know."""
    if "method" in item and "note" not in item:
        fault = f"  [{item['fault']}]" if "fault" in item else ""
        return f"{item['method']} {item['target']} -> {item['status']}{fault}"
    told = CHANGES.get(item["note"]) or EVENTS.get(item["note"])
    return f"  {told(item)}" if told else None


def _instant(item: Item, course: Course) -> str:
    return str(item["at"]) if isinstance(item.get("at"), str) else to_text(course.at(item["base"]))


def _clock(item: Item) -> str:
    scale = item["course"]["scale"]
    way = "stands still" if not scale else "runs" if scale == 1 else f"runs {scale:g} times as fast"
    return f"clock: {item['at']}, {way}"


def _rules(item: Item) -> str:
    rules = [f"{rule['id']} {_fault(rule)}" for _, rule in item["rules"]]
    return f"fault rules: {'; '.join(rules) or 'none'}"


def _fault(rule: Item) -> str:
    fault = rule["fault"]
    parts = [" ".join(str(fault[name]) for name in ("type", "code") if name in fault)]
    parts += [f"{name} {json.dumps(fault[name])}" for name in fault if name not in {"type", "code"}]
    parts += [f"{name} {json.dumps(rule[name])}" for name in rule if name not in {"id", "fault"}]
    return ", ".join(parts)


def _shipment(item: Item) -> str:
    pin = item["shipment"]
    what = pin.get("status") or counted(len(pin.get("events", ())), "event")
    return f"shipment: {pin['tracking_number']} of {pin['carrier']} is {what}"


def _answered(item: Item) -> str:
    return str(item["answered"] or item.get("problem"))


CHANGES: Mapping[str, Callable[[Item], str]] = MappingProxyType(
    {
        "clock": _clock,
        "rules": _rules,
        "pin": _shipment,
        "unpin": lambda item: f"shipment: {item['tracking_number']} is as everybody finds it",
        "event": lambda item: f"event: {item['event']['type']} of {item['tracking_number']}",
        "quota": lambda item: f"quota: {item['remaining']} lookups remain",
        "subscribe": lambda item: f"webhook: {item['webhook']['tracking_number']} to {item['webhook']['url']}",
        "unsubscribe": lambda item: f"webhook: {item['id']} deleted",
        "order": lambda item: f"triggered: {item['type']} of {item['tracking_number']}",
        "send": lambda item: f"sent at once: {item['id']}",
    }
)
EVENTS: Mapping[str, Callable[[Item], str]] = MappingProxyType(
    {
        "attempt": lambda item: f"delivery {item['id']} -> {_answered(item)}",
        "fail": lambda item: f"delivery {item['id']} failed: {item['why']}",
    }
)

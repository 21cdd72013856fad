"""Anonymising: tracking numbers replaced by others of the same carrier, which stand for the same shipments."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from contract_tests.contract.templates import Template
from mock_server.capsules.form import Capsule, CapsuleError
from mock_server.capsules.past import Past
from mock_server.capsules.replaying import body_of, check, replay, settings_of
from mock_server.capsules.story import course_of, timed
from mock_server.capsules.substitutes import Substitutes
from mock_server.contract.bodies import read_json
from mock_server.contract.errors import ApiError
from mock_server.domain.shipments.numbers import normalise
from mock_server.domain.shipments.pinned import Pin, wish_of
from mock_server.server.reply import encode
from mock_server.world import Foundation

PATH_NUMBER = "trackingNumber"
NUMBER = "tracking_number"
SHORTEST = 5  # characters of a number that is looked for

Item = Mapping[str, Any]


def anonymised(capsule: Capsule) -> dict[str, Any]:
    """The capsule of the same session about other numbers; CapsuleError if it would not mean the same any more."""
    with settings_of(capsule) as settings:
        foundation = Foundation(settings, Past(capsule["clock"]["base"], capsule["clock"]["scale"]))
    check(capsule, foundation)
    other = _Anonymous(capsule, foundation).capsule()
    return _restated(other)


def _restated(capsule: dict[str, Any]) -> dict[str, Any]:
    """The capsule with the digests that its replay gives."""
    again = replay(capsule)
    story = []
    for item, reply, digest in zip(capsule["story"], again.replies, again.digests, strict=True):
        if reply is not None and reply.status != item["status"]:
            what = f"{item['method']} {item['target']} would be answered {int(reply.status)}, not {item['status']}"
            raise CapsuleError(f"it cannot be anonymised, because it would not mean the same: {what}")
        name = "sent" if item.get("note") == "attempt" else "digest"
        story.append({**item, name: digest} if digest else item)
    told = {**capsule, "story": story, "deliveries": again.outcomes, "anonymised": True}
    for difference in replay(told).differences:
        raise CapsuleError(f"it cannot be anonymised, because it would not mean the same: {difference}")
    return told


@dataclass(frozen=True, slots=True)
class Spelt:
    """A number as somebody wrote it, with the carrier that was named."""

    text: str
    carrier: str | None


class _Anonymous:
    def __init__(self, capsule: Capsule, foundation: Foundation) -> None:
        self._capsule = capsule
        self._foundation = foundation
        self._seed = capsule["world"]["seed"]
        self._substitutes = Substitutes(foundation, f"{self._seed}/{capsule['chance']}")
        spelt = {each for each in self._spelt() if len(normalise(each.text)) >= SHORTEST}
        self._named: dict[str, list[str | None]] = {}
        for each in sorted(spelt, key=str):
            named = self._named.setdefault(normalise(each.text), [])
            named.extend([] if each.carrier in named else [each.carrier])
        self._others = {number: self._substitutes.of(number, named) for number, named in self._named.items()}
        self._texts: dict[str, str] = {}
        for each in spelt:
            number = normalise(each.text)
            self._texts[each.text] = respelt(each.text, self._others[number])
            self._texts[number] = self._others[number]
        longest = sorted(map(re.escape, self._texts), key=len, reverse=True)
        self._pattern = re.compile("|".join(longest)) if longest else None

    def capsule(self) -> dict[str, Any]:
        """The capsule with other numbers; its digests are still those of the old ones."""
        story = list(self._story())
        world = self._replaced(self._capsule["world"])
        pinned = {(each["carrier"], each[NUMBER]) for each in world["shipments"]}
        begin = self._capsule["clock"]
        now = course_of(begin["course"]).at(begin["base"])
        shipments = [pin for pin in self._pins(now) if (pin["carrier"], pin[NUMBER]) not in pinned]
        other = {
            **self._capsule,
            "world": {**world, "shipments": [*world["shipments"], *shipments]},
            "story": story,
        }
        if "trial" in other:
            other["trial"] = self._replaced(other["trial"])
        self._check(other)
        return other

    def _check(self, other: Mapping[str, Any]) -> None:
        """CapsuleError if a number is still there."""
        text = encode({name: value for name, value in other.items() if name != "overlays"}).decode().upper()
        for number, substitute in self._others.items():
            if number != substitute and re.search(rf"(?<![A-Z0-9]){re.escape(number)}(?![A-Z0-9])", text):
                raise CapsuleError(f"it cannot be anonymised: {number} is in it in a way that is not understood")

    def _pins(self, now: float) -> Iterator[dict[str, Any]]:
        """What each number stood for in the beginning, for the number that stands in for it."""
        for number, substitute in self._others.items():
            if number == substitute:
                continue
            for known in self._substitutes.meanings(number, self._named[number]):
                journey = self._foundation.source.journey(self._seed, known, now)
                yield {**wish_of(journey), NUMBER: substitute, "carrier": known.carrier.code}

    def _story(self) -> Iterator[dict[str, Any]]:
        for item, course in timed(self._capsule):
            told = dict(self._replaced(item))
            if "target" in item:
                told["target"] = self._target(item["target"])
            if item.get("note") == "pin":
                told |= self._pinned(item["shipment"], course.at(item["base"]))
            if item.get("note") == "unpin" and self._others.get(item[NUMBER]) != item[NUMBER]:
                known = self._foundation.recognise(item[NUMBER], item["carrier"])
                journey = self._foundation.source.journey(self._seed, known, course.at(item["base"]))
                told["shipment"] = {**wish_of(journey), NUMBER: told[NUMBER], "carrier": item["carrier"]}
            yield told

    def _pinned(self, shipment: Item, now: float) -> dict[str, Any]:
        """The note's shipment event by event, as the old number had it."""
        number = self._foundation.recognise(shipment[NUMBER], shipment["carrier"])
        journey = Pin(number, shipment).journey(self._seed, self._foundation.source, now)
        named = {NUMBER: self._others[number.text], "carrier": shipment["carrier"]}
        return {"shipment": {**wish_of(journey), **named}, "newest": "events" not in shipment}

    def _target(self, target: str) -> str:
        """The path and query with other numbers, however they are encoded."""
        path, mark, query = target.partition("?")
        steps = []
        for step in path.split("/"):
            found = self._texts.get(unquote(step))
            steps.append(step if found is None else quote(found, safe="") if "%" in step else found)
        told: str = self._replaced("/".join(steps) + mark + query)
        return told

    def _replaced(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._pattern.sub(lambda found: self._texts[found[0]], value) if self._pattern else value
        if isinstance(value, list):
            return [self._replaced(each) for each in value]
        if isinstance(value, Mapping):
            return {name: self._replaced(each) for name, each in value.items()}
        return value

    def _spelt(self) -> Iterator[Spelt]:
        """Every number in the capsule."""
        yield from _members(self._capsule["world"])
        for item in self._capsule["story"]:
            yield from _members(item)
            if "target" not in item:
                continue
            yield from self._in_path(item["target"])
            try:
                yield from _members(read_json(body_of(item)))
            except ApiError:
                continue

    def _in_path(self, target: str) -> Iterator[Spelt]:
        specification = self._foundation.specification
        path, _, query = target.partition("?")
        carrier = parse_qs(query).get("carrier", [None])[0]
        for operation in specification.operations.values():
            given = Template(operation.path, specification.base_path).match(path) or {}
            if PATH_NUMBER in given:
                yield Spelt(unquote(given[PATH_NUMBER]), carrier)


def _members(value: Any) -> Iterator[Spelt]:
    """The numbers among the members of a JSON value."""
    if isinstance(value, Mapping):
        if isinstance(found := value.get(NUMBER), str):
            carrier = value.get("carrier")
            code = carrier.get("code") if isinstance(carrier, Mapping) else carrier
            yield Spelt(found, code if isinstance(code, str) else None)
        for each in value.values():
            yield from _members(each)
    elif isinstance(value, list):
        for each in value:
            yield from _members(each)


def respelt(text: str, number: str) -> str:
    """The number written as the text is: with its spaces and dashes, in its case."""
    signs = iter(number)
    made: list[str] = []
    for sign in text:
        made.append(next(signs, "") if normalise(sign) else sign)
        if sign.islower():
            made[-1] = made[-1].lower()
    return "".join([*made, *signs])

"""The story of a capsule: what came to a world, in order, as JSON."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from math import inf, isinf
from types import MappingProxyType
from typing import Any

from mock_server.capsules import digests
from mock_server.capsules.form import Capsule, CapsuleError, LostBeginningError
from mock_server.capsules.secrets import SecretMask
from mock_server.domain.clients.journal import Entry, Note
from mock_server.domain.clock import Course, to_text
from mock_server.domain.webhooks.delivery import Attempt, Delivery
from mock_server.faults.rules import Rule
from mock_server.persistence.snapshots import parts
from mock_server.world.history import WorldHistory


def course(taken: Course) -> dict[str, Any]:
    """A clock's course to the last digit."""
    told = {"origin": taken.origin, "since": taken.since, "scale": taken.scale, "auto_advance": taken.auto_advance}
    return told if isinf(taken.due) else {**told, "due": taken.due, "jump": taken.jump}


def course_of(record: Mapping[str, Any]) -> Course:
    """The course that was told so."""
    return Course(
        record["origin"],
        record["since"],
        record["scale"],
        record["auto_advance"],
        record.get("due", inf),
        record.get("jump", 0.0),
    )


def timed(capsule: Capsule) -> Iterator[tuple[Mapping[str, Any], Course]]:
    """Each item of the capsule's story, and the course that the key's clock has from there on."""
    now = course_of(capsule["clock"]["course"])
    for item in capsule["story"]:
        now = course_of(item["course"]) if item.get("note") == "clock" else now
        yield item, now


class HeaderSets:
    """The headers of a story's requests: a request that has those of an earlier one names it, and what differs."""

    def __init__(self) -> None:
        self._sets: list[Mapping[str, str]] = []
        self._places: dict[frozenset[tuple[str, str]], int] = {}

    def write(self, headers: Mapping[str, str]) -> Any:
        """The headers as the story has them."""
        place = self._places.setdefault(frozenset(headers.items()), len(self._sets))
        if place < len(self._sets):
            return place
        before = self._sets[-1] if self._sets else {}
        self._sets.append(headers)
        if before.keys() != headers.keys():
            return headers
        other = {name: value for name, value in headers.items() if before[name] != value}
        return {"like": place - 1, "but": other} if 2 * len(other) < len(headers) else headers

    def read(self, given: Any) -> Mapping[str, str]:
        """The headers that the story has so; CapsuleError if they name none."""
        try:
            if isinstance(given, int):
                return self._sets[given]
            if isinstance(given.get("but"), Mapping):
                given = {**self._sets[given["like"]], **given["but"]}
        except LookupError:
            raise CapsuleError(f"headers {given!r} are those of no request before") from None
        self._sets.append(given)
        headers: Mapping[str, str] = given
        return headers


class Story:
    """What came to the world, in order, item by item."""

    def __init__(self, history: WorldHistory, mask: SecretMask) -> None:
        self._history = history
        self._mask = mask
        self._headers = HeaderSets()
        self._tallies: dict[object, int] = {rule.tally: n for n, rule in enumerate(history.beginning.rules)}
        self._course = history.beginning.course

    def told(self) -> Iterator[dict[str, Any]]:
        """Notes come before the entries that they came before."""
        notes = {after: list(some) for after, some in groupby(enumerate(self._history.notes, 1), lambda n: n[1].after)}
        strays = list(self._history.strays)
        for place, entry in enumerate((*self._history.entries, None)):
            while strays and (entry is None or strays[0].id < entry.id):
                yield self._exchange(strays.pop(0), stray=True)
            for number, note in notes.get(place, ()):
                yield {"base": note.base, "note": note.kind, **self._noted(note, number)}
            if entry is not None:
                yield self._exchange(entry, stray=False)

    def _exchange(self, entry: Entry, *, stray: bool) -> dict[str, Any]:
        rest = entry.rest
        told = {
            "base": entry.real,
            "at": to_text(entry.at),
            **self._request(entry.method, entry.target, entry.headers, body_of_entry(entry)),
            "operation": entry.operation,
            "status": int(entry.status),
            "digest": digests.of_entry(entry, self._mask),
        }
        if rest and rest.broken:
            told["broken"] = [rest.broken[0], rest.broken[1], rest.broken[2] and int(rest.broken[2])]
        if rest and rest.begun is not None:
            told["begun"] = rest.begun
        if entry.injected:
            told["fault"] = ", ".join(entry.injected)
        if stray:
            told["stray"] = True
        return told

    def _request(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        told: dict[str, Any] = {"method": method, "target": self._mask.text(target)}
        told["headers"] = self._headers.write(self._mask.headers(headers))
        if body:
            told["body"] = self._bytes(body)
        return told

    def _bytes(self, body: bytes) -> Any:
        try:
            return self._mask.text(body.decode())
        except UnicodeDecodeError:
            return {"base64": b64encode(self._mask.text(body.decode("latin-1")).encode("latin-1")).decode()}

    def _noted(self, note: Note, number: int) -> dict[str, Any]:
        """What a note tells, beside what kind it is."""
        value = note.value
        match note.kind:
            case "clock":
                return {"course": course(value), "at": to_text(value.at(note.base))}
            case "rules":
                return {"rules": [[self._tally(rule), self._mask.value(rule.to_json())] for rule in value]}
            case "attempt":
                return self._attempt(*value)
            case "begun":
                *request, broken = value
                told = {"number": number, **self._request(*request)}
                return {**told, "broken": list(broken)} if broken else told
            case kind:
                told = self._mask.value(PLAIN[kind](value))
                return dict(told)

    def _tally(self, rule: Rule) -> int:
        return self._tallies.setdefault(rule.tally, len(self._tallies))

    def _attempt(self, delivery: Delivery, attempt: Attempt, *outcome: Any) -> dict[str, Any]:
        wait, blocked = outcome
        told = {
            "id": delivery.id,
            "sent": digests.of_delivery(delivery, self._mask),
            "at": attempt.at,
            "real": attempt.real,
            "seconds": attempt.seconds,
            "answered": attempt.status,
        }
        if attempt.problem:
            told["problem"] = self._mask.text(attempt.problem)
        marks = {"wait": wait, "blocked": blocked, "replay": attempt.replay}
        return told | {name: mark for name, mark in marks.items() if mark}


def _event(value: Any) -> dict[str, Any]:
    number, record, anew = value
    about = {"tracking_number": number.text, "carrier": number.carrier.code, "event": record}
    return {**about, "anew": True} if anew else about


PLAIN: Mapping[str, Callable[[Any], Mapping[str, Any]]] = MappingProxyType(
    {
        "pin": lambda value: {"shipment": parts.shipment(value)},
        "unpin": lambda value: {"tracking_number": value.text, "carrier": value.carrier.code},
        "event": _event,
        "quota": lambda value: {"remaining": value},
        "subscribe": lambda value: {"webhook": value},
        "unsubscribe": lambda value: {"id": value},
        "send": lambda value: {"id": value},
        "take": lambda value: {"id": value},
        "order": lambda value: dict(zip(("tracking_number", "type", "status", "data"), value, strict=True)),
        "collect": lambda value: {"steps": value[0], **({"within": True} if value[1] else {})},
        "fail": lambda value: {"id": value[0], "why": value[1]},
    }
)
"""Notes that tell the same whatever else there is, by their kinds."""


def body_of_entry(entry: Entry) -> bytes:
    """The whole body of a request; CapsuleError if there is only a part."""
    if entry.rest is None:
        return entry.body
    if entry.rest.body is None:
        raise LostBeginningError(
            f"request {entry.id} ({entry.method} {entry.target[:80]}) had a body too long to keep, so it cannot be "
            "sent again; reset the key and do it with smaller requests"
        )
    return entry.rest.body

"""Failures: everything that may legally go wrong with a call, as points that a campaign goes through."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from mock_server.contract.error_codes import ErrorKind
from mock_server.contract.specification import Specification
from mock_server.lab.calls import Call

ONCE, TWICE, UNTIL, EVER = "once", "twice", "until the wait is over", "for ever"
NOW, MINUTE, MIDNIGHT = "now", "minute", "midnight"
BEFORE, AFTER = "before", "after"
A_MINUTE = 60.0  # seconds of the sandbox that a refusal which passes asks to wait
A_MOMENT = 0.5  # seconds of a clock that stands still: whoever waits as told finds it over
HANG_BEYOND = 5.0  # seconds by which an answer that does not come outlasts the command's time
CUT_AT = 40  # bytes of a body that are sent
MOST_ALIKE = 8  # calls of one operation that are all gone through; of more, some

LOST: Mapping[str, Mapping[str, Any]] = {
    "CONNECTION_RESET_BY_PEER": {"type": "CONNECTION_RESET_BY_PEER"},
    "EMPTY_RESPONSE": {"type": "EMPTY_RESPONSE"},
    "truncate_body": {"type": "truncate_body", "bytes": CUT_AT},
    "malformed_json": {"type": "malformed_json"},
    "MALFORMED_RESPONSE_CHUNK": {"type": "MALFORMED_RESPONSE_CHUNK"},
    "RANDOM_DATA_THEN_CLOSE": {"type": "RANDOM_DATA_THEN_CLOSE"},
}
LIKELY = frozenset({"CONNECTION_RESET_BY_PEER", "truncate_body", "malformed_json"})
ANNOUNCING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
OF_ITEMS = frozenset({"carrier_unavailable", "not_found"})  # what a batch may say of one shipment
SLOW: Mapping[str, Any] = {"type": "dribble", "numberOfChunks": 4, "totalDuration": 300}


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that goes wrong with one call.

    `announced` says that the answer tells how long to wait, `blamed` that it says the request is wrong.
    """

    call: Call
    fault: str
    document: Mapping[str, Any]
    times: str = ONCE
    phase: str = BEFORE
    announced: bool = False
    blamed: bool = False
    item: str | None = None
    """The number of a batch's item that is refused, the rest is answered."""
    clause: str | None = None
    """The clause by which the API may answer so; the network's failures have none."""

    def rule(self, identifier: str) -> dict[str, Any]:
        """The fault rule; `until` is in seconds of the world, and is made an instant there."""
        rule: dict[str, Any] = {
            "id": identifier,
            "fault": dict(self.document) | ({"retry_after_seconds": A_MINUTE} if self.waits else {}),
            "match": self.call.match(self.item),
        }
        earlier = self.call.earlier if self.item is None else 0
        if earlier:
            rule["after"] = earlier
        if self.times in {ONCE, TWICE}:
            rule["times"] = 1 if self.times == ONCE else 2
        if self.times == UNTIL:
            rule["until"] = A_MOMENT
        if self.phase_matters:
            rule["phase"] = self.phase
        return rule

    @property
    def waits(self) -> bool:
        """Whether it is over when the announced wait is."""
        return self.times == UNTIL and self.announced

    @property
    def phase_matters(self) -> bool:
        return self.item is None

    @property
    def lasting(self) -> bool:
        """Whether no patience helps."""
        return self.times == EVER or self.blamed or self.item is not None

    @property
    def name(self) -> str:
        return f"{self.call.id} {self.fault}{f' of {self.item}' if self.item else ''} {self.phase} {self.times}"


@dataclass(frozen=True, slots=True)
class Point:
    """One world of a campaign: what goes wrong in it, when, and under which plan; without failures, only the plan."""

    call: Call
    failures: tuple[Failure, ...] = ()
    when: str = NOW
    plan: str | None = None
    remaining: int | None = None

    @property
    def name(self) -> str:
        parts = [each.name for each in self.failures] or [self.fault]
        return f"{' and '.join(parts)} {self.when} {self.plan or ''} {self.remaining}".strip()

    @property
    def fault(self) -> str:
        if self.failures:
            return " and ".join(dict.fromkeys(_told(each, self.call) for each in self.failures))
        return f"plan {self.plan}" if self.remaining is None else "the quota is used up"

    @property
    def lasting(self) -> bool:
        return any(each.lasting for each in self.failures) or (not self.failures and self.remaining is None)

    @property
    def announced(self) -> bool:
        return all(each.announced for each in self.failures)

    @property
    def blamed(self) -> bool:
        return any(each.blamed for each in self.failures)

    @property
    def phase(self) -> str:
        return self.failures[0].phase if self.failures else BEFORE

    @property
    def times(self) -> str:
        return self.failures[0].times if self.failures else UNTIL

    @property
    def patience(self) -> bool:
        """Whether the wait is told to be two seconds, so that who sleeps one after everything comes too early."""
        return self.when == NOW and any(each.waits for each in self.failures)

    def rules(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(each.rule(f"lab-{place}") for place, each in enumerate(self.failures, 1))

    def struck(self, counts: Mapping[str, int]) -> bool:
        """Whether all that was to go wrong did."""
        return all(counts.get(f"lab-{place}") for place, _ in enumerate(self.failures, 1))

    def smaller(self) -> "Iterator[Point]":
        """The points with one thing less in them."""
        for place in range(len(self.failures) if len(self.failures) > 1 else 0):
            rest = (*self.failures[:place], *self.failures[place + 1 :])
            yield replace(self, call=rest[0].call, failures=rest)
        if self.when != NOW:
            yield replace(self, when=NOW)
        for place, each in enumerate(self.failures):
            if each.times in {TWICE, UNTIL, EVER} and not each.blamed:
                fewer = {
                    TWICE: (ONCE,),
                    UNTIL: (ONCE,),
                    EVER: (ONCE, TWICE, UNTIL) if each.announced else (ONCE, TWICE),
                }
                for times in fewer[each.times]:
                    failures = (*self.failures[:place], replace(each, times=times), *self.failures[place + 1 :])
                    yield replace(self, failures=failures)


def points(calls: Sequence[Call], specification: Specification, *, hang: float, plan: str) -> list[Point]:
    """Every single failure of the calls, most severe first."""
    ranked: list[tuple[int, int, Point]] = []
    for place, call in enumerate(_chosen(calls)):
        for rank, failure in _failures(call, specification, hang):
            ranked.append((rank, place, Point(call, (failure,))))
            if failure.times == UNTIL and failure.announced:
                ranked += [(rank + 3, place, Point(call, (failure,), when)) for when in (MINUTE, MIDNIGHT)]
    for name in (str(each["name"]) for each in specification.plans):
        if name != plan and calls:
            ranked.append((4, 0, Point(calls[0], plan=name)))
    ranked.sort(key=lambda each: each[:2])
    return list({point.name: point for *_, point in ranked}.values())


def pairs(survived: Sequence[Point]) -> Iterator[Point]:
    """Two failures that were survived one by one, most severe first: on one call and its retry, then on two calls."""
    single = [
        each.failures[0] for each in survived if len(each.failures) == 1 and each.when == NOW and not each.lasting
    ]
    firsts = [each for each in single if each.times == ONCE and each.item is None]
    for first in firsts:
        for other in firsts:
            if other.call is first.call and other.fault != first.fault and first.document["type"] != "dribble":
                yield Point(first.call, (first, other))
    twice = [each for each in single if each.times == TWICE]
    for place, first in enumerate(twice):
        for other in twice[place + 1 :]:
            if other.call is not first.call and other.fault == first.fault:
                yield Point(first.call, (first, other))
    for place, first in enumerate(firsts):
        for other in firsts[place + 1 :]:
            if other.call is not first.call and other.fault != first.fault:
                yield Point(first.call, (first, other))


def _failures(call: Call, specification: Specification, hang: float) -> Iterator[tuple[int, Failure]]:
    """Every failure of the call, each with its rank: the lower, the more severe."""
    declared = specification.operations[call.operation].statuses
    for kind in specification.errors:
        if kind.status in declared:
            yield from _refusals(call, kind, specification)
    for name in LOST:
        yield from _losses(call, name)
    silent = {"type": "latency", "milliseconds": 1000 * (hang + HANG_BEYOND)}
    yield 1, Failure(call, "no answer", silent, phase=AFTER)
    yield 4, Failure(call, "dribble", SLOW, phase=AFTER)
    if len(call.items) > 1:
        middle = call.items[len(call.items) // 2]
        for kind in specification.errors:
            if kind.name in OF_ITEMS:
                yield 1, Failure(call, kind.name, {"type": "error", "code": kind.name}, times=EVER, item=middle)


def _refusals(call: Call, kind: ErrorKind, specification: Specification) -> Iterator[tuple[int, Failure]]:
    clause = specification.operations[call.operation].response(kind.status).get("x-clause")
    error = Failure(call, kind.name, {"type": "error", "code": kind.name}, clause=clause)
    if kind.status in ANNOUNCING:
        announced = replace(error, announced=True)
        yield 0, replace(announced, times=UNTIL)
        yield 0, replace(announced, times=EVER)
        yield 1, announced
        yield 2, replace(announced, times=TWICE)
        if kind.status == HTTPStatus.SERVICE_UNAVAILABLE and not call.safe:
            yield 1, replace(announced, phase=AFTER)
    elif kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        for phase in _phases(call):
            yield 1, replace(error, phase=phase)
        yield 2, replace(error, times=EVER)
    else:
        yield 2, replace(error, times=EVER, blamed=True)


def _losses(call: Call, name: str) -> Iterator[tuple[int, Failure]]:
    """An answer that is lost on its way; a body without an end can only be one that was made."""
    phases = (AFTER,) if name == "malformed_json" else _phases(call)
    likely = name in LIKELY
    for phase in phases:
        yield (1 if likely else 3), Failure(call, name, LOST[name], phase=phase)
    if name == "CONNECTION_RESET_BY_PEER":
        yield 2, Failure(call, name, LOST[name], times=TWICE)
    if likely:
        yield 2, Failure(call, name, LOST[name], times=EVER, phase=phases[-1])


def _phases(call: Call) -> tuple[str, ...]:
    """Whether it matters if the call has had its effect."""
    return (BEFORE,) if call.safe else (BEFORE, AFTER)


def _chosen(calls: Sequence[Call]) -> list[Call]:
    """All calls; of many of one operation the first ones, one of the middle and the last."""
    chosen: list[Call] = []
    for operation in dict.fromkeys(call.operation for call in calls):
        alike = [call for call in calls if call.operation == operation]
        if len(alike) > MOST_ALIKE:
            alike = [*alike[:3], alike[len(alike) // 2], *alike[-2:]]
        chosen += alike
    return sorted(chosen, key=calls.index)


def _told(failure: Failure, call: Call) -> str:
    name = f"{failure.fault} for {failure.item}" if failure.item else failure.fault
    return name if failure.call is call else f"{name} at {failure.call.id}"

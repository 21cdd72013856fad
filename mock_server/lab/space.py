"""Space: everything that may legally go wrong with a client's calls, as points that a campaign goes through."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from mock_server.contract.error_codes import ErrorKind
from mock_server.contract.specification import Specification
from mock_server.domain.clients.spending import TRACK
from mock_server.faults.catalogue.failures import LONGEST_LATENCY
from mock_server.faults.fault import ReplyFault
from mock_server.faults.kinds import TYPES
from mock_server.lab.calls import CREATE, ClientCall
from mock_server.lab.failures import (
    AFTER,
    BEFORE,
    DELIVERY,
    EVER,
    LATE_EVENT,
    LOST_EVENT,
    MIDNIGHT,
    MINUTE,
    NOW,
    ONCE,
    TWICE,
    UNTIL,
    Failure,
    Point,
)

HANG_BEYOND = 5.0  # seconds by which an answer that does not come outlasts the command's time
BROKEN = "CONNECTION_RESET_BY_PEER"
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
SLOW: Mapping[str, Any] = {"type": "dribble", "numberOfChunks": 4, "totalDuration": 300}


OVERTAKEN = "reorder"
EVENTS = ("duplicate", OVERTAKEN, LATE_EVENT, LOST_EVENT, "bad_signature", "missing_signature", "foreign_signature")
LATE = 60.0  # seconds of the sandbox by which an event comes late


def points(
    calls: Sequence[ClientCall], specification: Specification, *, hang: float, plan: str, events: int = 0
) -> list[Point]:
    """Every single failure of the calls, most severe first; also of deliveries, if the client gets `events`."""
    ranked: list[tuple[int, int, Point]] = []
    for place, call in enumerate(_chosen(calls)):
        for rank, failure in _failures(call, specification, hang):
            ranked.append((rank, place, Point(call, (failure,))))
            if failure.times == UNTIL and failure.announced:
                ranked += [(rank + 3, place, Point(call, (failure,), when)) for when in (MINUTE, MIDNIGHT)]
    for place, call in enumerate(calls):
        if events and call.operation == CREATE:
            # What the next event is to overtake needs a next one.
            names = [name for name in EVENTS if events > 1 or name != OVERTAKEN]
            ranked += [(1, place, Point(call, (_event(call, name),))) for name in names]
    for name in (str(each["name"]) for each in specification.plans):
        if name != plan and calls:
            ranked.append((4, 0, Point(calls[0], plan=name)))
    ranked.sort(key=lambda each: each[:2])
    return list({point.name: point for *_, point in ranked}.values())


def pairs(survived: Sequence[Point]) -> Iterator[Point]:
    """Two failures that were survived one by one, most severe first: on two calls, twice each, on one call and
    its retry, then on two calls.
    """
    single = [
        each.failures[0]
        for each in survived
        if len(each.failures) == 1 and each.when == NOW and not each.lasting and each.phase != DELIVERY
    ]
    firsts = [each for each in single if each.times == ONCE and each.item is None]
    twice = [each for each in single if each.times == TWICE]
    for place, first in enumerate(twice):
        for other in twice[place + 1 :]:
            if other.call is not first.call and other.fault == first.fault:
                yield Point(first.call, (first, other))
    for first in firsts:
        for other in firsts:
            if other.call is first.call and other.fault != first.fault and first.document["type"] != "dribble":
                yield Point(first.call, (first, other))
    for place, first in enumerate(firsts):
        for other in firsts[place + 1 :]:
            if other.call is not first.call and other.fault != first.fault:
                yield Point(first.call, (first, other))


def beyond(point: Point, extra: ClientCall, specification: Specification) -> list[Point]:
    """The same failure, and one more of a call that is made only because of it: it passes, or an answer is lost.

    Who has waited because of the first comes when a wait that was announced at the same instant is over.
    """
    passing = ONCE if point.announced else UNTIL
    chosen = [
        failure
        for _, failure in _failures(extra, specification, 0)
        if (failure.announced and failure.times == passing) or (failure.fault == BROKEN and failure.times == ONCE)
    ]
    return [replace(point, failures=(*point.failures, failure)) for failure in chosen]


def _failures(call: ClientCall, specification: Specification, hang: float) -> Iterator[tuple[int, Failure]]:
    """Every failure of the call, each with its rank: the lower, the more severe."""
    operation = specification.operations[call.operation]
    declared = operation.statuses
    for kind in specification.errors:
        if kind.status in declared:
            yield from _refusals(call, kind, specification)
    empty = not operation.response(operation.status).get("content")
    for name in LOST:
        if not (empty and _of_bodies(name)):
            yield from _losses(call, name)
    silent = {"type": "latency", "milliseconds": 1000 * min(hang + HANG_BEYOND, LONGEST_LATENCY)}
    unanswered = Failure(call, "no answer", silent, phase=AFTER)
    yield 1, unanswered
    yield 3, replace(unanswered, times=EVER)
    if not empty:
        yield 4, Failure(call, "dribble", SLOW, phase=AFTER)
    if len(call.items) > 1:
        middle = call.items[len(call.items) // 2]
        for kind in _of_items(specification):
            error = {"type": "error", "code": kind.name}
            yield 1, Failure(call, kind.name, error, times=EVER, item=middle, status=kind.status)


def _of_items(specification: Specification) -> Iterator[ErrorKind]:
    """What may be said of one shipment of a batch: what the page says of one alone, once it has been looked at."""
    alone = specification.operations[TRACK].statuses if TRACK in specification.operations else ()
    free = specification.extension("x-quota")["free_statuses"]["statuses"]
    return (kind for kind in specification.errors if kind.fixed and kind.status in alone and kind.status not in free)


def _of_bodies(fault: str) -> bool:
    """Whether the fault is of a body, which some answers have not, and whose status is there before it."""
    kind = TYPES[fault]
    return fault == "malformed_json" or (issubclass(kind, ReplyFault) and kind.in_transfer)


def _event(call: ClientCall, name: str) -> Failure:
    """Something that happens to the first event that the webhook is told."""
    more = {"seconds": LATE} if name == LATE_EVENT else {}
    return Failure(call, name, {"type": name, **more}, phase=DELIVERY)


def _refusals(call: ClientCall, kind: ErrorKind, specification: Specification) -> Iterator[tuple[int, Failure]]:
    clause = specification.operations[call.operation].response(kind.status).get("x-clause")
    error = Failure(call, kind.name, {"type": "error", "code": kind.name}, clause=clause, status=kind.status)
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


def _losses(call: ClientCall, name: str) -> Iterator[tuple[int, Failure]]:
    """An answer that is lost on its way; whose status says that it is done can only be of what was done."""
    phases = (AFTER,) if name == "malformed_json" else _phases(call)
    if _of_bodies(name):
        phases = phases[-1:]
    likely = name in LIKELY
    for phase in phases:
        yield (1 if likely else 3), Failure(call, name, LOST[name], phase=phase)
    if name == BROKEN:
        yield 2, Failure(call, name, LOST[name], times=TWICE)
    if likely:
        yield 2, Failure(call, name, LOST[name], times=EVER, phase=phases[-1])


def _phases(call: ClientCall) -> tuple[str, ...]:
    """Whether it matters if the call has had its effect."""
    return (BEFORE,) if call.safe else (BEFORE, AFTER)


def _chosen(calls: Sequence[ClientCall]) -> list[ClientCall]:
    """All calls; of many of one operation the first ones, one of the middle and the last."""
    chosen: list[ClientCall] = []
    for operation in dict.fromkeys(call.operation for call in calls):
        alike = [call for call in calls if call.operation == operation]
        if len(alike) > MOST_ALIKE:
            alike = [*alike[:3], alike[len(alike) // 2], *alike[-2:]]
        chosen += alike
    return sorted(chosen, key=calls.index)

"""What will happen in a sandbox by itself, soonest first: scans, deliveries, windows, rules that come and go."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import chain, islice
from math import inf
from operator import attrgetter

from mock_server.contract.errors import ApiError
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.source import identity
from mock_server.domain.steps import Steps
from mock_server.domain.webhooks.delivery import DeliveryState
from mock_server.world.world import World

MOST_SCANS = 50  # of one shipment
MOST_PINNED = 150  # shipments, the newest: nobody waits for what happens to thousands
TOGETHER = 250  # things that are put in order in one step: less than a millisecond


class UpcomingKind(StrEnum):
    """What can be awaited."""

    SCAN = "scan"
    DELIVERY = "delivery"
    WINDOW = "window"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class UpcomingEvent:
    """One thing that happens at an instant; `subject` is the number, delivery, seconds or rule that it happens to."""

    at: float
    kind: UpcomingKind
    subject: str
    text: str
    webhooks: int = 0
    """How many subscriptions will be told."""


def upcoming(world: World, until: float, asked: Iterable[str] = ()) -> Steps[list[UpcomingEvent]]:
    """All that comes by that instant; scans are of shipments subscribed to, begun, pinned lately, or `asked` for.

    Step by step, one shipment in each.
    """
    now = world.clock.now()
    others = chain(_deliveries(world, now), _windows(world, now), _rules(world, now))
    runs: list[Sequence[UpcomingEvent]] = []
    while run := sorted(islice(others, TOGETHER), key=attrgetter("at")):
        runs.append([each for each in run if each.at <= until])
        yield
    listening = Counter(each.tracking_number for each in world.webhooks.subscriptions.all())
    for number in _numbers(world, asked):
        yield
        runs.append([*_scans(world, number, now, until, listening[number.text])])
    return (yield from _in_order(runs))


def _in_order(runs: Iterable[Sequence[UpcomingEvent]]) -> Steps[list[UpcomingEvent]]:
    """All of them, soonest first, of runs that are so each."""
    ordered = merge(*runs, key=attrgetter("at"))
    found: list[UpcomingEvent] = []
    while together := [*islice(ordered, TOGETHER)]:
        found += together
        yield
    return found


def _scans(world: World, number: TrackingNumber, after: float, until: float, listening: int) -> Iterator[UpcomingEvent]:
    for _ in range(MOST_SCANS):
        event = world.shipments.next_event(number, after)
        if event is None or event.at > until:
            break
        yield UpcomingEvent(event.at, UpcomingKind.SCAN, number.text, event.phrase.words, listening)
        after = event.at


def _numbers(world: World, asked: Iterable[str]) -> Iterator[TrackingNumber]:
    """Every shipment that anybody has shown interest in, once."""
    known: set[tuple[str, str]] = set()
    begun = world.shipments.seen()
    subscribed = ((each.tracking_number, each.carrier) for each in world.webhooks.subscriptions.all())
    texts = [
        *((text, carrier) for carrier, text in list(world.shipments.own)[-MOST_PINNED:]),
        *((text, carrier) for carrier, text in begun),
        *subscribed,
        *((text, None) for text in asked),
    ]
    for text, carrier in texts:
        try:
            number = world.foundation.recognise(text, carrier)
        except ApiError:
            continue
        place = identity(number)
        scenario = world.foundation.scenario(number)
        idle = scenario is not None and scenario.error is not None
        unborn = world.foundation.source.lives_once(number) and place not in begun
        if place not in known and not world.shipments.pinned(number) and (idle or unborn):
            continue
        if place not in known:
            known.add(place)
            yield number


def _deliveries(world: World, now: float) -> Iterator[UpcomingEvent]:
    for delivery in world.webhooks.queue.all():
        if delivery.state is DeliveryState.PENDING and delivery.due is not None:
            attempt = f"attempt {delivery.tries + 1} of {world.webhooks.queue.rules.attempts}, {delivery.type}"
            yield UpcomingEvent(max(now, delivery.due), UpcomingKind.DELIVERY, delivery.id, attempt)


def _windows(world: World, now: float) -> Iterator[UpcomingEvent]:
    for level in world.quota.levels():
        left = f"{level.limit} lookups again, {level.remaining} left until then"
        yield UpcomingEvent(max(now, level.reset), UpcomingKind.WINDOW, str(level.seconds), left)


def _rules(world: World, now: float) -> Iterator[UpcomingEvent]:
    for rule, _ in world.faults.rules():
        for at, what in ((rule.opens, "begins to hold"), (rule.closes, "no longer holds")):
            if now < at < inf:
                yield UpcomingEvent(at, UpcomingKind.RULE, rule.id, what)

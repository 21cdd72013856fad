"""Watches: the shipments that subscriptions wait for news of, soonest first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import inf

from mock_server.domain.shipments.calendar import LENGTH, Season
from mock_server.domain.shipments.journey import Event, Journey, TrackedShipment
from mock_server.domain.webhooks.subscriptions import Subscription

MOST_SEASONS = 12  # a clock that is set years ahead tells the last year's news

JourneyAt = Callable[[float], Journey | None]
"""A shipment as it is on its way at an instant, or None where there is none."""
Mark = tuple[float, float]
"""A place among events: an instant, and how many of its second's journey come before."""


@dataclass(frozen=True, slots=True)
class News:
    """An event, and the shipment when it had just happened."""

    event: Event
    tracked: TrackedShipment
    place: int

    @property
    def mark(self) -> Mark:
        return self.event.at, self.place


def news(find: JourneyAt, after: Mark, until: float) -> Iterator[News]:
    """Every event later than the mark, up to the instant, oldest first.

    Of a shipment that is another one every season, each season's own.
    """
    after = max(after, (until - MOST_SEASONS * LENGTH, inf))
    season = Season.of(after[0])
    while season.start <= until:
        journey = find(max(after[0], season.start))
        for place, event in enumerate(_moving(journey)):
            if after < (event.at, place) and season.start <= event.at < season.end:
                if event.at > until:
                    return
                yield News(event, tracked_at(journey, place), place)  # type: ignore[arg-type]  # it has events
        season = Season(season.index + 1)


def next_look(find: JourneyAt, after: float) -> float:
    """When to look for news again: at the next event, or when the season is over."""
    season = Season.of(after)
    coming = (event.at for event in _moving(find(after)) if event.at > after)
    return min(next(coming, inf), season.end)


def tracked_at(journey: Journey, place: int) -> TrackedShipment:
    """The shipment when its event at that place had just happened, and those of the same second before it."""
    event = journey.events[place]
    polled = event.at if journey.polled_at is None else journey.polled_at
    return TrackedShipment(journey, place + 1, event.phrase.status, polled)


def _moving(journey: Journey | None) -> tuple[Event, ...]:
    """The events of a shipment that does not stand still."""
    return journey.events if journey and journey.polled_at is None else ()


WatchKey = tuple[str, str | None]
"""A tracking number and its carrier's code, if one is known."""
Find = Callable[[WatchKey, float], Journey | None]


@dataclass(slots=True)
class Watch:
    """One shipment: what of it has been told, and to whom it is told."""

    place: WatchKey
    told: Mark
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)  # after which instant each is told
    turn: int = 0  # the one entry of the schedule that counts

    def told_of(self, instant: float) -> Iterator[Subscription]:
        """Who was subscribed before that instant, in the order in which they did."""
        return (each for name, each in self.subscriptions.items() if self.since[name] < instant)


class Watches:
    """What to look at next, and the news there."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._watches: dict[WatchKey, Watch] = {}
        self._schedule: list[tuple[float, int, WatchKey]] = []
        self._turns = count(1)

    def add(self, subscription: Subscription, since: float, told: Mark | None = None) -> None:
        """Watch the subscription's shipment, for news later than the instant, of which those to the mark are told."""
        place, mark = key_of(subscription), told or (since, inf)
        watch = self._watches.get(place)
        if watch is None:
            watch = self._watches[place] = Watch(place, mark)
            self._look(watch, mark[0])
        elif mark < watch.told:
            watch.told = mark
            self._look(watch, mark[0])
        watch.subscriptions[subscription.webhook_id] = subscription
        watch.since[subscription.webhook_id] = since

    def told(self) -> dict[WatchKey, Mark]:
        """Up to where the news of each shipment have been told."""
        return {place: watch.told for place, watch in self._watches.items()}

    def remove(self, subscription: Subscription) -> None:
        place = key_of(subscription)
        watch = self._watches.get(place)
        if watch and watch.subscriptions.pop(subscription.webhook_id, None):
            del watch.since[subscription.webhook_id]
            if not watch.subscriptions:
                del self._watches[place]

    def of(self, number: str, carrier: str) -> Iterator[Watch]:
        """The watches of a shipment, also of who subscribed before any carrier knew its number."""
        for place in ((number, carrier), (number, None)):
            if place in self._watches:
                yield self._watches[place]

    def next(self) -> float | None:
        """The instant of the next look."""
        while self._schedule and self._stale(*self._schedule[0][1:]):
            heappop(self._schedule)
        return self._schedule[0][0] if self._schedule else None

    def take(self, now: float) -> tuple[Watch, News] | None:
        """The earliest news that have not been told, and from now on have; one look at a shipment without any is none.

        To be called as long as `next` is not later than now.
        """
        due = self.next()
        if due is None or due > now:
            return None
        watch = self._watches[heappop(self._schedule)[2]]
        found = self.tell(watch, now)
        return (watch, found) if found else None

    def tell(self, watch: Watch, now: float) -> News | None:
        """The watch's own next news, which from now on have been told."""
        found = next(self._news(watch, now), None)
        if found:
            watch.told = found.mark
            following = next(self._news(watch, now), None)
            self._look(watch, following.event.at if following else self._next_look(watch, now))
        else:
            watch.told = max(watch.told, (now, inf))
            self._look(watch, self._next_look(watch, now))
        return found

    def retell(self, watch: Watch, told: Mark) -> None:
        """Look anew at a shipment that is another one now, for news later than the mark."""
        watch.told = told
        self._look(watch, self._next_look(watch, told[0]))

    def rewind(self, now: float) -> list[Watch]:
        """It is earlier than it was: what is still to come has not been told; the watches that this concerns."""
        early = []
        for watch in self._watches.values():
            watch.since = {name: min(since, now) for name, since in watch.since.items()}
            if watch.told[0] > now:
                self.retell(watch, (now, inf))
                early.append(watch)
        return early

    def _news(self, watch: Watch, now: float) -> Iterator[News]:
        return news(lambda instant: self._find(watch.place, instant), watch.told, now)

    def _next_look(self, watch: Watch, after: float) -> float:
        return next_look(lambda instant: self._find(watch.place, instant), after)

    def _look(self, watch: Watch, instant: float) -> None:
        watch.turn = next(self._turns)
        heappush(self._schedule, (instant, watch.turn, watch.place))

    def _stale(self, turn: int, place: WatchKey) -> bool:
        watch = self._watches.get(place)
        return watch is None or watch.turn != turn


def key_of(subscription: Subscription) -> WatchKey:
    return subscription.tracking_number, subscription.carrier

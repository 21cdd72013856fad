"""Watches: the shipments that subscriptions wait for news of, soonest first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import inf

from mock_server.domain.journeys import Journey
from mock_server.domain.news import Mark, News, news, next_look
from mock_server.domain.webhooks import Subscription

Place = tuple[str, str | None]
"""A tracking number and its carrier's code, if one is known."""
Find = Callable[[Place, float], Journey | None]


@dataclass(slots=True)
class Watch:
    """One shipment: what of it has been told, and to whom it is told."""

    place: Place
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
        self._watches: dict[Place, Watch] = {}
        self._schedule: list[tuple[float, int, Place]] = []
        self._turns = count(1)

    def add(self, subscription: Subscription, since: float, told: Mark | None = None) -> None:
        """Watch the subscription's shipment, for news later than the instant, of which those to the mark are told."""
        place, mark = place_of(subscription), told or (since, inf)
        watch = self._watches.get(place)
        if watch is None:
            watch = self._watches[place] = Watch(place, mark)
            self._look(watch, mark[0])
        elif mark < watch.told:
            watch.told = mark
            self._look(watch, mark[0])
        watch.subscriptions[subscription.webhook_id] = subscription
        watch.since[subscription.webhook_id] = since

    def told(self) -> dict[Place, Mark]:
        """Up to where the news of each shipment have been told."""
        return {place: watch.told for place, watch in self._watches.items()}

    def remove(self, subscription: Subscription) -> None:
        place = place_of(subscription)
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

    def _stale(self, turn: int, place: Place) -> bool:
        watch = self._watches.get(place)
        return watch is None or watch.turn != turn


def place_of(subscription: Subscription) -> Place:
    return subscription.tracking_number, subscription.carrier

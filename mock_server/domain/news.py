"""News: what happens to a shipment, event by event, each with the shipment as of then."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf

from mock_server.domain.journeys import Event, Journey, Snapshot
from mock_server.domain.seasons import LENGTH, Season

MOST_SEASONS = 12  # a clock that is set years ahead tells the last year's news

Find = Callable[[float], Journey | None]
"""A shipment as it is on its way at an instant, or None where there is none."""
Mark = tuple[float, float]
"""A place among events: an instant, and how many of its second's journey come before."""


@dataclass(frozen=True, slots=True)
class News:
    """An event, and the shipment when it had just happened."""

    event: Event
    snapshot: Snapshot
    place: int

    @property
    def mark(self) -> Mark:
        return self.event.at, self.place


def news(find: Find, after: Mark, until: float) -> Iterator[News]:
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
                yield News(event, snapshot(journey, place), place)  # type: ignore[arg-type]  # it has events
        season = Season(season.index + 1)


def next_look(find: Find, after: float) -> float:
    """When to look for news again: at the next event, or when the season is over."""
    season = Season.of(after)
    coming = (event.at for event in _moving(find(after)) if event.at > after)
    return min(next(coming, inf), season.end)


def snapshot(journey: Journey, place: int) -> Snapshot:
    """The shipment when its event at that place had just happened, and those of the same second before it."""
    event = journey.events[place]
    polled = event.at if journey.polled_at is None else journey.polled_at
    return Snapshot(journey, place + 1, event.phrase.status, polled)


def _moving(journey: Journey | None) -> tuple[Event, ...]:
    """The events of a shipment that does not stand still."""
    return journey.events if journey and journey.polled_at is None else ()

"""Shipments: what one sandbox knows of every parcel in the world."""

from collections.abc import Mapping

from mock_server.domain.carriers import TrackingNumber
from mock_server.domain.dispatch import Dispatch
from mock_server.domain.journeys import Event, Journey
from mock_server.domain.seasons import Season

SEASONS_AHEAD = 8  # in which to look for a shipment that begins; most do in the first
Identity = tuple[str, str]  # carriers reuse each other's numbers, so a number alone names no shipment


def identity(number: TrackingNumber) -> Identity:
    return number.carrier.code, number.text


class Shipments:
    """One world's shipments: those that everybody finds, those it has pinned, and when it first saw a whole life."""

    def __init__(self, seed: int, dispatch: Dispatch) -> None:
        self.seed = seed
        self._dispatch = dispatch
        self._pinned: dict[Identity, Journey] = {}
        self._first_seen: dict[Identity, float] = {}

    def find(self, number: TrackingNumber, now: float) -> Journey:
        """The shipment of the number; finding it may be what starts its life."""
        key = identity(number)
        pinned = self._pinned.get(key)
        if pinned is not None:
            return pinned
        first_seen = None
        if self._dispatch.lives_once(number):
            # One atomic step: of two threads that see it at once, both get the same life.
            first_seen = self._first_seen.setdefault(key, now)
        return self._dispatch.journey(self.seed, number, now, first_seen=first_seen)

    def pinned(self, number: TrackingNumber) -> bool:
        """Whether this world has a shipment of its own for the number."""
        return bool(self._pinned) and identity(number) in self._pinned

    def pin(self, journey: Journey) -> None:
        """From now on, the number of the journey stands for it in this world."""
        self._pinned[identity(journey.number)] = journey

    def pins(self) -> tuple[Journey, ...]:
        """Every shipment that is this world's own."""
        return tuple(self._pinned.values())

    def seen(self) -> Mapping[Identity, float]:
        """When this world first saw each whole life."""
        return dict(self._first_seen)

    def see(self, number: TrackingNumber, instant: float) -> None:
        """Let the number's whole life begin at the instant."""
        self._first_seen[identity(number)] = instant

    def unpin(self, number: TrackingNumber) -> bool:
        """Back to what everybody finds; whether there was anything to take back."""
        return self._pinned.pop(identity(number), None) is not None

    def next_event(self, number: TrackingNumber, after: float) -> Event | None:
        """The next event that anybody can see after the instant, or None if there is none in the seasons to come."""
        instant = after
        for _ in range(SEASONS_AHEAD):
            event = self.find(number, instant).next_event_after(after)
            if event is not None:
                return event
            instant = Season.of(instant).end
            after = instant - 1
        return None

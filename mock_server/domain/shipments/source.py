"""Shipments: what one sandbox knows of every parcel in the world."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mock_server.domain.shipments.calendar import Season
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.journey import Event, Journey
from mock_server.domain.shipments.magic_shipments import MagicShipments
from mock_server.domain.shipments.ordinary import OrdinaryShipments
from mock_server.domain.shipments.phrases import Phrases
from mock_server.domain.shipments.places import Places

WHOLE_LIFE = "lifecycle"  # its name in fixtures/magic_numbers.json


class ShipmentSource:
    """Journeys as a pure function of seed, number and instant; one serves every world and thread."""

    def __init__(
        self,
        places: Places,
        phrases: Phrases,
        fixture: Mapping[str, Any],
        *,
        staged: Callable[[TrackingNumber], str | None] = lambda _: None,
        documented: Mapping[str, Any] | None = None,
    ) -> None:
        """`fixture` is fixtures/journeys.json, `staged` names the journey that a magic number asks for.

        `documented` is the page's example, answered for its own number whenever it is asked for.
        """
        self.phrases = phrases
        self._ordinary = OrdinaryShipments(places, phrases, fixture)
        self._magic = MagicShipments(self._ordinary)
        self._staged = staged
        self._documented = documented

    def journey(self, seed: int, number: TrackingNumber, instant: float, *, first_seen: float | None = None) -> Journey:
        """The shipment that the number stands for at the instant (Unix seconds), from its label to its last scan.

        A whole life starts at `first_seen`, or at the instant if nobody has seen it.
        """
        if self._documented and is_of(self._documented, number):
            return Journey.from_body(number, self._documented, self.phrases)
        name = self._staged(number)
        if name is None:
            return self._ordinary.journey(seed, number, instant)
        if name == WHOLE_LIFE:
            return self._magic.whole_life(seed, number, instant if first_seen is None else first_seen)
        return self._magic.blueprint(seed, number, name, instant)

    def in_status(self, seed: int, number: TrackingNumber, status: str, now: float) -> Journey:
        """A journey that has the status now; KeyError for a status that no journey shows."""
        return self._magic.in_status(seed, number, status, now)

    def lives_once(self, number: TrackingNumber) -> bool:
        """Whether the number's shipment begins when a sandbox first sees it."""
        return self._staged(number) == WHOLE_LIFE


def is_of(body: Mapping[str, Any], number: TrackingNumber) -> bool:
    return bool(body["tracking_number"] == number.text and body["carrier"]["code"] == number.carrier.code)


SEASONS_AHEAD = 8  # in which to look for a shipment that begins; most do in the first
Make = Callable[[], Journey]  # makes a shipment when somebody asks for it


class RequestedShipment(Protocol):
    """A shipment as it was asked for."""

    def journey(self, seed: int, source: ShipmentSource, now: float) -> Journey:
        """Its life, seen from the instant."""


Pinned = Journey | Make | RequestedShipment
Identity = tuple[str, str]  # carriers reuse each other's numbers, so a number alone names no shipment


def identity(number: TrackingNumber) -> Identity:
    return number.carrier.code, number.text


class Shipments:
    """One world's shipments: those that everybody finds, those it has pinned, and when it first saw a whole life."""

    def __init__(self, seed: int, source: ShipmentSource) -> None:
        self.seed = seed
        self._source = source
        self._since = 0.0
        self.own: dict[Identity, Pinned] = {}
        """Those that it has pinned, made or still to be made."""
        self._first_seen: dict[Identity, float] = {}
        self.on_begun: Callable[[Identity, float], object] | None = None
        """Told when a whole life begins."""

    def find(self, number: TrackingNumber, now: float) -> Journey:
        """The shipment of the number; finding it may be what starts its life."""
        key = identity(number)
        pinned = self.own.get(key)
        if pinned is not None:
            return pinned if isinstance(pinned, Journey) else self._made(key, pinned)
        first_seen = None
        if self._source.lives_once(number):
            known = key in self._first_seen
            # One atomic step: of two threads that see it at once, both get the same life.
            first_seen = self._first_seen.setdefault(key, now)
            if not known and self.on_begun:
                self.on_begun(key, first_seen)
        return self._source.journey(self.seed, number, now, first_seen=first_seen)

    def pinned(self, number: TrackingNumber) -> bool:
        """Whether this world has a shipment of its own for the number."""
        return bool(self.own) and identity(number) in self.own

    def pin(self, journey: Journey) -> None:
        """From now on, the number of the journey stands for it in this world."""
        self.own[identity(journey.number)] = journey

    def begin_with(self, pins: Mapping[Identity, RequestedShipment], now: float) -> None:
        """Have these from the beginning, seen from the instant; there can be thousands, and many worlds share them."""
        self.own.update(pins)
        self._since = now

    def looked_at(self, pinned: Pinned) -> Journey:
        """What a pin stands for; of one that is still to be made nothing is kept."""
        if isinstance(pinned, Journey):
            return pinned
        return pinned() if callable(pinned) else pinned.journey(self.seed, self._source, self._since)

    def pin_later(self, key: Identity, make: Make) -> None:
        """The same for a shipment that is made when it is first asked for; `make` gives the same whenever that is."""
        self.own[key] = make

    def _made(self, key: Identity, pinned: Make | RequestedShipment) -> Journey:
        """What a pin stands for; from now on it is not made again."""
        journey = self.looked_at(pinned)
        if self.own.get(key) is pinned:
            self.own[key] = journey
        return journey

    def pinned_as(self, text: str) -> Journey | None:
        """The shipment that this world has pinned under that number, of whatever carrier."""
        return next((self.looked_at(pin) for key, pin in tuple(self.own.items()) if key[1] == text), None)

    def pins(self) -> tuple[Journey, ...]:
        """Every shipment that is this world's own."""
        return tuple(map(self.looked_at, tuple(self.own.values())))

    def seen(self) -> Mapping[Identity, float]:
        """When this world first saw each whole life."""
        return dict(self._first_seen)

    def see(self, number: TrackingNumber, instant: float) -> None:
        """Let the number's whole life begin at the instant."""
        self._first_seen[identity(number)] = instant

    def unpin(self, number: TrackingNumber) -> bool:
        """Back to what everybody finds; whether there was anything to take back."""
        return self.own.pop(identity(number), None) is not None

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

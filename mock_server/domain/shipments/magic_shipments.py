"""MagicShipments: the journeys of magic tracking numbers, by name."""

from functools import lru_cache

from mock_server.domain.randomness import stream
from mock_server.domain.shipments.calendar import DAY, HOUR, Season, estimate, local_date
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.itineraries import Itinerary
from mock_server.domain.shipments.journey import SILENCE_SECONDS, Event, Journey
from mock_server.domain.shipments.magic_journeys import MAGIC_JOURNEYS, Blueprint, ended
from mock_server.domain.shipments.ordinary import OrdinaryShipments
from mock_server.domain.shipments.places import Place

LIFETIME_HOURS = 72
REMEMBERED = 1024  # journeys of either kind


class MagicShipments:
    """The blueprints of all magic numbers, and the whole life that begins when a sandbox first sees its number."""

    def __init__(self, ordinary: OrdinaryShipments) -> None:
        self.ordinary = ordinary
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._stage)
        self.whole_life = lru_cache(maxsize=REMEMBERED)(self._whole_life)

    def blueprint(self, seed: int, number: TrackingNumber, name: str, instant: float) -> Journey:
        """The journey of that name, as it stands all through the season; KeyError for a name nobody staged."""
        return self._remembered(seed, number, name, Season.of(instant))

    def _whole_life(self, seed: int, number: TrackingNumber, start: float) -> Journey:
        """Pending at the start, delivered 72 hours later, every status once in between."""
        random = stream(seed, number.carrier.code, number.text, "whole life")
        itinerary, _, service = self.ordinary.prepare(number, random)
        begun, phrases = start // 1, self.ordinary.phrases
        day = local_date(begun + LIFETIME_HOURS * HOUR, itinerary.destination)
        events = tuple(
            Event(at, phrases[phrase], place.label, estimate(day, at, itinerary.destination))
            for hours, phrase, place in steps(itinerary)
            for at in [begun + hours * HOUR]
        )
        return Journey(number, service, itinerary.origin, itinerary.destination, events, phrases["pending"])

    def in_status(self, seed: int, number: TrackingNumber, status: str, now: float) -> Journey:
        """A journey that has the status now, and goes on to its delivery from there if that is how outcomes go.

        KeyError for a status that no journey shows.
        """
        life = self.whole_life(seed, number, now)
        if status == life.waiting.status:
            return life
        for event in life.events:
            if event.phrase.status == status:
                return self.whole_life(seed, number, now + now // 1 - event.at)
        blueprint = self.blueprint(seed, number, status, now)
        return ended(blueprint, now if blueprint.expires_at is None else now - SILENCE_SECONDS, DAY)

    def _stage(self, seed: int, number: TrackingNumber, name: str, season: Season) -> Journey:
        random = stream(seed, number.carrier.code, number.text, season.index, name)
        return MAGIC_JOURNEYS[name](
            Blueprint(self.ordinary, number, season, random, *self.ordinary.prepare(number, random))
        )


def steps(itinerary: Itinerary) -> tuple[tuple[int, str, Place], ...]:
    """What happens in a whole life, so many hours after its start."""
    origin, destination = itinerary.origin, itinerary.destination
    on_the_way = itinerary.stops[1:-1] or itinerary.stops[-1:]
    out = next((stop for stop in reversed(on_the_way) if stop.country == origin.country), origin)
    back = next((stop for stop in on_the_way if stop.country == destination.country), destination)
    if not itinerary.abroad:
        out, back = on_the_way[0], on_the_way[-1]
    return (
        (2, "label_created", origin),
        (8, "picked_up", origin),
        (14, "departed_facility", origin),
        (22, "arrived_facility", out),
        *(
            (
                (26, "departed_origin_country", out),
                (40, "arrived_destination_country", back),
                (44, "customs_submitted", back),
                (50, "customs_cleared", back),
            )
            if itinerary.customs
            else ((26, "departed_facility", out), (40, "arrived_facility", back))
        ),
        (54, "transferred_to_destination", back),
        (60, "arrived_local_facility", destination),
        (66, "out_for_delivery", destination),
        (LIFETIME_HOURS, "delivered", destination),
    )

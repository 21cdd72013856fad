"""OrdinaryShipments: the ordinary shipments of all carriers, one for each number and season."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise
from math import inf
from random import Random
from typing import Any

from mock_server.domain.randomness import stream
from mock_server.domain.shipments.calendar import HOUR, Season
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.itineraries import Itineraries, Itinerary
from mock_server.domain.shipments.journey import SILENCE_SECONDS, Event, Journey
from mock_server.domain.shipments.outcomes import OUTCOMES, lost, never_handed_over
from mock_server.domain.shipments.phrases import Phrases
from mock_server.domain.shipments.places import Places, distance
from mock_server.domain.shipments.services import Hours, ServiceLevel, ServiceLevels
from mock_server.domain.shipments.simulation import Simulation

REMEMBERED = 4096  # journeys; about 3 kB each
BACKLOGS = (0.8, 0.9, 1.0, 1.0, 1.1, 1.25, 1.5, 2.2)  # how long facilities take, of what they usually do
WEEKENDS = 1.2  # how much longer everything takes because of them
_OUTCOMES = tuple(life for life, _ in OUTCOMES)
_WEIGHTS = tuple(accumulate(weight for _, weight in OUTCOMES))


class OrdinaryShipments:
    """Journeys as a pure function of seed, number and season; one serves every world and thread."""

    def __init__(self, places: Places, phrases: Phrases, fixture: Mapping[str, Any]) -> None:
        """`fixture` is fixtures/journeys.json."""
        self.places = places
        self.phrases = phrases
        self.itineraries = Itineraries(places, fixture)
        self.levels = ServiceLevels(fixture)
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._deal)

    def journey(self, seed: int, number: TrackingNumber, instant: float) -> Journey:
        """The shipment that the number means at that instant, from label to last scan."""
        return self._remembered(seed, number, Season.of(instant))

    def prepare(self, number: TrackingNumber, random: Random) -> tuple[Itinerary, ServiceLevel, str | None]:
        """Where its parcel goes, how fast, and the service that is shown."""
        level = self.levels.level_of(number.carrier.type, number.service)
        origin, destination = self.itineraries.ends(number, level, random)
        service = self.levels.service_of(number, random, abroad=origin.country != destination.country)
        level = self.levels.level_of(number.carrier.type, service).slower(random.choice(BACKLOGS))
        return self.itineraries.way(number, level, origin, destination), level, service

    def bind(self, number: TrackingNumber, service: str | None, simulation: Simulation, until: float = inf) -> Journey:
        """The journey that a simulation tells, without what would happen after that instant."""
        events = tuple(
            Event(
                scan.at, self.phrases[scan.phrase], scan.place.label if scan.place else None, simulation.promise(index)
            )
            for index, scan in enumerate(simulation.scans[: simulation.kept])
            if scan.at < until
        )
        itinerary = simulation.itinerary
        return Journey(number, service, itinerary.origin, itinerary.destination, events, self.phrases["pending"])

    def _deal(self, seed: int, number: TrackingNumber, season: Season) -> Journey:
        random = stream(seed, number.carrier.code, number.text, season.index)
        itinerary, level, service = self.prepare(number, random)
        life = random.choices(_OUTCOMES, cum_weights=_WEIGHTS)[0]
        silent = life in (lost, never_handed_over)
        start = season.silence(random) if silent else season.departure(random, expected_seconds(itinerary, level))
        simulation = Simulation(itinerary, level, random, start)
        if simulation.now < season.end:
            life(simulation)
        journey = self.bind(number, service, simulation, season.end)
        return expiring(journey) if silent else journey


def expected_seconds(itinerary: Itinerary, level: ServiceLevel) -> float:
    """About how long it takes from label to door."""
    legs = pairwise(itinerary.stops)
    hours = sum(level.travel_hours(distance(here, there)) * 1.1 + middle(level.dwell_hours) for here, there in legs)
    hours += middle(level.lead_hours) + middle(level.export_hours) * itinerary.abroad
    hours += middle(level.customs_hours) * itinerary.customs
    return (hours + 26) * WEEKENDS * HOUR


def expiring(journey: Journey) -> Journey:
    """The journey, counted as expired once its last event is 30 days old."""
    return replace(journey, expires_at=journey.events[-1].at + SILENCE_SECONDS) if journey.events else journey


def middle(hours: Hours) -> float:
    return sum(hours) / 2

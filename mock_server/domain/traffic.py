"""Traffic: the ordinary shipments of all carriers, one for each number and season."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise
from math import inf
from random import Random
from typing import Any

from mock_server.domain.calendars import HOUR
from mock_server.domain.carriers import TrackingNumber
from mock_server.domain.diaries import Diary
from mock_server.domain.itineraries import Itineraries, Itinerary
from mock_server.domain.journeys import SILENCE_SECONDS, Event, Journey
from mock_server.domain.lives import LIVES, lost, never_handed_over
from mock_server.domain.paces import Hours, Pace, Paces
from mock_server.domain.phrases import Phrases
from mock_server.domain.places import Places, distance
from mock_server.domain.randomness import stream
from mock_server.domain.seasons import Season

REMEMBERED = 4096  # journeys; about 3 kB each
BACKLOGS = (0.8, 0.9, 1.0, 1.0, 1.1, 1.25, 1.5, 2.2)  # how long facilities take, of what they usually do
WEEKENDS = 1.2  # how much longer everything takes because of them
_LIVES = tuple(life for life, _ in LIVES)
_WEIGHTS = tuple(accumulate(weight for _, weight in LIVES))


class Traffic:
    """Journeys as a pure function of seed, number and season; one serves every world and thread."""

    def __init__(self, places: Places, phrases: Phrases, fixture: Mapping[str, Any]) -> None:
        """`fixture` is fixtures/journeys.json."""
        self.places = places
        self.phrases = phrases
        self.itineraries = Itineraries(places, fixture)
        self.paces = Paces(fixture)
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._deal)

    def journey(self, seed: int, number: TrackingNumber, instant: float) -> Journey:
        """The shipment that the number means at that instant, from label to last scan."""
        return self._remembered(seed, number, Season.of(instant))

    def prepare(self, number: TrackingNumber, random: Random) -> tuple[Itinerary, Pace, str | None]:
        """Where its parcel goes, how fast, and the service that is shown."""
        pace = self.paces.pace_of(number.carrier.type, number.service)
        origin, destination = self.itineraries.ends(number, pace, random)
        service = self.paces.service_of(number, random, abroad=origin.country != destination.country)
        pace = self.paces.pace_of(number.carrier.type, service).slower(random.choice(BACKLOGS))
        return self.itineraries.way(number, pace, origin, destination), pace, service

    def bind(self, number: TrackingNumber, service: str | None, diary: Diary, until: float = inf) -> Journey:
        """The journey that a diary tells, without what would happen after that instant."""
        events = tuple(
            Event(scan.at, self.phrases[scan.phrase], scan.place.label if scan.place else None, diary.promise(index))
            for index, scan in enumerate(diary.scans[: diary.kept])
            if scan.at < until
        )
        itinerary = diary.itinerary
        return Journey(number, service, itinerary.origin, itinerary.destination, events, self.phrases["pending"])

    def _deal(self, seed: int, number: TrackingNumber, season: Season) -> Journey:
        random = stream(seed, number.carrier.code, number.text, season.index)
        itinerary, pace, service = self.prepare(number, random)
        life = random.choices(_LIVES, cum_weights=_WEIGHTS)[0]
        silent = life in (lost, never_handed_over)
        start = season.silence(random) if silent else season.departure(random, expected_seconds(itinerary, pace))
        diary = Diary(itinerary, pace, random, start)
        if diary.now < season.end:
            life(diary)
        journey = self.bind(number, service, diary, season.end)
        return expiring(journey) if silent else journey


def expected_seconds(itinerary: Itinerary, pace: Pace) -> float:
    """About how long it takes from label to door."""
    legs = pairwise(itinerary.stops)
    hours = sum(pace.travel_hours(distance(here, there)) * 1.1 + middle(pace.dwell_hours) for here, there in legs)
    hours += middle(pace.lead_hours) + middle(pace.export_hours) * itinerary.abroad
    hours += middle(pace.customs_hours) * itinerary.customs
    return (hours + 26) * WEEKENDS * HOUR


def expiring(journey: Journey) -> Journey:
    """The journey, counted as expired once its last event is 30 days old."""
    return replace(journey, expires_at=journey.events[-1].at + SILENCE_SECONDS) if journey.events else journey


def middle(hours: Hours) -> float:
    return sum(hours) / 2

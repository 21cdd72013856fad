"""Scenes: what a magic shipment has gone through, so that it shows one thing at every instant of a season."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle, islice
from random import Random
from types import MappingProxyType

from mock_server.domain import lives
from mock_server.domain.calendars import DAY, HOUR, estimate, local_date, opening
from mock_server.domain.carriers import TrackingNumber
from mock_server.domain.diaries import ATTEMPTS, LOADING, Diary
from mock_server.domain.itineraries import Itinerary
from mock_server.domain.journeys import SILENCE_SECONDS, Event, Journey
from mock_server.domain.paces import Pace
from mock_server.domain.places import Place
from mock_server.domain.seasons import Season
from mock_server.domain.traffic import Traffic, expiring

WEEK = 7 * DAY
FORTY = 40


@dataclass(frozen=True, slots=True)
class Scene:
    """What a magic shipment is made of: an ordinary parcel of its carrier, and a season to last through."""

    traffic: Traffic
    number: TrackingNumber
    season: Season
    random: Random
    itinerary: Itinerary
    pace: Pace
    service: str | None

    def tell(self, life: lives.Life, itinerary: Itinerary | None = None, *, early: float = 0) -> Journey:
        """The journey of a life whose last scan is so many seconds and up to a week before the season."""
        diary = Diary(itinerary or self.itinerary, self.pace, self.random, self.season.start)
        life(diary)
        return ended(self.traffic.bind(self.number, self.service, diary), self.season.start - early)

    def event(self, at: float, phrase: str, place: Place, day: date) -> Event:
        return Event(at, self.traffic.phrases[phrase], place.label, estimate(day, at, place))

    def days(self, since: int) -> Iterator[float]:
        """The midnights (UTC) of the season, from so many days before it."""
        midnight = self.season.start + since * DAY
        while midnight < self.season.end:
            yield midnight
            midnight += DAY


def ended(journey: Journey, before: float, step: float = WEEK) -> Journey:
    """The journey moved so that it is just over by then, by whole weeks, so that its weekdays stay."""
    return journey.shifted((before - HOUR - journey.events[-1].at) // step * step)


def pending(scene: Scene) -> Journey:
    return replace(scene.tell(lives.never_handed_over), events=())


def info_received(scene: Scene) -> Journey:
    return scene.tell(lives.never_handed_over)


def in_transit(scene: Scene) -> Journey:
    """Sent from facility to facility of the recipient's country, with one scan each day."""
    journey = scene.tell(lives.reach_town, early=2 * DAY)
    country = scene.itinerary.destination.country
    stops = [place for place in scene.traffic.places.cities(country) for _ in ("in", "out")]
    scans = [
        scene.event(at, phrase, place, local_date(at, place) + timedelta(days=2))
        for midnight, place, phrase in zip(
            scene.days(-1), cycle(stops), cycle(("arrived_facility", "departed_facility")), strict=False
        )
        for at in [midnight + scene.random.randrange(1, DAY // 60) * 60]
    ]
    return replace(journey, events=(*journey.events, *scans))


def out_for_delivery(scene: Scene) -> Journey:
    """Loaded anew each morning."""
    journey, home = scene.tell(lives.reach_town, early=2 * DAY), scene.itinerary.destination
    mornings = [opening(midnight - DAY / 2, home, *LOADING, scene.random) for midnight in scene.days(-1)]
    scans = [scene.event(at, "out_for_delivery", home, local_date(at, home)) for at in mornings]
    return replace(journey, events=(*journey.events, *scans))


def delivered(scene: Scene) -> Journey:
    return scene.tell(lives.smooth)


def exception(scene: Scene) -> Journey:
    mishap = scene.random.choice(("weather_delay", "damaged", "address_incorrect"))
    return scene.tell(lambda diary: lives.suffer_halfway(diary, mishap))


def failed_attempt(scene: Scene) -> Journey:
    def life(diary: Diary) -> None:
        lives.second_attempt(diary)
        keep(diary, ATTEMPTS)

    return scene.tell(life)


def available_for_pickup(scene: Scene) -> Journey:
    def life(diary: Diary) -> None:
        lives.fetched(diary)
        keep(diary, ("available_for_pickup",))

    return scene.tell(life)


def returned(scene: Scene) -> Journey:
    def life(diary: Diary) -> None:
        lives.reach_town(diary)
        diary.offer()
        lives.send_back(diary)

    return scene.tell(life)


def expired(scene: Scene) -> Journey:
    return expiring(scene.tell(lives.lost, early=SILENCE_SECONDS))


def forty_events(scene: Scene) -> Journey:
    """Sent about for weeks."""
    countries = dict.fromkeys((scene.itinerary.origin.country, scene.itinerary.destination.country))
    cities = [place for country in countries for place in scene.traffic.places.cities(country)]
    tour = islice(cycle(cities), FORTY)

    def life(diary: Diary) -> None:
        diary.pace = replace(scene.pace, dwell_hours=(1, 4))
        lives.smooth(diary)
        diary.kept = FORTY

    return scene.tell(life, Itinerary((scene.itinerary.origin, *tour, scene.itinerary.destination)))


def customs_hold(scene: Scene) -> Journey:
    """Sent to a country that wants more papers."""
    itinerary, ways = scene.itinerary, scene.traffic.itineraries
    while not itinerary.customs:
        market = ways.market(itinerary.origin.country, scene.random, worldwide=True)
        town = scene.random.choice(scene.traffic.places.towns(market))
        itinerary = ways.way(scene.number, scene.pace, itinerary.origin, town)

    def life(diary: Diary) -> None:
        lives.papers_missing(diary)
        keep(diary, ("customs_documents_missing",))

    return scene.tell(life, itinerary)


def no_estimate(scene: Scene) -> Journey:
    return scene.tell(lives.reach_town)


def non_ascii_places(scene: Scene) -> Journey:
    stops = scene.random.sample(scene.traffic.places.native, 5)
    return scene.tell(almost_there, Itinerary(tuple(stops), customs=True))


def duplicate_events(scene: Scene) -> Journey:
    """One event is there twice, and another shares its second with a third."""
    journey = scene.tell(almost_there)
    *before, twice, newest = journey.events
    beside = replace(newest, phrase=scene.traffic.phrases["in_transit_to_next"])
    return replace(journey, events=(*before, twice, twice, beside, newest))


def three_attempts(scene: Scene) -> Journey:
    return scene.tell(lives.three_attempts)


def almost_there(diary: Diary) -> None:
    lives.smooth(diary)
    keep(diary, ("arrived_local_facility",))


def keep(diary: Diary, phrases: tuple[str, ...]) -> None:
    """Leave out what came after the first scan with one of the phrases."""
    diary.kept = next(index for index, scan in enumerate(diary.scans, 1) if scan.phrase in phrases)


SCENES: Mapping[str, Callable[[Scene], Journey]] = MappingProxyType(
    {
        scene.__name__: scene
        for scene in (
            pending,
            info_received,
            in_transit,
            out_for_delivery,
            delivered,
            exception,
            failed_attempt,
            available_for_pickup,
            returned,
            expired,
            forty_events,
            customs_hold,
            no_estimate,
            non_ascii_places,
            duplicate_events,
            three_attempts,
        )
    }
)

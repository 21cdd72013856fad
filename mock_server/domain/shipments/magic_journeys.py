"""Magic journeys: what a magic shipment has gone through, so that it shows one thing at every instant of a season."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle, islice
from random import Random
from types import MappingProxyType

from mock_server.domain.shipments import outcomes
from mock_server.domain.shipments.calendar import DAY, HOUR, Season, estimate, local_date, opening
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.itineraries import Itinerary
from mock_server.domain.shipments.journey import SILENCE_SECONDS, Event, Journey
from mock_server.domain.shipments.ordinary import OrdinaryShipments, expiring
from mock_server.domain.shipments.places import Place
from mock_server.domain.shipments.services import ServiceLevel
from mock_server.domain.shipments.simulation import ATTEMPTS, LOADING, Simulation

WEEK = 7 * DAY
FORTY = 40


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a magic shipment is made of: an ordinary parcel of its carrier, and a season to last through."""

    ordinary: OrdinaryShipments
    number: TrackingNumber
    season: Season
    random: Random
    itinerary: Itinerary
    level: ServiceLevel
    service: str | None

    def tell(self, life: outcomes.Outcome, itinerary: Itinerary | None = None, *, early: float = 0) -> Journey:
        """The journey of a life whose last scan is so many seconds and up to a week before the season."""
        simulation = Simulation(itinerary or self.itinerary, self.level, self.random, self.season.start)
        life(simulation)
        return ended(self.ordinary.bind(self.number, self.service, simulation), self.season.start - early)

    def event(self, at: float, phrase: str, place: Place, day: date) -> Event:
        return Event(at, self.ordinary.phrases[phrase], place.label, estimate(day, at, place))

    def days(self, since: int) -> Iterator[float]:
        """The midnights (UTC) of the season, from so many days before it."""
        midnight = self.season.start + since * DAY
        while midnight < self.season.end:
            yield midnight
            midnight += DAY


def ended(journey: Journey, before: float, step: float = WEEK) -> Journey:
    """The journey moved so that it is just over by then, by whole weeks, so that its weekdays stay."""
    return journey.shifted((before - HOUR - journey.events[-1].at) // step * step)


def pending(blueprint: Blueprint) -> Journey:
    return replace(blueprint.tell(outcomes.never_handed_over), events=())


def info_received(blueprint: Blueprint) -> Journey:
    return blueprint.tell(outcomes.never_handed_over)


def in_transit(blueprint: Blueprint) -> Journey:
    """Sent from facility to facility of the recipient's country, with one scan each day."""
    journey = blueprint.tell(outcomes.reach_town, early=2 * DAY)
    country = blueprint.itinerary.destination.country
    stops = [place for place in blueprint.ordinary.places.cities(country) for _ in ("in", "out")]
    scans = [
        blueprint.event(at, phrase, place, local_date(at, place) + timedelta(days=2))
        for midnight, place, phrase in zip(
            blueprint.days(-1), cycle(stops), cycle(("arrived_facility", "departed_facility")), strict=False
        )
        for at in [midnight + blueprint.random.randrange(1, DAY // 60) * 60]
    ]
    return replace(journey, events=(*journey.events, *scans))


def out_for_delivery(blueprint: Blueprint) -> Journey:
    """Loaded anew each morning."""
    journey, home = blueprint.tell(outcomes.reach_town, early=2 * DAY), blueprint.itinerary.destination
    mornings = [opening(midnight - DAY / 2, home, *LOADING, blueprint.random) for midnight in blueprint.days(-1)]
    scans = [blueprint.event(at, "out_for_delivery", home, local_date(at, home)) for at in mornings]
    return replace(journey, events=(*journey.events, *scans))


def delivered(blueprint: Blueprint) -> Journey:
    return blueprint.tell(outcomes.smooth)


def exception(blueprint: Blueprint) -> Journey:
    mishap = blueprint.random.choice(("weather_delay", "damaged", "address_incorrect"))
    return blueprint.tell(lambda simulation: outcomes.suffer_halfway(simulation, mishap))


def failed_attempt(blueprint: Blueprint) -> Journey:
    def life(simulation: Simulation) -> None:
        outcomes.second_attempt(simulation)
        keep(simulation, ATTEMPTS)

    return blueprint.tell(life)


def available_for_pickup(blueprint: Blueprint) -> Journey:
    def life(simulation: Simulation) -> None:
        outcomes.fetched(simulation)
        keep(simulation, ("available_for_pickup",))

    return blueprint.tell(life)


def returned(blueprint: Blueprint) -> Journey:
    def life(simulation: Simulation) -> None:
        outcomes.reach_town(simulation)
        simulation.offer()
        outcomes.send_back(simulation)

    return blueprint.tell(life)


def expired(blueprint: Blueprint) -> Journey:
    return expiring(blueprint.tell(outcomes.lost, early=SILENCE_SECONDS))


def forty_events(blueprint: Blueprint) -> Journey:
    """Sent about for weeks."""
    countries = dict.fromkeys((blueprint.itinerary.origin.country, blueprint.itinerary.destination.country))
    cities = [place for country in countries for place in blueprint.ordinary.places.cities(country)]
    tour = islice(cycle(cities), FORTY)

    def life(simulation: Simulation) -> None:
        simulation.level = replace(blueprint.level, dwell_hours=(1, 4))
        outcomes.smooth(simulation)
        simulation.kept = FORTY

    return blueprint.tell(life, Itinerary((blueprint.itinerary.origin, *tour, blueprint.itinerary.destination)))


def customs_hold(blueprint: Blueprint) -> Journey:
    """Sent to a country that wants more papers."""
    itinerary, ways = blueprint.itinerary, blueprint.ordinary.itineraries
    while not itinerary.customs:
        market = ways.market(itinerary.origin.country, blueprint.random, worldwide=True)
        town = blueprint.random.choice(blueprint.ordinary.places.towns(market))
        itinerary = ways.way(blueprint.number, blueprint.level, itinerary.origin, town)

    def life(simulation: Simulation) -> None:
        outcomes.papers_missing(simulation)
        keep(simulation, ("customs_documents_missing",))

    return blueprint.tell(life, itinerary)


def no_estimate(blueprint: Blueprint) -> Journey:
    return blueprint.tell(outcomes.reach_town)


def non_ascii_places(blueprint: Blueprint) -> Journey:
    stops = blueprint.random.sample(blueprint.ordinary.places.native, 5)
    return blueprint.tell(almost_there, Itinerary(tuple(stops), customs=True))


def duplicate_events(blueprint: Blueprint) -> Journey:
    """One event is there twice, and another shares its second with a third."""
    journey = blueprint.tell(almost_there)
    *before, twice, newest = journey.events
    beside = replace(newest, phrase=blueprint.ordinary.phrases["in_transit_to_next"])
    return replace(journey, events=(*before, twice, twice, beside, newest))


def three_attempts(blueprint: Blueprint) -> Journey:
    return blueprint.tell(outcomes.three_attempts)


def almost_there(simulation: Simulation) -> None:
    outcomes.smooth(simulation)
    keep(simulation, ("arrived_local_facility",))


def keep(simulation: Simulation, phrases: tuple[str, ...]) -> None:
    """Leave out what came after the first scan with one of the phrases."""
    simulation.kept = next(index for index, scan in enumerate(simulation.scans, 1) if scan.phrase in phrases)


MAGIC_JOURNEYS: Mapping[str, Callable[[Blueprint], Journey]] = MappingProxyType(
    {
        blueprint.__name__: blueprint
        for blueprint in (
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

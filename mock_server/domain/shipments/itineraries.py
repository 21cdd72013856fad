"""Itineraries: where a parcel goes, and through which facilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Any

from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.places import Place, Places, distance
from mock_server.domain.shipments.services import ServiceLevel, network_name

NEAR_KM = 60  # facilities closer than this are one
LONG_KM = 700  # lorries stop on a way longer than this
FAR_KM = 2500  # a parcel of a worldwide network changes planes beyond this
DETOUR = 1.35  # how much longer than the direct way a parcel may travel to pass a hub


@dataclass(frozen=True, slots=True)
class Itinerary:
    """The stops of a parcel, from the town that sends it to the town that gets it."""

    stops: tuple[Place, ...]
    customs: bool = False

    @property
    def origin(self) -> Place:
        return self.stops[0]

    @property
    def destination(self) -> Place:
        return self.stops[-1]

    @property
    def abroad(self) -> bool:
        return self.origin.country != self.destination.country


@dataclass(frozen=True, slots=True, eq=False)  # networks are few and are told apart as they are
class Network:
    """A carrier's facilities: where it sorts, where its planes meet, and where they meet between continents."""

    hubs: tuple[Place, ...] = ()
    air: tuple[Place, ...] = ()
    world: tuple[Place, ...] = ()


class Itineraries:
    """Ways for parcels of every carrier, over the networks and markets of fixtures/journeys.json."""

    def __init__(self, places: Places, fixture: Mapping[str, Any]) -> None:
        self.places = places
        self._fixture = fixture
        self._networks = {code: _network(record, places) for code, record in fixture["networks"].items()}
        self._no_network = Network()
        self._restricted: Mapping[str, Sequence[str]] = fixture["restricted"]
        # Pure, so whoever asks first pays and nobody is told anything different.
        self._markets = lru_cache(maxsize=1024)(self._weigh_markets)
        self._nearest_hub = lru_cache(maxsize=8192)(self._find_nearest_hub)
        self._relay = lru_cache(maxsize=8192)(self._find_relay)

    def ends(self, number: TrackingNumber, level: ServiceLevel, random: Random) -> tuple[Place, Place]:
        """Who could send a parcel with that number to whom."""
        sender, recipient = self._lane(number, level, random)
        origin = random.choice(self.places.towns(sender))
        destination = random.choice(self.places.towns(recipient))
        if origin.city == destination.city and sender == recipient:
            destination = random.choice(self.places.cities(recipient))
        return origin, destination

    def way(self, number: TrackingNumber, level: ServiceLevel, origin: Place, destination: Place) -> Itinerary:
        """The way between two towns over that carrier's facilities."""
        network = self._network_of(number.carrier.code)
        if origin.country == destination.country:
            return Itinerary(tidy(self._overland(network, level, origin, destination)))
        leaving = self._gateway(origin, destination)
        entering = self._gateway(destination, leaving)
        change = between(leaving, entering, network.world) if distance(leaving, entering) > FAR_KM else None
        stops = (
            *self._overland(network, level, origin, leaving),
            *([change] if change and change.country not in {origin.country, destination.country} else []),
            *self._overland(network, level, entering, destination),
        )
        return Itinerary(tidy(stops), self.places.customs_between(origin.country, destination.country))

    def country_of(self, number: TrackingNumber) -> str:
        """The carrier's home, or the nearest thing to it on the map."""
        home = number.carrier.country
        return home if home in self.places else next(iter(self._fixture["markets"]))

    def market(self, home: str, random: Random, *, worldwide: bool) -> str:
        """A country with which that country trades parcels."""
        countries, weights = self._markets(home, worldwide)
        return random.choices(countries, cum_weights=weights)[0]

    def _lane(self, number: TrackingNumber, level: ServiceLevel, random: Random) -> tuple[str, str]:
        home = self.country_of(number)
        issuer = number.issuer_country
        if issuer is not None and issuer in self.places:
            if issuer != home:
                return issuer, home
            share = 1 - level.abroad if level.abroad > 0.5 else 0.25  # posts use S10 at home too
            if level.scope == "domestic" or (level.scope is None and random.random() < share and self._roomy(home)):
                return home, home
            return home, self.market(home, random, worldwide=True)
        share = max(level.abroad, self._fixture["cross_border_homes"].get(home, 0)) if level.abroad else 0
        if level.scope == "domestic" or (level.scope is None and random.random() >= share and self._roomy(home)):
            return home, home
        other = self.market(home, random, worldwide=level.worldwide)
        return (other, home) if random.random() < level.inbound else (home, other)

    def _roomy(self, country: str) -> bool:
        return len(self.places.cities(country)) > 1

    def _gateway(self, town: Place, other: Place) -> Place:
        return min(self.places.gateways(town.country), key=lambda city: distance(town, city) + distance(city, other))

    def _overland(self, network: Network, level: ServiceLevel, origin: Place, destination: Place) -> tuple[Place, ...]:
        if origin.city == destination.city:
            return (origin,)
        first, last = self._nearest_hub(network, origin), self._nearest_hub(network, destination)
        length = distance(first, last)
        middle: tuple[Place, ...] = ()
        if length > level.air_from_km and network.air:
            air = nearest(first, network.air)
            middle = (air,) if air.country == origin.country else ()
        elif length > LONG_KM:
            relay = self._relay(network, first, last)
            second = self._relay(network, relay, last) if relay and distance(relay, last) > 2 * LONG_KM else None
            middle = tuple(stop for stop in (relay, second) if stop)
        return (origin, first, *middle, last, destination)

    def _hubs(self, network: Network, country: str) -> tuple[Place, ...]:
        return tuple(hub for hub in network.hubs if hub.country == country) or self.places.cities(country)

    def _find_nearest_hub(self, network: Network, place: Place) -> Place:
        return nearest(place, self._hubs(network, place.country))

    def _find_relay(self, network: Network, here: Place, there: Place) -> Place | None:
        return between(here, there, self._hubs(network, here.country))

    def _network_of(self, code: str) -> Network:
        name = network_name(self._networks, code)
        return self._networks[name] if name else self._no_network

    def _weigh_markets(self, home: str, worldwide: bool) -> tuple[tuple[str, ...], tuple[float, ...]]:
        centre = self.places.gateways(home)[0]
        reach = 4000 if worldwide else 300  # kilometres at which distance begins to matter
        weights = {
            country: self._fixture["markets"].get(country, self._fixture["other_markets"])
            / (distance(centre, self.places.gateways(country)[0]) + reach)
            for country in self.places.countries
            if country != home and self._allowed(home, country)
        }
        return tuple(weights), tuple(accumulate(weights.values()))

    def _allowed(self, country: str, other: str) -> bool:
        return all(
            there in self._restricted[here]
            for here, there in ((country, other), (other, country))
            if here in self._restricted
        )


def tidy(stops: Sequence[Place]) -> tuple[Place, ...]:
    """The stops without those that repeat, or all but repeat, the facility before; the ends stay."""
    kept = [stops[0]]
    for stop in stops[1:]:
        repeats = stop.label == kept[-1].label
        near = len(kept) > 1 and stop is not stops[-1] and distance(stop, kept[-1]) < NEAR_KM
        if not repeats and not (near and stop.country == kept[-1].country):
            kept.append(stop)
    return tuple(kept)


def nearest(place: Place, among: Sequence[Place]) -> Place:
    return min(among, key=lambda other: distance(place, other))


def between(here: Place, there: Place, among: Sequence[Place]) -> Place | None:
    """The stop that cuts the way in two without much of a detour, or None."""
    direct = distance(here, there)
    best, best_length = None, direct * DETOUR
    for stop in among:
        out, rest = distance(here, stop), distance(stop, there)
        if min(out, rest) < direct * 0.2:
            continue
        length = out + rest + abs(out - rest) * 0.2
        if length < best_length:
            best, best_length = stop, length
    return best


def _network(record: Mapping[str, Any], places: Places) -> Network:
    return Network(*(tuple(map(places.named, record.get(kind, ()))) for kind in ("hubs", "air", "world")))

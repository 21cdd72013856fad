"""Places: where parcels are handed over, sorted and delivered, with the clock on the wall there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from math import asin, cos, radians, sin, sqrt
from random import Random
from typing import Any

EARTH_RADIUS_KM = 6371.0
SUNDAY = 7
TOWNS_PER_LOCALE = 60


@dataclass(frozen=True, slots=True)
class Town:
    """A city and its ISO 3166-1 country, as a tracking body names origin and destination."""

    city: str
    country: str


@dataclass(frozen=True, slots=True)
class Place(Town):
    """A town on the map: degrees, IANA time zone, and the state where people write it (US and CA)."""

    zone: str
    latitude: float
    longitude: float
    region: str | None = None
    rest_day: int = SUNDAY  # ISO weekday on which nobody collects or delivers

    @property
    def label(self) -> str:
        """The place as a scan names it: "Louisville, KY", "Leipzig, DE"."""
        return f"{self.city}, {self.region or self.country}"


def distance(here: Place, there: Place) -> float:
    """Kilometres along the great circle (haversine)."""
    south, north = radians(here.latitude), radians(there.latitude)
    west_to_east = radians(there.longitude - here.longitude)
    chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(west_to_east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


class Places:
    """The map of fixtures/places.json, and Faker's towns around its cities; what it answers never changes."""

    def __init__(self, fixture: Mapping[str, Any]) -> None:
        self._countries: Mapping[str, Mapping[str, Any]] = fixture["countries"]
        self._unions = [frozenset(union) for union in fixture["customs_unions"]]
        self._cities = {country: _cities(country, record) for country, record in self._countries.items()}
        self._by_label = {place.label: place for cities in self._cities.values() for place in cities}
        self.native: Sequence[Place] = tuple(_native(row, self._cities) for row in fixture["native"])
        self.towns = lru_cache(maxsize=None)(self._towns)  # one entry a country

    @property
    def countries(self) -> tuple[str, ...]:
        return tuple(self._countries)

    def __contains__(self, country: str) -> bool:
        return country in self._countries

    def cities(self, country: str) -> tuple[Place, ...]:
        """Its main cities, where carriers sort; KeyError for a country that is not on the map."""
        return self._cities[country]

    def gateways(self, country: str) -> tuple[Place, ...]:
        """The cities through which mail enters and leaves it."""
        names = self._countries[country].get("gateways")
        cities = self._cities[country]
        return tuple(place for place in cities if place.city in names) if names else cities[:1]

    def named(self, label: str) -> Place:
        """The main city of that label; KeyError if there is none."""
        return self._by_label[label]

    def customs_between(self, country: str, other: str) -> bool:
        """Whether a parcel is declared on its way between the two."""
        return country != other and not any(country in union and other in union for union in self._unions)

    def _towns(self, country: str) -> tuple[Place, ...]:
        """Where people of that country send from and live: its cities, and Faker's towns of the country."""
        from faker.providers.geo import Provider  # noqa: PLC0415 - Faker takes 0.1 s to import; starting up must not

        record, cities = self._countries[country], self._cities[country]
        shunned = {*record.get("faker_omits", ()), *(place.city for place in cities)}
        regions = record.get("faker_regions")
        mapped = [
            Place(city, country, zone, float(latitude), float(longitude), regions and regions[city], cities[0].rest_day)
            for latitude, longitude, city, its_country, zone in Provider.land_coords
            if its_country == country and city not in shunned and (regions is None or city in regions)
        ]
        shunned.update(place.city for place in mapped)
        centre = cities[0]
        named = [
            replace(centre, city=city)
            for city in _faker_cities(record.get("faker_locale"), country)
            if city not in shunned
        ]
        return tuple(place for place in (*cities, *mapped, *named) if readable(place.city))


def readable(city: str) -> bool:
    """Whether a name is made of letters; Faker has a few that were decoded wrongly."""
    return all(sign.isalpha() or sign in " -.'\u2019()" for sign in city)


def _faker_cities(locale: str | None, country: str) -> Iterable[str]:
    if locale is None:
        return ()
    from faker.generator import Generator  # noqa: PLC0415 - Faker takes 0.1 s to import; starting up must not

    generator = Generator()
    generator.random = Random(country)
    generator.add_provider(import_module(f"faker.providers.address.{locale}").Provider)
    return dict.fromkeys(generator.format("city") for _ in range(TOWNS_PER_LOCALE))


def _cities(country: str, record: Mapping[str, Any]) -> tuple[Place, ...]:
    rest_day = record.get("rest_day", SUNDAY)
    rows = ((*row, None, None)[:5] for row in record["cities"])
    return tuple(
        Place(city, country, zone or record["zone"], latitude, longitude, region, rest_day)
        for city, latitude, longitude, zone, region in rows
    )


def _native(row: Sequence[str], cities: Mapping[str, tuple[Place, ...]]) -> Place:
    city, country = row
    return replace(cities[country][0], city=city)

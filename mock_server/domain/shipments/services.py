"""ServiceLevels: how fast a service moves, and how it works."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from mock_server.domain.shipments.carriers import TrackingNumber

Hours = tuple[float, float]
FACILITIES = ("dwell_hours", "export_hours", "customs_hours")


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """A kind of service; hours are ranges, `abroad` and `inbound` shares of shipments."""

    lead_hours: Hours  # from the label to the collection
    dwell_hours: Hours  # in a sorting facility
    export_hours: Hours  # at the gateway of the country it leaves
    customs_hours: Hours
    road_kmh: float
    air_from_km: float
    saturdays: float  # the chance that people work on one
    abroad: float
    inbound: float  # of those that cross a border, the share that comes to the carrier's country
    worldwide: bool
    scope: str | None = None  # "domestic" or "international" where the service says so

    def slower(self, times: float) -> "ServiceLevel":
        """The same service where every facility takes so many times as long."""
        stretched = {name: tuple(times * hours for hours in getattr(self, name)) for name in FACILITIES}
        return replace(self, **stretched)  # type: ignore[arg-type]  # each is a pair, as it was

    def travel_hours(self, kilometres: float) -> float:
        """By lorry, or by plane with its handling where that is how it goes."""
        return kilometres / 700 + 3.5 if kilometres > self.air_from_km else kilometres / self.road_kmh + 0.4


class ServiceLevels:
    """The levels and services of fixtures/journeys.json."""

    def __init__(self, fixture: Mapping[str, Any]) -> None:
        self._services = {name: record["services"] for name, record in fixture["service_levels"].items()}
        self._levels = {name: _level(record) for name, record in fixture["service_levels"].items()}
        self._level_of_service = fixture["level_of_service"]
        self._scope_of_service = fixture["scope_of_service"]
        self._networks = {
            name: record["services"] for name, record in fixture["networks"].items() if "services" in record
        }

    def level_of(self, carrier_type: str, service: str | None) -> ServiceLevel:
        """How the service moves, else how that type of carrier does."""
        level = self._levels[self._name(carrier_type, service)]
        scope = _first(self._scope_of_service, service)
        return replace(level, scope=scope) if scope else level

    def service_of(self, number: TrackingNumber, random: Random, *, abroad: bool) -> str | None:
        """The service that the number names, else one that the carrier could have sold, or None."""
        if number.service is not None:
            return number.service
        network = network_name(self._networks, number.carrier.code)
        services = self._networks[network] if network else self._services[self._name(number.carrier.type, None)]
        service: str | None = random.choice(services["international" if abroad else "domestic"])
        return service

    def _name(self, carrier_type: str, service: str | None) -> str:
        name = _first(self._level_of_service, service)
        if name:
            return name
        return carrier_type if carrier_type in self._levels else next(iter(self._levels))


def network_name(networks: Iterable[str], code: str) -> str | None:
    """The longest of the names that begins the carrier's code: `dpdpoland` is of `dpd`."""
    return max((name for name in networks if code.startswith(name)), key=len, default=None)


def _first(table: list[tuple[str, str]], service: str | None) -> str | None:
    return next((value for word, value in table if word in service), None) if service else None


def _level(record: Mapping[str, Any]) -> ServiceLevel:
    ranges = {name: tuple(record[name]) for name in record if name.endswith("_hours")}
    return ServiceLevel(**{name: value for name, value in record.items() if name != "services"} | ranges)

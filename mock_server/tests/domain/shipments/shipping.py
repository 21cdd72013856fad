"""What the tests of shipments share: the shipped data as real objects, and numbers of many carriers."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from contract_tests.contract.loading import fixture
from mock_server.contract.specification import Specification
from mock_server.domain.shipments.calendar import Season
from mock_server.domain.shipments.carriers import CarrierDirectory, TrackingNumber
from mock_server.domain.shipments.magic_numbers import MagicNumbers
from mock_server.domain.shipments.phrases import Phrases
from mock_server.domain.shipments.places import Places
from mock_server.domain.shipments.source import ShipmentSource

SPECIFICATION = Specification.load()
CARRIERS = CarrierDirectory(
    fixture("carriers.json"), fixture("number_formats.json"), SPECIFICATION.extension("x-detection-priority")
)
MAGIC = MagicNumbers(fixture("magic_numbers.json"), CARRIERS)
PHRASES = Phrases(fixture("phrases.json"), SPECIFICATION.status_of_event)
PLACES = Places(fixture("places.json"))
POSTS = [carrier.code for carrier in CARRIERS.all() if carrier.tracking_format == "^[A-Z]{2}[0-9]{9}[A-Z]{2}$"]
OTHERS = [carrier.code for carrier in CARRIERS.all() if carrier.tracking_format == "^[A-Z0-9]{8,35}$"]
EXAMPLE = SPECIFICATION.documented_shipment


def staged(number: TrackingNumber) -> str | None:
    scenario = MAGIC.scenario_of(number.text, number.carrier.code)
    return MAGIC.scenarios[scenario].journey if scenario else None


def new_source(documented: Mapping[str, Any] | None = EXAMPLE) -> ShipmentSource:
    """One that remembers nothing yet."""
    return ShipmentSource(PLACES, PHRASES, fixture("journeys.json"), staged=staged, documented=documented)


DISPATCH = new_source()


def random_number(random: Random) -> TrackingNumber:
    """A number of one of the big carriers, of a post, or of any other carrier."""

    def digits(count: int) -> str:
        return "".join(random.choices("0123456789", k=count))

    kind = random.randrange(8)
    if kind == 0:
        return CARRIERS.recognise(f"1Z{digits(6)}{random.choice(['03', '01', '66', '12'])}{digits(8)}", "ups")
    if kind == 1:
        return CARRIERS.recognise(digits(random.choice([12, 15])), "fedex")
    if kind == 2:
        return CARRIERS.recognise(f"94001{digits(17)}", "usps")
    if kind == 3:
        return CARRIERS.recognise(digits(10), "dhl")
    if kind in (4, 5):
        country = CARRIERS.get(random.choice(POSTS)).country  # type: ignore[union-attr]  # it is in the directory
        return CARRIERS.recognise(
            f"{random.choice(['RR', 'EE', 'CP', 'LX'])}{digits(9)}{country}", random.choice(POSTS)
        )
    return CARRIERS.recognise(digits(14), random.choice(OTHERS))


def random_numbers(count: int, seed: int = 0) -> Iterator[TrackingNumber]:
    random = Random(seed)
    return (random_number(random) for _ in range(count))


def magic_number(scenario: str, carrier: str = "ups") -> TrackingNumber:
    return CARRIERS.recognise(MAGIC.magic_number(carrier, scenario), carrier)


def days_of_season(index: int = 5) -> Iterator[float]:
    """Instants from the first to the last second of a season."""
    season = Season(index)
    yield season.start
    for day in range(1, 32, 3):
        yield season.start + day * 86400 + 43_211
    yield season.end - 1

"""Itineraries: ways that a carrier would really take."""

from itertools import pairwise
from random import Random

import pytest

from contract_tests.contract.loading import fixture
from mock_server.domain.shipments.itineraries import Itineraries, Itinerary
from mock_server.domain.shipments.places import distance
from mock_server.domain.shipments.services import ServiceLevels
from mock_server.tests.domain.shipments.shipping import CARRIERS, PLACES, random_numbers

ITINERARIES = Itineraries(PLACES, fixture("journeys.json"))
SERVICE_LEVELS = ServiceLevels(fixture("journeys.json"))


def way(carrier: str, number: str, origin: str, destination: str) -> Itinerary:
    found = CARRIERS.recognise(number, carrier)
    level = SERVICE_LEVELS.level_of(found.carrier.type, found.service)
    return ITINERARIES.way(found, level, PLACES.named(origin), PLACES.named(destination))


def labels(itinerary: Itinerary) -> list[str]:
    return [stop.label for stop in itinerary.stops]


def test_an_express_parcel_flies_over_its_carrier_s_air_hub() -> None:
    found = labels(way("fedex", "986578788855", "Boston, MA", "San Diego, CA"))
    assert found[0] == "Boston, MA"
    assert "Memphis, TN" in found
    assert found[-1] == "San Diego, CA"


def test_a_ground_parcel_stops_on_its_way_across_the_country_without_much_of_a_detour() -> None:
    found = way("ups", "1Z999AA10312345671", "New York, NY", "Los Angeles, CA")
    length = sum(distance(here, there) for here, there in pairwise(found.stops))
    assert 4 <= len(found.stops) <= 7
    assert length < 1.4 * distance(found.origin, found.destination)


def test_mail_leaves_and_enters_countries_through_their_gateways() -> None:
    found = way("canadapost", "RN123456785CA", "Calgary, AB", "Hamburg, DE")
    crossing = [(here.label, there.label) for here, there in pairwise(found.stops) if here.country != there.country]
    assert crossing == [("Vancouver, BC", "Frankfurt, DE")]
    assert found.customs


def test_between_continents_a_worldwide_network_changes_planes() -> None:
    found = labels(way("dhl", "9900000040", "Sydney, AU", "Copenhagen, DK"))
    assert {"Dubai, AE", "Singapore, SG", "Leipzig, DE", "Hong Kong, HK"} & set(found)


def test_within_the_european_union_nothing_is_declared() -> None:
    assert not way("dpdgermany", "09980525414724", "Berlin, DE", "Lyon, FR").customs


@pytest.mark.parametrize("seed", range(4))
def test_every_way_starts_and_ends_in_different_places_and_never_stands_still(seed: int) -> None:
    for number in random_numbers(400, seed):
        level, random = SERVICE_LEVELS.level_of(number.carrier.type, number.service), Random(number.text)
        found = ITINERARIES.way(number, level, *ITINERARIES.ends(number, level, random))
        assert all(here.label != there.label for here, there in pairwise(found.stops))
        assert len(found.stops) <= 14
        crossings = sum(here.country != there.country for here, there in pairwise(found.stops))
        assert crossings <= 2
        assert (crossings > 0) == found.abroad


def test_a_number_of_the_universal_postal_union_comes_from_the_country_in_its_suffix() -> None:
    for text, carrier, home in (("RR990000045CN", "royalmail", "GB"), ("EE990000045JP", "deutschepost", "DE")):
        number = CARRIERS.recognise(text, carrier)
        level = SERVICE_LEVELS.level_of("postal", number.service)
        for seed in range(20):
            origin, destination = ITINERARIES.ends(number, level, Random(seed))
            assert (origin.country, destination.country) == (text[-2:], home)


def test_a_service_that_says_where_it_goes_goes_there() -> None:
    for text, abroad in (("1Z999AA16612345678", True), ("1Z999AA10312345678", False)):
        number = CARRIERS.recognise(text, "ups")
        level = SERVICE_LEVELS.level_of("express", number.service)
        for seed in range(40):
            origin, destination = ITINERARIES.ends(number, level, Random(seed))
            assert (origin.country != destination.country) == abroad


def test_nothing_is_sent_where_nothing_is_accepted() -> None:
    markets = {ITINERARIES.market("US", Random(seed), worldwide=True) for seed in range(3000)}
    assert not markets & {"RU", "BY", "KP", "IR", "SY", "CU", "US"}
    assert {"CA", "MX", "GB", "DE", "JP"} <= markets
    assert "KZ" in {ITINERARIES.market("RU", Random(seed), worldwide=False) for seed in range(300)}

"""Places: every country that a carrier comes from is on the map, with the right clock."""

from zoneinfo import ZoneInfo

import pytest

from contract_tests.contract.loading import fixture
from mock_server.domain.shipments.places import distance, readable
from mock_server.tests.domain.shipments.shipping import CARRIERS, PLACES

ALL_TOWNS = [town for country in PLACES.countries for town in PLACES.towns(country)]


def test_every_carrier_has_towns_at_home() -> None:
    for country in {carrier.country for carrier in CARRIERS.all()}:
        assert PLACES.towns(country), country


def test_the_big_countries_have_many_towns() -> None:
    for country in ("US", "CN", "DE", "GB", "FR", "IN", "BR", "JP", "NL", "PL"):
        assert len(PLACES.towns(country)) > 20, country


def test_every_town_is_on_the_map_and_on_a_clock() -> None:
    for place in ALL_TOWNS:
        assert ZoneInfo(place.zone).key == place.zone
        assert -90 < place.latitude < 90
        assert -180 <= place.longitude <= 180
        assert len(place.country) == 2


def test_names_are_unique_within_a_country_and_can_be_read() -> None:
    for country in PLACES.countries:
        labels = [town.label for town in PLACES.towns(country)]
        assert len(set(labels)) == len(labels), country
    assert all(readable(town.city) for town in ALL_TOWNS)
    assert not readable("T\u201aaebaek")


def test_american_and_canadian_towns_have_a_state_and_others_none() -> None:
    for town in ALL_TOWNS:
        assert (town.region is not None) == (town.country in {"US", "CA"}), town


def test_a_label_ends_in_the_state_or_the_country() -> None:
    assert PLACES.named("Louisville, KY").label == "Louisville, KY"
    assert PLACES.named("Leipzig, DE").country == "DE"


def test_gateways_are_cities_of_their_country() -> None:
    for country in PLACES.countries:
        assert PLACES.gateways(country)
        assert set(PLACES.gateways(country)) <= set(PLACES.cities(country))


def test_what_faker_has_wrong_is_left_out() -> None:
    for country, record in fixture("places.json")["countries"].items():
        towns = {town.city for town in PLACES.towns(country)} - {city.city for city in PLACES.cities(country)}
        assert not towns & set(record.get("faker_omits", ())), country


def test_distances_are_those_of_an_atlas() -> None:
    assert distance(PLACES.named("New York, NY"), PLACES.named("Los Angeles, CA")) == pytest.approx(3936, rel=0.01)
    assert distance(PLACES.named("Sydney, AU"), PLACES.named("London, GB")) == pytest.approx(16990, rel=0.01)
    assert distance(PLACES.named("Suva, FJ"), PLACES.named("Nuku'alofa, TO")) < 800  # across the date line


@pytest.mark.parametrize(
    ("here", "there", "declared"),
    [("DE", "FR", False), ("DE", "CH", True), ("CH", "LI", False), ("GB", "FR", True), ("US", "US", False)],
)
def test_customs_stand_between_countries_without_a_union(here: str, there: str, *, declared: bool) -> None:
    assert PLACES.customs_between(here, there) == declared


def test_people_rest_on_sunday_or_on_the_day_of_their_country() -> None:
    assert PLACES.named("Paris, FR").rest_day == 7
    assert PLACES.named("Riyadh, SA").rest_day == 5
    assert PLACES.named("Haifa, IL").rest_day == 6


def test_native_names_are_not_ascii() -> None:
    assert len(PLACES.native) >= 5
    assert not any(place.city.isascii() for place in PLACES.native)

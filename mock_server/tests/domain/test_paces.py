"""Paces: services move and are named as their carriers' do."""

from random import Random

from contract_tests.contract.loading import fixture
from mock_server.domain.paces import Paces, network_name
from mock_server.tests.domain.shipping import CARRIERS

PACES = Paces(fixture("journeys.json"))


def test_every_type_of_carrier_has_a_pace_of_its_own() -> None:
    types = {carrier.type for carrier in CARRIERS.all()}
    assert types <= set(fixture("journeys.json")["paces"])


def test_express_is_faster_than_parcels_and_parcels_are_faster_than_post_and_freight() -> None:
    express, parcels, post, freight = (
        PACES.pace_of(kind, None).dwell_hours for kind in ("express", "regional", "postal", "freight")
    )
    assert express < parcels < post < freight


def test_a_service_sets_the_pace_of_a_carrier_that_has_others() -> None:
    ground, overnight = PACES.pace_of("express", "UPS Ground"), PACES.pace_of("express", "UPS Next Day Air")
    assert overnight.dwell_hours < PACES.pace_of("express", None).dwell_hours < ground.dwell_hours
    assert ground.scope == overnight.scope == "domestic"
    assert PACES.pace_of("express", "UPS Worldwide Express").scope == "international"


def test_a_number_that_names_its_service_keeps_it() -> None:
    number = CARRIERS.recognise("1Z204E380338943508")
    assert PACES.service_of(number, Random(1), abroad=False) == "UPS Ground"


def test_other_services_are_ones_that_the_carrier_could_have_sold() -> None:
    number = CARRIERS.recognise("12345678901234", "anteraja")
    services = {PACES.service_of(number, Random(seed), abroad=True) for seed in range(20)}
    assert services == {"International Standard", None}


def test_a_network_is_found_by_the_beginning_of_the_code() -> None:
    assert network_name(["dhl", "dhlecommerce", "dpd"], "dhlecommerce") == "dhlecommerce"
    assert network_name(["dhl", "dhlecommerce", "dpd"], "dhlpoland") == "dhl"
    assert network_name(["dhl"], "indiapost") is None


def test_a_backlog_stretches_facilities_and_not_roads() -> None:
    pace = PACES.pace_of("regional", None)
    slow = pace.slower(2)
    assert slow.dwell_hours == (pace.dwell_hours[0] * 2, pace.dwell_hours[1] * 2)
    assert slow.travel_hours(500) == pace.travel_hours(500)


def test_long_ways_are_flown_and_short_ones_driven() -> None:
    pace = PACES.pace_of("express", None)
    assert pace.travel_hours(600) > 9
    assert pace.travel_hours(900) < 5

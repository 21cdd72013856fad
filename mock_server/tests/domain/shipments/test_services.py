"""ServiceLevels: services move and are named as their carriers' do."""

from random import Random

from contract_tests.contract.loading import fixture
from mock_server.domain.shipments.services import ServiceLevels, network_name
from mock_server.tests.domain.shipments.shipping import CARRIERS

SERVICE_LEVELS = ServiceLevels(fixture("journeys.json"))


def test_every_type_of_carrier_has_a_level_of_its_own() -> None:
    types = {carrier.type for carrier in CARRIERS.all()}
    assert types <= set(fixture("journeys.json")["service_levels"])


def test_express_is_faster_than_parcels_and_parcels_are_faster_than_post_and_freight() -> None:
    express, parcels, post, freight = (
        SERVICE_LEVELS.level_of(kind, None).dwell_hours for kind in ("express", "regional", "postal", "freight")
    )
    assert express < parcels < post < freight


def test_a_service_sets_the_level_of_a_carrier_that_has_others() -> None:
    ground, overnight = (
        SERVICE_LEVELS.level_of("express", "UPS Ground"),
        SERVICE_LEVELS.level_of("express", "UPS Next Day Air"),
    )
    assert overnight.dwell_hours < SERVICE_LEVELS.level_of("express", None).dwell_hours < ground.dwell_hours
    assert ground.scope == overnight.scope == "domestic"
    assert SERVICE_LEVELS.level_of("express", "UPS Worldwide Express").scope == "international"


def test_a_number_that_names_its_service_keeps_it() -> None:
    number = CARRIERS.recognise("1Z204E380338943508")
    assert SERVICE_LEVELS.service_of(number, Random(1), abroad=False) == "UPS Ground"


def test_other_services_are_ones_that_the_carrier_could_have_sold() -> None:
    number = CARRIERS.recognise("12345678901234", "anteraja")
    services = {SERVICE_LEVELS.service_of(number, Random(seed), abroad=True) for seed in range(20)}
    assert services == {"International Standard", None}


def test_a_network_is_found_by_the_beginning_of_the_code() -> None:
    assert network_name(["dhl", "dhlecommerce", "dpd"], "dhlecommerce") == "dhlecommerce"
    assert network_name(["dhl", "dhlecommerce", "dpd"], "dhlpoland") == "dhl"
    assert network_name(["dhl"], "indiapost") is None


def test_a_backlog_stretches_facilities_and_not_roads() -> None:
    level = SERVICE_LEVELS.level_of("regional", None)
    slow = level.slower(2)
    assert slow.dwell_hours == (level.dwell_hours[0] * 2, level.dwell_hours[1] * 2)
    assert slow.travel_hours(500) == level.travel_hours(500)


def test_long_ways_are_flown_and_short_ones_driven() -> None:
    level = SERVICE_LEVELS.level_of("express", None)
    assert level.travel_hours(600) > 9
    assert level.travel_hours(900) < 5

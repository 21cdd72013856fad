"""Magic journeys: magic shipments show what their scenario says, at every instant."""

import pytest

from mock_server.domain.shipments.calendar import DAY, Season
from mock_server.domain.shipments.journey import Journey
from mock_server.domain.shipments.magic_journeys import MAGIC_JOURNEYS
from mock_server.tests.domain.shipments.shipping import CARRIERS as DIRECTORY
from mock_server.tests.domain.shipments.shipping import (
    DISPATCH,
    MAGIC,
    PLACES,
    SPECIFICATION,
    days_of_season,
    magic_number,
    staged,
)

STATUSES = {
    "000": "pending",
    "001": "info_received",
    "002": "in_transit",
    "003": "out_for_delivery",
    "004": "delivered",
    "005": "exception",
    "006": "failed_attempt",
    "007": "available_for_pickup",
    "008": "returned",
    "009": "expired",
    "012": "in_transit",
    "013": "exception",
    "014": "in_transit",
    "015": "in_transit",
    "016": "in_transit",
    "017": "returned",
    "504": "in_transit",
}
CARRIERS = ["ups", "fedex", "usps", "dhl", "dpd", "indiapost", "singaporepost", "postkp"]
INSTANTS = [*days_of_season(), *days_of_season(6)]


def journey(scenario: str, carrier: str = "ups", instant: float = INSTANTS[0]) -> Journey:
    return DISPATCH.journey(0, magic_number(scenario, carrier), instant)


def test_every_scenario_that_names_a_journey_is_staged_and_every_blueprint_is_named() -> None:
    named = {scenario.journey for scenario in MAGIC.scenarios.values() if scenario.journey}
    assert named == {*MAGIC_JOURNEYS, "lifecycle"}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("scenario", STATUSES)
def test_a_magic_number_holds_its_status_at_every_instant(scenario: str, carrier: str) -> None:
    for instant in INSTANTS:
        tracked = journey(scenario, carrier, instant).at(instant)
        assert tracked.status == STATUSES[scenario], instant
        assert all(later.at >= earlier.at for later, earlier in zip(tracked.events, tracked.events[1:], strict=False))
        if tracked.estimated_delivery and tracked.status != "delivered":
            assert tracked.estimated_delivery >= tracked.events[0].at
    SPECIFICATION.operations["trackShipment"].check_reply(tracked.facts("ar"))  # raises where it does not fit


@pytest.mark.parametrize("scenario", sorted(set(STATUSES) - {"002", "003", "504"}))
def test_most_magic_shipments_stand_still_through_the_season(scenario: str) -> None:
    season = Season(5)
    seen = {journey(scenario, "dhl", instant).at(instant).seen for instant in days_of_season()}
    assert len(seen) == 1
    assert journey(scenario, "dhl", season.start).next_event_after(season.start) is None


@pytest.mark.parametrize(("scenario", "event_type"), [("002", "transit"), ("003", "out_for_delivery")])
def test_a_parcel_on_its_way_has_one_scan_more_each_day(scenario: str, event_type: str) -> None:
    season = Season(5)
    found = journey(scenario)
    for day in range(30):
        start = season.start + day * DAY
        scans = [event for event in found.events if start <= event.at < start + DAY]
        assert [scan.type for scan in scans] == [event_type]


def test_an_expired_shipment_was_last_heard_of_more_than_thirty_days_ago() -> None:
    for instant in INSTANTS:
        assert instant - journey("009", "fedex", instant).events[-1].at > 30 * DAY


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_long_history_has_forty_events(carrier: str) -> None:
    events = journey("012", carrier).events
    assert len({(event.at, event.phrase.key) for event in events}) == len(events) == 40


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_customs_hold_is_a_parcel_from_abroad_whose_papers_are_missing(carrier: str) -> None:
    held = journey("013", carrier)
    assert held.events[-1].phrase.key == "customs_documents_missing"
    assert held.origin is not None
    assert held.destination is not None
    assert PLACES.customs_between(held.origin.country, held.destination.country)


def test_no_estimate_is_given_where_there_is_none() -> None:
    assert all(event.estimate is None for event in journey("014").events)
    assert journey("002").events[-1].estimate is not None


@pytest.mark.parametrize("carrier", CARRIERS)
def test_places_with_foreign_names_are_written_as_they_are(carrier: str) -> None:
    labels = {event.location for event in journey("015", carrier).events if event.location}
    assert len(labels) >= 4
    assert not any(label.isascii() for label in labels)


def test_one_event_is_doubled_and_two_share_a_second() -> None:
    events = journey("016").events
    shown = [(event.at, event.phrase.key) for event in events]
    assert len(shown) - len(set(shown)) == 1
    assert len({event.phrase.key for event in events if event.at == events[-1].at}) == 2


def test_a_parcel_is_tried_three_times_before_it_goes_back() -> None:
    kinds = [event.type for event in journey("017").events]
    assert kinds.count("out_for_delivery") == kinds.count("failed_attempt") == 3
    assert kinds[-2:] == ["failed_attempt", "returned"]


def test_the_page_s_other_number_is_only_announced() -> None:
    number = DIRECTORY.recognise("449044304137821")
    assert staged(number) == "info_received"
    assert DISPATCH.journey(0, number, INSTANTS[3]).at(INSTANTS[3]).status == "info_received"

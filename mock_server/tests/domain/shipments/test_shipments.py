"""Shipments: what one sandbox knows, and what it keeps to itself."""

from itertools import pairwise

import pytest

from mock_server.domain.clock import from_text
from mock_server.domain.shipments.calendar import Season
from mock_server.domain.shipments.source import Shipments
from mock_server.tests.domain.shipments.shipping import CARRIERS, DISPATCH, magic_number, random_numbers

NOW = from_text("2026-06-15T12:00:00.250Z")
HOUR = 3600
MAIN_STEPS = ["pending", "info_received", "in_transit", "out_for_delivery", "delivered"]


@pytest.fixture
def shipments() -> Shipments:
    return Shipments(0, DISPATCH)


@pytest.mark.parametrize("carrier", ["ups", "usps", "dhl", "japanpost", "royalmail", "dpd", "postkp"])
def test_a_whole_life_takes_72_hours_from_when_it_is_first_seen(shipments: Shipments, carrier: str) -> None:
    number = magic_number("011", carrier)
    life = [shipments.find(number, NOW + hours * HOUR).at(NOW + hours * HOUR) for hours in range(100)]
    statuses = [tracked.status for tracked in life]
    assert statuses[0] == "pending"
    assert statuses[71] == "out_for_delivery"
    assert statuses[72] == "delivered"
    assert [status for before, status in pairwise(["", *statuses]) if status != before] == MAIN_STEPS
    assert all(later.seen - earlier.seen in (0, 1) for earlier, later in pairwise(life))


def test_a_whole_life_ends_in_the_very_second(shipments: Shipments) -> None:
    number = magic_number("011")
    first = shipments.find(number, NOW)
    assert first.events[-1].at == NOW // 1 + 72 * HOUR
    assert first.at(NOW // 1 + 72 * HOUR - 1).status == "out_for_delivery"


def test_a_whole_life_goes_on_across_seasons(shipments: Shipments) -> None:
    late = Season.of(NOW).end - HOUR
    number = magic_number("011")
    shipments.find(number, late)
    assert shipments.find(number, late + 30 * HOUR).at(late + 30 * HOUR).status == "in_transit"
    assert shipments.find(number, late + 90 * 24 * HOUR).at(late + 90 * 24 * HOUR).status == "delivered"


def test_each_world_sees_a_whole_life_begin_for_itself(shipments: Shipments) -> None:
    number, other = magic_number("011"), Shipments(0, DISPATCH)
    shipments.find(number, NOW)
    assert shipments.find(number, NOW + 72 * HOUR).at(NOW + 72 * HOUR).status == "delivered"
    assert other.find(number, NOW + 72 * HOUR).at(NOW + 72 * HOUR).status == "pending"


def test_worlds_with_one_seed_find_the_same_shipments_and_others_do_not(shipments: Shipments) -> None:
    numbers = list(random_numbers(50, 5))
    same, other = Shipments(0, DISPATCH), Shipments(1, DISPATCH)
    assert all(shipments.find(number, NOW) == same.find(number, NOW) for number in numbers)
    assert any(shipments.find(number, NOW) != other.find(number, NOW) for number in numbers)


def test_a_pinned_shipment_is_found_by_its_own_world_until_it_is_unpinned(shipments: Shipments) -> None:
    number = CARRIERS.recognise("1Z999AA10123456784")
    ordinary = shipments.find(number, NOW)
    pinned = DISPATCH.in_status(0, number, "exception", NOW)
    shipments.pin(pinned)
    assert shipments.pinned(number)
    assert shipments.find(number, NOW) is pinned
    assert Shipments(0, DISPATCH).find(number, NOW) == ordinary
    assert shipments.unpin(number)
    assert not shipments.unpin(number)
    assert shipments.find(number, NOW) == ordinary


@pytest.mark.parametrize("status", [*MAIN_STEPS, "exception", "failed_attempt", "returned", "expired"])
def test_a_shipment_can_be_made_with_any_status_now(status: str) -> None:
    for number in random_numbers(20, 8):
        made = DISPATCH.in_status(0, number, status, NOW)
        assert made.at(NOW).status == status
        estimate = made.at(NOW).estimated_delivery
        assert estimate is None or estimate % 86400 == 86340


def test_a_shipment_made_as_out_for_delivery_is_delivered_six_hours_later() -> None:
    number = CARRIERS.recognise("1Z999AA10123456784")
    made = DISPATCH.in_status(0, number, "out_for_delivery", NOW)
    assert made.at(NOW + 6 * HOUR).status == "delivered"
    with pytest.raises(KeyError):
        DISPATCH.in_status(0, number, "teleported", NOW)


def test_the_next_event_is_the_next_change_that_a_client_can_see(shipments: Shipments) -> None:
    for number in random_numbers(100, 9):
        event = shipments.next_event(number, NOW)
        if event is not None:
            assert event.at > NOW
            before, after = (shipments.find(number, at).at(at) for at in (event.at - 1, event.at))
            assert after.events[0] == event
            assert before.events[:1] != [event]


def test_a_number_whose_shipment_has_arrived_begins_again_in_a_later_season(shipments: Shipments) -> None:
    over = [number for number in random_numbers(300, 10) if shipments.find(number, NOW).next_event_after(NOW) is None]
    found = [shipments.next_event(number, NOW) for number in over]
    assert sum(event is not None for event in found) > 0.95 * len(over)
    assert all(event.at >= Season.of(NOW).end for event in found if event)


def test_where_nothing_can_happen_there_is_no_next_event(shipments: Shipments) -> None:
    assert shipments.next_event(CARRIERS.recognise("1Z204E380338943508"), 0.0) is None
    number = magic_number("011")
    shipments.find(number, NOW)
    assert shipments.next_event(number, NOW + 72 * HOUR) is None

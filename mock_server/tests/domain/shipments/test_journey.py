"""Journeys: what is known of a shipment at an instant."""

import pytest

from mock_server.domain.clock import from_text, to_text
from mock_server.domain.shipments.journey import Event, Journey
from mock_server.domain.shipments.places import Town
from mock_server.tests.domain.shipments.shipping import CARRIERS, EXAMPLE, PHRASES

NUMBER = CARRIERS.recognise("1Z204E380338943508")
START = from_text("2026-06-15T08:07:00Z")
DAY = 86400


def event(hours: float, phrase: str, estimate: float | None = None) -> Event:
    return Event(START + hours * 3600, PHRASES[phrase], "Louisville, KY", estimate)


@pytest.fixture
def journey() -> Journey:
    events = (event(0, "label_created"), event(5, "picked_up", START + DAY), event(30, "delivered", START + DAY))
    return Journey(NUMBER, "UPS Ground", Town("Los Angeles", "US"), Town("New York", "US"), events, PHRASES["pending"])


def test_before_its_first_event_a_shipment_is_pending_and_nothing_is_known(journey: Journey) -> None:
    facts = journey.at(START - 1).facts("en")
    assert facts["status"] == "pending"
    assert facts["status_description"] == "No tracking information available yet"
    assert facts["events"] == []
    assert facts["estimated_delivery"] is facts["origin"] is facts["destination"] is None


def test_an_event_is_visible_from_its_own_second(journey: Journey) -> None:
    assert journey.at(START + 5 * 3600 - 0.001).status == "info_received"
    assert journey.at(START + 5 * 3600).status == "in_transit"


def test_events_are_newest_first_and_the_newest_gives_status_and_description(journey: Journey) -> None:
    facts = journey.at(START + 2 * DAY).facts("de")
    assert [each["type"] for each in facts["events"]] == ["delivered", "pickup", "info_received"]
    assert facts["status"] == "delivered"
    assert facts["status_description"] == facts["events"][0]["status"] == "Zugestellt"


def test_the_last_poll_was_at_a_quarter_hour_or_with_the_newest_event(journey: Journey) -> None:
    polls = [to_text(journey.at(START + minutes * 60).last_updated) for minutes in (-1, 0, 7, 8, 22, 23)]
    assert [poll[11:16] for poll in polls] == ["08:00", "08:07", "08:07", "08:15", "08:15", "08:30"]


def test_snapshots_with_equal_keys_have_equal_facts_and_others_have_not(journey: Journey) -> None:
    snapshots = [journey.at(START + minutes * 60) for minutes in range(-60, 2400)]
    by_key = {tracked.key: tracked.facts("en") for tracked in snapshots}
    assert all(by_key[tracked.key] == tracked.facts("en") for tracked in snapshots)
    assert len({str(facts) for facts in by_key.values()}) == len(by_key)


def test_the_estimate_is_the_one_told_with_the_newest_event(journey: Journey) -> None:
    assert journey.at(START).estimated_delivery is None
    assert journey.at(START + DAY).estimated_delivery == START + DAY


def test_the_next_event_is_the_first_that_is_later(journey: Journey) -> None:
    assert journey.next_event_after(START - 1) == journey.events[0]
    assert journey.next_event_after(START) == journey.events[1]
    assert journey.next_event_after(START + 40 * 3600) is None


def test_a_silent_shipment_expires_and_then_has_no_estimate(journey: Journey) -> None:
    silent = Journey(
        NUMBER, None, journey.origin, journey.destination, journey.events[:2], journey.waiting, START + 30 * DAY
    )
    assert silent.at(START + 30 * DAY - 1).status == "in_transit"
    assert silent.at(START + 30 * DAY).status == "expired"
    assert silent.at(START + 30 * DAY).estimated_delivery is None


def test_the_example_of_the_page_comes_back_key_for_key_at_any_instant() -> None:
    assert EXAMPLE is not None
    journey = Journey.from_body(NUMBER, EXAMPLE, PHRASES)
    for instant in (0.0, START, START + 9999 * DAY):
        facts = journey.at(instant).facts("en")
        assert facts == EXAMPLE
        assert list(facts) == list(EXAMPLE)
        assert [list(each) for each in facts["events"]] == [list(each) for each in EXAMPLE["events"]]
    assert journey.next_event_after(0.0) is None


def test_the_example_of_the_page_can_be_translated() -> None:
    assert EXAMPLE is not None
    facts = Journey.from_body(NUMBER, EXAMPLE, PHRASES).at(START).facts("es")
    assert facts["status_description"] == facts["events"][0]["status"] == "Paquete transferido al centro de destino"
    assert {**facts, "status_description": "", "events": []} == {**EXAMPLE, "status_description": "", "events": []}


def test_a_journey_moved_by_days_keeps_its_order_and_its_estimates(journey: Journey) -> None:
    moved = journey.shifted(3 * DAY)
    assert [each.at for each in moved.events] == [each.at + 3 * DAY for each in journey.events]
    assert [each.estimate for each in moved.events] == [None, START + 4 * DAY, START + 4 * DAY]

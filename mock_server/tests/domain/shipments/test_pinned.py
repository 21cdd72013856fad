from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.contract.forms import Forms
from mock_server.domain.clock import from_text, to_text
from mock_server.domain.shipments.journey import Journey
from mock_server.domain.shipments.pinned import Pin, wish_of, with_event
from mock_server.tests.domain.shipments.shipping import CARRIERS, DISPATCH, PHRASES, SPECIFICATION, random_number

NOON = from_text("2026-06-15T12:00:00Z")
NUMBER = CARRIERS.recognise("1Z999AA10123456784")
PAGES_OWN = CARRIERS.recognise("1Z204E380338943508")
STATUSES = [
    "pending",
    "info_received",
    "in_transit",
    "out_for_delivery",
    "failed_attempt",
    "available_for_pickup",
    "delivered",
    "exception",
    "returned",
    "expired",
]


def pinned(wish: dict[str, Any], now: float = NOON) -> Journey:
    return Pin(NUMBER, wish).checked(0, DISPATCH, now)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("hours", [0, 7, 700, 7000])
def test_a_status_alone_gets_a_life_that_has_led_to_it(status: str, hours: int) -> None:
    now = NOON + hours * 3600
    journey = pinned({"status": status}, now)
    tracked = journey.at(now)
    assert tracked.status == status
    assert all(event.at <= now for event in tracked.events)


def test_out_for_delivery_is_delivered_six_hours_later() -> None:
    journey = pinned({"status": "out_for_delivery"})
    assert journey.at(NOON + 6 * 3600).status == "delivered"


def test_events_are_the_whole_life_and_happen_when_the_clock_gets_there() -> None:
    journey = pinned(
        {
            "events": [
                {"type": "delivered", "timestamp": "2026-06-15T13:00:00Z", "location": "Zürich, CH"},
                {"type": "out_for_delivery", "timestamp": "2026-06-15T06:00:00Z"},
            ]
        }
    )
    assert [event.type for event in journey.at(NOON).events] == ["out_for_delivery"]
    later = journey.at(NOON + 3600).facts("de")
    assert later["status_description"] == "Zugestellt"
    assert [event["location"] for event in later["events"]] == ["Zürich, CH", None]


def test_events_without_timestamps_are_an_hour_apart_and_the_first_is_now() -> None:
    journey = pinned({"events": [{"type": "delivered"}, {"type": "out_for_delivery"}, {"type": "pickup"}]})
    assert [to_text(event.at)[11:16] for event in journey.at(NOON).events] == ["12:00", "11:00", "10:00"]
    assert journey.at(NOON).status == "delivered"


def test_words_of_ones_own_are_said_in_every_language() -> None:
    journey = pinned({"events": [{"type": "exception", "status": "Eaten by a dog"}]})
    assert journey.at(NOON).facts("fr")["status_description"] == "Eaten by a dog"


def test_what_the_wish_leaves_out_stays_as_everybody_finds_it() -> None:
    found = DISPATCH.journey(0, NUMBER, NOON)
    journey = pinned({"origin": {"city": "Oslo", "country": "NO"}, "estimated_delivery": None})
    assert journey.service == found.service
    assert journey.destination == found.destination
    facts = journey.at(NOON).facts("en")
    assert facts["origin"] == {"city": "Oslo", "country": "NO"}
    assert facts["estimated_delivery"] is None


def test_an_answer_of_the_api_can_be_put_back() -> None:
    answer = DISPATCH.journey(0, NUMBER, NOON).at(NOON).facts("en")
    assert list(Forms(SPECIFICATION.document).flaws("shipment.schema.json", answer)) == []
    assert Pin(NUMBER, answer).checked(1, DISPATCH, NOON).at(NOON + 999).facts("en") == answer


def test_the_words_of_the_newest_event_can_be_changed_alone() -> None:
    facts = pinned({"status": "delivered", "status_description": "Left with a neighbour"}).at(NOON).facts("en")
    assert facts["status_description"] == facts["events"][0]["status"] == "Left with a neighbour"


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"status": "delivered", "events": [{"type": "transit"}]}, "newest event says, which is 'in_transit'"),
        ({"status": "delivered", "events": []}, "which is 'pending'"),
        ({"status": "pending", "status_description": "On its way"}, "no event's"),
        ({"status": "lost"}, "say its events too"),
    ],
)
def test_a_wish_that_contradicts_itself_is_refused(wish: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pinned(wish)


@given(st.integers(0, 100_000), st.floats(0, 60 * 86400))
def test_a_journey_written_as_a_wish_comes_back_the_same_under_any_seed(draw: int, later: float) -> None:
    journey = DISPATCH.journey(0, random_number(Random(draw)), NOON)
    wish = wish_of(journey)
    assert list(Forms(SPECIFICATION.document).flaws("shipment.schema.json", wish)) == []
    again = Pin(journey.number, wish).journey(7, DISPATCH, NOON + 5e6)
    for language in ("en", "ar"):
        assert again.at(NOON + later).facts(language) == journey.at(NOON + later).facts(language)


@pytest.mark.parametrize("status", STATUSES)
def test_a_staged_journey_comes_back_too(status: str) -> None:
    journey = pinned({"status": status})
    again = Pin(NUMBER, wish_of(journey)).journey(7, DISPATCH, NOON)
    for later in (0, 3600, 40 * 86400):
        assert again.at(NOON + later).facts("en") == journey.at(NOON + later).facts("en")


def test_the_page_s_own_shipment_stands_still_until_something_happens_to_it() -> None:
    journey = DISPATCH.journey(0, PAGES_OWN, NOON)
    later, event = with_event(journey, {"type": "delivered"}, PHRASES, NOON + 60.5)
    facts = later.at(NOON + 60.5).facts("en")
    assert (facts["status"], facts["last_updated"]) == ("delivered", "2026-06-15T12:01:00Z")
    assert (event.at, event.location) == (NOON + 60, "Louisville, KY")
    assert len(facts["events"]) == 2


def test_an_event_is_the_newest_and_what_was_to_come_does_not_come() -> None:
    journey = pinned({"status": "in_transit"})
    later, event = with_event(journey, {"type": "exception", "location": "Gent, BE"}, PHRASES, NOON)
    assert later.at(NOON).events[0] == event
    assert later.at(NOON + 20 * 86400).status == "exception"


def test_events_of_the_same_second_say_different_things() -> None:
    journey = pinned({"status": "in_transit"})
    for _ in range(4):
        journey, _ = with_event(journey, {"type": "exception"}, PHRASES, NOON)
    rows = [(event["timestamp"], event["status"]) for event in journey.at(NOON).facts("en")["events"]]
    assert len(set(rows)) == len(rows)
    with pytest.raises(ValueError, match="another timestamp"):
        with_event(journey, {"type": "exception"}, PHRASES, NOON)


def test_a_late_scan_takes_its_place_in_the_past() -> None:
    journey = pinned({"status": "delivered"})
    later, event = with_event(journey, {"type": "transit", "timestamp": "2026-06-14T23:59:59Z"}, PHRASES, NOON)
    assert later.at(NOON).status == "delivered"
    assert event in later.at(NOON).events[1:]


def test_an_estimate_that_is_past_moves_to_the_day_of_the_event() -> None:
    journey = pinned({"status": "in_transit", "estimated_delivery": "2026-06-10T23:59:00Z"})
    later, _ = with_event(journey, {"type": "exception"}, PHRASES, NOON)
    assert later.at(NOON).facts("en")["estimated_delivery"] == "2026-06-15T23:59:00Z"


def test_nothing_follows_the_end_but_the_first_event_of_a_new_parcel() -> None:
    journey = pinned({"status": "delivered"})
    with pytest.raises(ValueError, match="nothing follows delivered"):
        with_event(journey, {"type": "pickup"}, PHRASES, NOON + 60, ends={"delivered"})
    later, event = with_event(journey, {"type": "pickup"}, PHRASES, NOON + 60, ends={"delivered"}, anew=True)
    assert later.at(NOON + 60).events == (event,)
    late_scan = {"type": "transit", "timestamp": "2026-06-14T23:59:59Z"}
    later, _ = with_event(journey, late_scan, PHRASES, NOON + 60, ends={"delivered"})
    assert later.at(NOON + 60).status == "delivered"

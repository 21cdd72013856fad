"""SampleEvents: events to order, in the words and numbers of the mock."""

import pytest

from contract_tests.contract.validation import validator
from mock_server.contract.errors import ApiError
from mock_server.domain.clock import from_text
from mock_server.receivers.sample_event import SampleEvents
from mock_server.settings import Settings
from mock_server.world import Foundation

NOW = from_text("2026-06-15T12:00:00Z")
FOUNDATION = Foundation(Settings())
SAMPLES = SampleEvents(FOUNDATION)
STATUSES = {
    entry["const"]
    for entry in FOUNDATION.specification.document["components"]["schemas"]["Tracking"]["$defs"]["status"]["oneOf"]
}


@pytest.mark.parametrize("status", sorted(STATUSES))
@pytest.mark.parametrize("number", [None, "1Z999AA10123456784", "RR990000045GB"])
def test_any_number_can_be_given_any_status(status: str, number: str | None) -> None:
    event = SAMPLES.event(SAMPLES.number(number, status), status, NOW, "evt_1", "wh_1")
    assert (event.data["status"], event.type) == (status, SAMPLES.events.type_of(status))
    assert number is None or event.data["tracking_number"] == number
    validator({"$ref": "#/components/schemas/WebhookEvent"}, FOUNDATION.specification.document).validate(
        SAMPLES.events.value(event)
    )


@pytest.mark.parametrize("status", ["delivered", "exception", "failed_attempt", "returned"])
def test_the_event_is_of_the_last_day(status: str) -> None:
    event = SAMPLES.event(SAMPLES.number(None, status), status, NOW, "evt_1", "wh_1")
    age = NOW - from_text(event.data["events"][0]["timestamp"])
    assert 0 <= age < 86_400


def test_without_a_number_it_is_the_one_that_a_mock_answers_with_that_status() -> None:
    number = SAMPLES.number(None, "delivered")
    scenario = FOUNDATION.scenario(number)
    assert scenario is not None
    assert scenario.journey == "delivered"


@pytest.mark.parametrize("word", ["delivered", "tracking.delivered"])
def test_an_event_may_be_named_in_short(word: str) -> None:
    assert SAMPLES.event_type(word) == "tracking.delivered"


def test_an_unknown_event_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="'lost' is no event; there are delivered, exception, updated"):
        SAMPLES.event_type("lost")


@pytest.mark.parametrize(
    ("event_type", "status"),
    [
        ("tracking.delivered", "delivered"),
        ("tracking.exception", "exception"),
        ("tracking.updated", "in_transit"),
    ],
)
def test_an_event_has_a_usual_status(event_type: str, status: str) -> None:
    assert SAMPLES.status(event_type) == status


def test_a_status_must_go_with_its_event() -> None:
    assert SAMPLES.status("tracking.exception", "returned") == "returned"
    with pytest.raises(ValueError, match=r"'returned' comes with tracking\.exception, not with tracking\.delivered"):
        SAMPLES.status("tracking.delivered", "returned")


def test_a_status_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="'lost' is no status; there are pending,"):
        SAMPLES.status("tracking.updated", "lost")


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ApiError, match="invalid_tracking_number"):
        SAMPLES.number("???", "delivered")

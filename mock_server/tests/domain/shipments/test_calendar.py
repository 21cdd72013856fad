"""Calendars: people work by the clock on their own wall."""

from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from mock_server.domain.clock import from_text, to_text
from mock_server.domain.shipments.calendar import end_of_day, estimate, local_date, opening, working_day
from mock_server.domain.shipments.places import Place
from mock_server.tests.domain.shipments.shipping import PLACES

BERLIN, NEW_YORK, AUCKLAND = (PLACES.named(name) for name in ("Berlin, DE", "New York, NY", "Auckland, NZ"))


def local(instant: float, place: Place) -> datetime:
    return datetime.fromtimestamp(instant, ZoneInfo(place.zone))


@pytest.mark.parametrize("place", [BERLIN, NEW_YORK, AUCKLAND])
@pytest.mark.parametrize(
    "after", ["2026-03-28T20:00:00Z", "2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:10:00Z"]
)
def test_an_opening_is_later_and_within_local_hours_even_when_clocks_change(place: Place, after: str) -> None:
    start = from_text(after)
    for seed in range(200):
        found = opening(start, place, 2.0, 3.5, Random(seed))
        assert start < found < start + 2 * 86400
        assert 1 <= local(found, place).hour <= 4  # 2 to 3:30, or an hour off in the night that has no such hour


def test_openings_with_saturdays_skip_days_of_rest() -> None:
    friday_evening = from_text("2026-11-20T20:00:00Z")
    found = [opening(friday_evening, BERLIN, 9, 18, Random(seed), saturdays=0.25) for seed in range(400)]
    weekdays = [local(instant, BERLIN).isoweekday() for instant in found]
    assert set(weekdays) == {6, 1}
    assert 0.15 < weekdays.count(6) / len(weekdays) < 0.35


def test_an_opening_of_today_is_not_missed() -> None:
    tuesday_noon = from_text("2026-11-24T11:00:00Z")
    assert to_text(opening(tuesday_noon, BERLIN, 9, 12.05, Random(1), saturdays=0)).startswith("2026-11-24T11:0")


def test_the_end_of_a_day_is_one_minute_before_midnight_utc() -> None:
    assert to_text(end_of_day(date(2026, 6, 17))) == "2026-06-17T23:59:00Z"


def test_a_date_is_that_of_the_place() -> None:
    instant = from_text("2026-06-17T20:00:00Z")
    assert (local_date(instant, AUCKLAND), local_date(instant, NEW_YORK)) == (date(2026, 6, 18), date(2026, 6, 17))


def test_nobody_is_promised_a_delivery_on_a_day_of_rest() -> None:
    assert working_day(date(2026, 11, 22), BERLIN) == date(2026, 11, 23)
    assert working_day(date(2026, 11, 21), BERLIN) == date(2026, 11, 21)


def test_an_estimate_never_lies_before_the_scan_that_tells_it() -> None:
    los_angeles = PLACES.named("Los Angeles, CA")
    evening = datetime(2026, 6, 18, 3, tzinfo=UTC).timestamp()  # 20:00 on the 17th there
    assert to_text(estimate(date(2026, 6, 17), evening, los_angeles)) == "2026-06-18T23:59:00Z"
    assert to_text(estimate(date(2026, 6, 17), evening - 12 * 3600, los_angeles)) == "2026-06-17T23:59:00Z"

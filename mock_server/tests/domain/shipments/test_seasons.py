"""Seasons: when a number is given to a new shipment."""

from random import Random

import pytest

from mock_server.domain.clock import from_text
from mock_server.domain.shipments.calendar import Season
from mock_server.tests.domain.shipments.shipping import DISPATCH, random_numbers

DAY = 86400


@pytest.mark.parametrize("instant", ["1970-01-01T00:00:00Z", "2026-06-15T09:00:00Z", "2026-11-23T23:59:59Z"])
def test_every_instant_is_in_one_season_of_32_days(instant: str) -> None:
    season = Season.of(from_text(instant))
    assert season.start <= from_text(instant) < season.end == season.start + 32 * DAY
    assert Season.of(season.end - 0.001) == season
    assert Season.of(season.end).index == season.index + 1


@pytest.mark.parametrize("day", ["2026-06-15T00:00:00Z", "2026-11-23T00:00:00Z"])
def test_the_days_that_people_try_first_leave_weeks_to_advance_the_clock(day: str) -> None:
    assert Season.of(from_text(day)).end - from_text(day) >= 29 * DAY


def test_shipments_begin_before_within_and_after_the_season() -> None:
    season = Season(3)
    starts = [season.departure(Random(seed), 5 * DAY) for seed in range(2000)]
    before = sum(start < season.start for start in starts) / len(starts)
    never = sum(start >= season.end for start in starts) / len(starts)
    assert 0.6 < before < 0.85
    assert 0.02 < never < 0.07


def test_long_journeys_begin_later_than_short_ones() -> None:
    season = Season(3)

    def late(days: float) -> float:
        starts = [season.departure(Random(seed), days * DAY) for seed in range(2000)]
        return sum(start > season.start for start in starts) / len(starts)

    assert late(3) < late(12)


@pytest.mark.parametrize("instant", ["1000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_at_the_ends_of_the_calendar_shipments_are_old_or_to_come(instant: str) -> None:
    now = from_text(instant)
    for number in random_numbers(50, 2):
        assert DISPATCH.journey(0, number, now).at(now).facts("en")["last_updated"] <= instant

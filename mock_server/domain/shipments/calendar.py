"""Calendars: when, by the clock on the wall of a place, the people there work."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from mock_server.domain.shipments.places import Place

MINUTE = 60
HOUR = 3600
DAY = 86400
SATURDAY = 6


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that name, read once: ZoneInfo itself keeps eight, and journeys go through hundreds."""
    return ZoneInfo(name)


def whole_minute(instant: float) -> float:
    return instant // MINUTE * MINUTE


def local_date(instant: float, place: Place) -> date:
    return datetime.fromtimestamp(instant, zone(place.zone)).date()


def end_of_day(day: date) -> float:
    """23:59:00Z of that date, as the page writes an estimated delivery."""
    return (day.toordinal() - date(1970, 1, 1).toordinal() + 1) * DAY - MINUTE


def estimate(day: date, scanned: float, place: Place) -> float:
    """The end of the day of delivery, as it is told at a scan, which it never precedes.

    West of Greenwich an evening scan is on the next day in UTC; then the estimate is the day after.
    """
    planned = end_of_day(day)
    return planned if planned >= scanned else end_of_day(local_date(scanned, place) + timedelta(days=1))


def working_day(day: date, place: Place) -> date:
    """That day, or the next one on which people of the place deliver."""
    return day + timedelta(days=1) if day.isoweekday() == place.rest_day else day


def opening(
    after: float, place: Place, opens: float, closes: float, random: Random, *, saturdays: float | None = None
) -> float:
    """A random minute after the instant at which it is between the two local hours.

    With `saturdays`, the chance that people work on a Saturday, days of rest are left out; without, no day is.
    """
    wall = zone(place.zone)
    local = datetime.fromtimestamp(after, wall)
    day = local.date()
    first = max(int(opens * 60), local.hour * 60 + local.minute + 1)
    last = int(closes * 60) - 1
    while first > last or not (saturdays is None or works(day, place, saturdays, random)):
        day += timedelta(days=1)
        first = int(opens * 60)
    minute = random.randint(first, last)
    moment = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=wall).timestamp()
    # In the hour that the end of summer time repeats, the wall shows times that are already past.
    return max(moment, whole_minute(after) + MINUTE)


def works(day: date, place: Place, saturdays: float, random: Random) -> bool:
    weekday = day.isoweekday()
    if weekday == place.rest_day:
        return False
    return weekday != SATURDAY or random.random() < saturdays


LENGTH = 32 * DAY
OFFSET = 1781308800  # 2026-06-13T00:00:00Z, so that the page's own day comes early in a season
EARLIEST, LATEST = -62e9, 253e9  # the years 5 and 9987: Python's calendar ends soon after, and so do seasons


@dataclass(frozen=True, slots=True)
class Season:
    """The time in which a number means one shipment: from `start` (Unix seconds) for 32 days."""

    index: int

    @classmethod
    def of(cls, instant: float) -> "Season":
        return cls(int((min(max(instant, EARLIEST), LATEST) - OFFSET) // LENGTH))

    @property
    def start(self) -> float:
        return OFFSET + self.index * LENGTH

    @property
    def end(self) -> float:
        return self.start + LENGTH

    def departure(self, random: Random, expected: float) -> float:
        """When a shipment that will take so many seconds begins, so that each day finds every kind of shipment.

        A number's history may not shrink within its season, so what is to arrive late in it begins late. Most of that
        are long journeys: they keep the last days of a season as lively as they can be.
        """
        late = min(0.65, 0.04 + 0.036 * expected / DAY)
        stage = random.random()
        if stage < NEVER:
            return self.end + random.uniform(1, 9) * DAY
        if stage < NEVER + late:
            return self.start + LENGTH * random.random()
        if random.random() < OVER:
            return self.start - expected * random.uniform(1.1, 1.6) - random.uniform(0, 6) * DAY
        return self.start - expected * random.uniform(0.02, 0.95)

    def silence(self, random: Random) -> float:
        """When a shipment begins that nobody will hear of for 30 days, so that a few are expired on any day."""
        return self.start + random.uniform(-50, 10) * DAY


NEVER = 0.04  # share of shipments that do not begin in their season
OVER = 0.24  # share of the early ones that have arrived as the season starts

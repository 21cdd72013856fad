"""Seasons: real carriers reuse their numbers, and here every number gets a new shipment every 32 days."""

from dataclasses import dataclass
from random import Random

from mock_server.domain.calendars import DAY

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

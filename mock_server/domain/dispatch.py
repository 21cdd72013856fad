"""Dispatch: the shipment that a tracking number stands for, whatever kind of number it is."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_server.domain.carriers import TrackingNumber
from mock_server.domain.journeys import Journey
from mock_server.domain.phrases import Phrases
from mock_server.domain.places import Places
from mock_server.domain.staging import Staging
from mock_server.domain.traffic import Traffic

WHOLE_LIFE = "lifecycle"  # its name in fixtures/magic_numbers.json


class Dispatch:
    """Journeys as a pure function of seed, number and instant; one serves every world and thread."""

    def __init__(
        self,
        places: Places,
        phrases: Phrases,
        fixture: Mapping[str, Any],
        *,
        staged: Callable[[TrackingNumber], str | None] = lambda _: None,
        documented: Mapping[str, Any] | None = None,
    ) -> None:
        """`fixture` is fixtures/journeys.json, `staged` names the journey that a magic number asks for.

        `documented` is the page's example, answered for its own number whenever it is asked for.
        """
        self.phrases = phrases
        self._traffic = Traffic(places, phrases, fixture)
        self._staging = Staging(self._traffic)
        self._staged = staged
        self._documented = documented

    def journey(self, seed: int, number: TrackingNumber, instant: float, *, first_seen: float | None = None) -> Journey:
        """The shipment that the number stands for at the instant (Unix seconds), from its label to its last scan.

        A whole life starts at `first_seen`, or at the instant if nobody has seen it.
        """
        if self._documented and is_of(self._documented, number):
            return Journey.from_body(number, self._documented, self.phrases)
        name = self._staged(number)
        if name is None:
            return self._traffic.journey(seed, number, instant)
        if name == WHOLE_LIFE:
            return self._staging.whole_life(seed, number, instant if first_seen is None else first_seen)
        return self._staging.scene(seed, number, name, instant)

    def in_status(self, seed: int, number: TrackingNumber, status: str, now: float) -> Journey:
        """A journey that has the status now; KeyError for a status that no journey shows."""
        return self._staging.in_status(seed, number, status, now)

    def lives_once(self, number: TrackingNumber) -> bool:
        """Whether the number's shipment begins when a sandbox first sees it."""
        return self._staged(number) == WHOLE_LIFE


def is_of(body: Mapping[str, Any], number: TrackingNumber) -> bool:
    return bool(body["tracking_number"] == number.text and body["carrier"]["code"] == number.carrier.code)

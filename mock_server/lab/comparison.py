"""A client in one world beside what it does when nothing goes wrong, and what that shows at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from mock_server.domain.clients.journal import Entry
from mock_server.lab.baseline import Baseline
from mock_server.lab.failures import STRIKE, Point
from mock_server.lab.outcome import TrialOutcome


@dataclass(frozen=True)
class Comparison:
    """One client in one world, for which it had `limit` seconds."""

    baseline: Baseline
    point: Point
    outcome: TrialOutcome
    limit: float

    @cached_property
    def again(self) -> bool:
        """Whether it repeated a call that had been struck."""
        return tried_again(self.point, self.outcome)

    @property
    def tries(self) -> int:
        return sum(1 for entry in self.outcome.entries if self.point.call.asked(entry))

    @property
    def usual(self) -> int:
        """How often the same is asked anyway, as for a shipment that the command has to do with twice."""
        return max(sum(map(self.point.call.asked, each.entries)) for each in self.baseline.outcomes)

    @property
    def announced(self) -> bool:
        return any(each.announced for each in self.point.failures) or not self.point.failures

    @property
    def silent(self) -> bool:
        return any(each.document["type"] == "latency" for each in self.point.failures)

    @property
    def clauses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.clause for each in self.point.failures if each.clause))

    @cached_property
    def told(self) -> list[str]:
        """What it says that it never says otherwise."""
        said = self.baseline.said
        return [*said.new(self.outcome.stdout), *said.new(self.outcome.stderr)]


def tried_again(point: Point, outcome: TrialOutcome) -> bool:
    """Whether the client repeated a call that had been struck."""
    return any(point.call.asked(entry) for entry in after_strike(outcome.entries))


def after_strike(entries: Sequence[Entry]) -> Sequence[Entry]:
    """What was asked after the first failure; nothing if there was none."""
    return next((entries[place:] for place, entry in enumerate(entries, 1) if struck(entry)), ())


def struck(entry: Entry) -> bool:
    """Whether one of the lab's failures befell it."""
    return any(each.startswith(STRIKE) for each in entry.injected)


def forced(entry: Entry) -> bool:
    """Whether a rule refused it on purpose; one that only slowed it down did not."""
    return struck(entry) and (entry.refusal is not None or entry.lost)


def answered(entry: Entry) -> bool:
    """Whether the client got what it asked for."""
    return entry.status < HTTPStatus.BAD_REQUEST and not entry.lost

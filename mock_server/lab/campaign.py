"""A campaign of exploring: how far it is to go, and all that it found out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mock_server.lab.baseline import Baseline
from mock_server.lab.calls import ClientCall
from mock_server.lab.expectations import ExpectedEnd
from mock_server.lab.failures import Point
from mock_server.lab.verdicts import FAILED, CaseVerdict
from mock_server.world.history import WorldHistory


@dataclass(slots=True, eq=False)
class Case:
    """A point of the campaign and what came of it."""

    point: Point
    verdict: CaseVerdict
    again: bool = False
    status: int = 0
    capsule: str | None = None
    least: "Case | None" = None
    """The smaller failure that shows the same mistake, if there is one."""
    history: WorldHistory | None = None
    """How the world came to be as a client left it that failed there."""
    impatient: bool = False
    """Whether it failed for what it did under other failures."""
    extra: tuple[ClientCall, ...] = ()
    """Calls that it makes only because of the failure, of operations to which nothing happened."""

    @property
    def smallest(self) -> "Case":
        return self.least.smallest if self.least else self

    def shown_by(self, other: "Case") -> bool:
        """Whether another look at the same point shows the mistake too."""
        return other.verdict.abrupt if self.impatient else other.verdict.kind == FAILED


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """How far a campaign goes: one failure or two at once, for so many seconds, so many commands at a time."""

    plan: str
    depth: int = 2
    time_limit: float = 300.0
    parallel: int = 4
    only: str | None = None
    expectations: Sequence[ExpectedEnd] = ()


@dataclass(slots=True)
class Campaign:
    """All that a campaign found out."""

    baseline: Baseline
    notes: list[str]
    cases: list[Case] = field(default_factory=list)
    planned: int = 0
    planned_pairs: int = 0
    seconds: float = 0.0
    out_of_time: bool = False
    interrupted: bool = False

    def of(self, kind: str) -> list[Case]:
        return [each for each in self.cases if each.verdict.kind == kind]

    @property
    def partial(self) -> bool:
        """Whether something was left untried."""
        return self.out_of_time or self.interrupted

    @property
    def mistakes(self) -> list[Case]:
        """One failed case for each mistake, the smallest."""
        return [each for each in self.of(FAILED) if each.least is None]

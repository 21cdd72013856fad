"""How a mock or a sandbox begins that was one before, elsewhere or in another process."""

from collections.abc import Sequence
from dataclasses import dataclass

from mock_server.domain.clock import Course
from mock_server.domain.plans import Account
from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.webhooks.records import Saved
from mock_server.faults.rules import Count, Rule
from mock_server.faults.scenarios import Scenario


@dataclass(frozen=True, slots=True)
class Opening:
    """How a mock starts: in which scenario, with which course of its clock, shipments and rules for all.

    `keys_made` is how many keys it has made up.
    """

    scenario: Scenario
    course: Course
    pins: Sequence[Pin]
    rules: Sequence[Rule]
    keys_made: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A world as it was elsewhere; `alone` if the rules of its mock's scenario did not concern it.

    `rules` are its own, `counts` those of all that concern it with their ids, in order; `usage` is its quota's.
    """

    account: Account
    scenario: Scenario
    alone: bool
    rules: Sequence[Rule]
    counts: Sequence[tuple[str, Count]]
    usage: Sequence[tuple[int, int, int]]
    saved: Saved

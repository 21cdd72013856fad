"""What a command did in one world, and how it left it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.commands.process import Ending
from mock_server.domain.clients.conduct import Conduct, Finding
from mock_server.domain.clients.journal import Entry
from mock_server.lab.setup import Setup
from mock_server.world.history import WorldHistory

Webhook = tuple[str, str]
"""A subscription's number and filters."""


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """What a command did in one world, and how it left it."""

    setup: Setup
    key: str
    ending: Ending
    stdout: str
    stderr: str
    entries: tuple[Entry, ...]
    """What was asked under the trial's own key."""
    heard: tuple[Entry, ...]
    """All that was asked, under any key and with none."""
    struck: Mapping[str, int]
    """How often each rule struck, by its id."""
    lied: int
    """How often a lie was told."""
    findings: Mapping[str, Finding]
    subscriptions: tuple[Webhook, ...]
    """Webhooks that are left, in order."""
    made: int
    """Webhooks that were ever made."""
    delivered: int
    """Deliveries that were acknowledged."""
    events: tuple[Any, ...]
    """What receivers were told, under any key."""
    history: WorldHistory | None = None
    """How the world came to be as it was left; None if that is not known any more."""

    @property
    def status(self) -> int:
        return self.ending.status

    def bad(self, question: str) -> Finding | None:
        """The finding, if the client behaved badly there."""
        finding = self.findings.get(question)
        return finding if finding and finding.verdict is Conduct.BAD else None


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it said."""

    ending: Ending
    stdout: str
    stderr: str

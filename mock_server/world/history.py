"""Histories: how a world came to be as it is, from its beginning on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mock_server.domain.clients.journal import Entry, Note
from mock_server.domain.clock import Course
from mock_server.domain.plans import Account
from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.shipments.source import Identity
from mock_server.domain.webhooks.delivery import Delivery
from mock_server.domain.webhooks.records import Saved
from mock_server.faults.rules import Count, Rule
from mock_server.faults.scenarios import Scenario


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a world began with, at that instant of its clock's base; the rest follows from contract and settings."""

    base: float
    course: Course
    pins: Mapping[Identity, Pin]
    rules: Sequence[Rule]
    saved: Saved | None = None
    counts: Sequence[tuple[str, Count]] = ()
    usage: Sequence[tuple[int, int, int]] = ()


@dataclass(frozen=True, slots=True)
class WorldHistory:
    """Everything that came to a world from outside, and what it has sent; enough to have it all once more.

    `strays` are requests under its key that no world had to answer.
    """

    account: Account
    scenario: Scenario
    scale: float
    """Of the clock's base."""
    beginning: Beginning
    entries: Sequence[Entry]
    notes: Sequence[Note]
    strays: Sequence[Entry]
    begun: Sequence[tuple[Identity, float]]
    """When the whole lives began that it has seen."""
    deliveries: Sequence[Delivery]

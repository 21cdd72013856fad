"""Deliveries: one event on its way to one receiver, and what came of each attempt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

Edit = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Makes of an event what is told instead."""


class DeliveryState(StrEnum):
    """What has become of a delivery."""

    PENDING = "pending"  # to be attempted, for the first time or again
    DELIVERED = "delivered"
    FAILED = "failed"  # after the last attempt, or one that ended the subscription
    CANCELLED = "cancelled"  # its subscription was deleted
    DROPPED = "dropped"  # by a fault rule
    BLOCKED = "blocked"  # to a host that nobody allowed


class Signature(StrEnum):
    """How a delivery is signed."""

    GOOD = "good"
    BAD = "bad"
    MISSING = "missing"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """How one event is to be delivered; as it stands, honestly.

    `copies` counts deliveries in all, `delay` is seconds of the sandbox's clock, `overtaken` means after the next of
    its subscription, and `faults` names the rules that had a hand in it. `event` is what is told, None what really
    happened, as `edits` have made it of that; `media_type` is what it is called, None the truth. Copies that are
    `renamed` have ids of their own.
    """

    signature: Signature = Signature.GOOD
    copies: int = 1
    renamed: bool = False
    delay: float = 0.0
    overtaken: bool = False
    dropped: bool = False
    faults: tuple[str, ...] = ()
    event: Mapping[str, Any] | None = None
    edits: tuple[Edit, ...] = ()
    media_type: str | None = None

    def edited(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same event under another id, edited alike."""
        for edit in self.edits:
            event = edit(event)
        return event


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request and what came back.

    `at` is the sandbox's instant and `real` the server's own, both in Unix seconds; without a status, `problem` says
    why there is none. `replay` is one that somebody asked for.
    """

    at: float
    real: float
    seconds: float
    headers: Mapping[str, str]
    status: int | None = None
    problem: str | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer_body: bytes = b""
    replay: bool = False

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one subscription.

    `body` is sent on every attempt, byte for byte, and called `media_type` if not what it is. `secret` signs it, None
    leaves it unsigned, and a `flawed` signature has a digit wrong. `due` is the sandbox's instant of the next attempt,
    in Unix seconds.
    """

    id: str
    event_id: str
    type: str
    webhook_id: str
    tracking_number: str
    url: str
    created_at: float
    body: bytes
    secret: str | None
    due: float | None
    flawed: bool = False
    faults: tuple[str, ...] = ()
    state: DeliveryState = DeliveryState.PENDING
    note: str | None = None
    attempts: tuple[Attempt, ...] = ()
    media_type: str | None = None

    @property
    def tries(self) -> int:
        """How many attempts there were that nobody asked for."""
        return sum(not attempt.replay for attempt in self.attempts)

    def after(self, attempt: Attempt) -> Self:
        return replace(self, attempts=(*self.attempts, attempt))

    def ended(self, state: DeliveryState, note: str | None = None) -> Self:
        """The delivery with nothing more to come."""
        return replace(self, state=state, note=note, due=None)

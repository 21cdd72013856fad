"""Deliveries: one event on its way to one receiver, and what came of each attempt."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, Self


class State(StrEnum):
    """What has become of a delivery."""

    PENDING = "pending"  # to be attempted, for the first time or again
    DELIVERED = "delivered"
    FAILED = "failed"  # after the last attempt, or one that ended the subscription
    CANCELLED = "cancelled"  # its subscription was deleted
    DROPPED = "dropped"  # by a fault rule
    BLOCKED = "blocked"  # to a host that nobody allowed


class Handling(Protocol):
    """How a delivery is spoilt: `faults` names the rules that did it.

    `signature` is good, bad, missing or foreign; `copies` counts deliveries in all, `delay` is in seconds of the
    sandbox's clock, and what is `overtaken` waits for the next delivery of its subscription. `event` is what is told
    instead, None if that is the truth, and `media_type` what it is called. Copies that are `renamed` have own ids, and
    tell what `retold` makes of the event under that id.
    """

    @property
    def signature(self) -> str: ...
    @property
    def copies(self) -> int: ...
    @property
    def renamed(self) -> bool: ...
    @property
    def delay(self) -> float: ...
    @property
    def overtaken(self) -> bool: ...
    @property
    def dropped(self) -> bool: ...
    @property
    def faults(self) -> tuple[str, ...]: ...
    @property
    def event(self) -> Mapping[str, Any] | None: ...
    @property
    def media_type(self) -> str | None: ...
    def retold(self, event: Mapping[str, Any]) -> Mapping[str, Any]: ...


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
    state: State = State.PENDING
    note: str | None = None
    attempts: tuple[Attempt, ...] = ()
    media_type: str | None = None

    @property
    def tries(self) -> int:
        """How many attempts there were that nobody asked for."""
        return sum(not attempt.replay for attempt in self.attempts)

    def after(self, attempt: Attempt) -> Self:
        return replace(self, attempts=(*self.attempts, attempt))

    def ended(self, state: State, note: str | None = None) -> Self:
        """The delivery with nothing more to come."""
        return replace(self, state=state, note=note, due=None)

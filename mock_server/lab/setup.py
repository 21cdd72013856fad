"""How a world is before a command starts in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from mock_server.domain.clock import Course
from mock_server.lab.failures import NOW

MINUTE, DAY = 60.0, 86_400.0
RATE = 60.0  # seconds of the sandbox in one that a client was told to wait: the end of a minute is never further
EARLY = 2.0  # seconds before the edge of a minute or a day


@dataclass(frozen=True, slots=True)
class Setup:
    """A world before the command starts in it; with the same setup and seed it is the same world."""

    plan: str
    rules: tuple[Mapping[str, Any], ...] = ()
    when: str = NOW
    name: str = ""
    remaining: int | None = None
    """Lookups that are left of the quota, if not all."""
    patience: bool = False
    """Whether the wait until the next minute is announced as two seconds, not one."""
    runs: bool = False
    """Whether time passes by itself, a minute in a second."""
    lies: tuple[Mapping[str, Any], ...] = ()
    """Rules for all that the command asks in this trial, under whatever key and with none."""

    def key(self, turn: int) -> str:
        """A key of its own, so that trials never meet."""
        digest = blake2b(repr((self.name, self.rules, self.lies, self.when, turn)).encode(), digest_size=8).hexdigest()
        return f"tf_test_{self.plan}_{digest}"

    def course(self, start: float, base: float) -> Course:
        """How time passes from that instant on, which is `base` by the mock's own clock.

        It stands still, but for the waits that are announced: each moves it on, so that trials are alike.
        """
        rate = RATE / 2 if self.patience else RATE
        return Course(start, base, rate) if self.runs else Course(start, base, 0.0, auto_advance=rate)


def instant(when: str, now: float) -> float:
    """Where a world's clock stands at first: now, or just before the next minute or day begins, never earlier than now.

    Events have whole seconds: one that happens while time stands still must not be older than its world.
    """
    soon = now // 1 + 1
    edge = {"minute": MINUTE, "midnight": DAY}.get(when)
    return soon if edge is None else ((soon + EARLY) // edge + 1) * edge - EARLY

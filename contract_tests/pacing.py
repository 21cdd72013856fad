"""Keeping below the quota: when the next request may be sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from contract_tests.clock import Clock
from contract_tests.exchange import Response
from contract_tests.resets import LATE, reset_at

LONGEST_WAIT_SECONDS = 130.0  # two minute windows; nobody waits for a day window
_MARGIN_SECONDS = 0.3  # clocks differ a little
_MINUTE = 60.0
_DAY = 86400.0


class QuotaSpentError(Exception):
    """The key's quota is used up for longer than anyone waits."""


class AnySleeper(Protocol):
    """Lets time pass, by waiting or by asking a test server to move its clock."""

    def pass_time(self, seconds: float, reason: str) -> None: ...


def whole_number(text: str | None) -> int | None:
    """The header as a whole number, or None."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() else None


@dataclass(slots=True)
class Pace:
    """What is known of one key's windows: from its headers, or else from the plan's table and our own sending."""

    clock: Clock
    sleeper: AnySleeper
    remaining_header: str
    reset_header: str
    per_minute: int | None = None
    remaining: int | None = None
    ends_at: float = 0.0
    sent: list[float] = field(default_factory=list)

    def before(self, cost: int) -> None:
        """Waits until a request of that cost should pass; QuotaSpentError if that is too long."""
        now = self.clock.now()
        if self.remaining is not None:
            if self.remaining < cost and now < self.ends_at:
                self._wait(self.ends_at - now, "window")
                self.remaining = None
            return
        if self.per_minute is not None:
            self.sent = [each for each in self.sent if each > now - _MINUTE]
            if len(self.sent) + cost > self.per_minute and self.sent:
                self._wait(self.sent[-1] + _MINUTE - now, "window")
                self.sent = []

    def after(self, response: Response, cost: int) -> None:
        """Learns from the headers of a response."""
        now = self.clock.now()
        remaining = whole_number(response.header(self.remaining_header))
        ends = reset_at(response.header(self.reset_header), now)
        if remaining is None:
            self.sent += [now] * cost
            return
        self.remaining = remaining
        self.ends_at = now + _MINUTE if ends is None else max(ends, now) + LATE + _MARGIN_SECONDS

    def refused(self, response: Response, retry_after: str) -> None:
        """Waits out a 429 that was not asked for."""
        seconds = whole_number(response.header(retry_after))
        if seconds is None:
            seconds_left = self.ends_at - self.clock.now()
            seconds = int(seconds_left + 1) if 0 < seconds_left <= _DAY else int(_MINUTE)
        self._wait(seconds + _MARGIN_SECONDS, "refusal")
        self.remaining, self.sent = None, []

    def _wait(self, seconds: float, cause: str) -> None:
        if seconds > LONGEST_WAIT_SECONDS:
            raise QuotaSpentError(
                f"the key's quota is used up for another {seconds / 3600:.1f} h; run again then, or with another key"
            )
        name = "the minute window" if seconds <= _MINUTE + 2 else "the quota"
        text = f"waiting {seconds:.0f} s for {name}"
        self.sleeper.pass_time(seconds, text + (" after a 429 that was not asked for" if cause == "refusal" else ""))


Progress = Callable[[str], None]

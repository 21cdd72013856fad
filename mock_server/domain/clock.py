"""Time, handed in: every part asks a clock, and no part waits for the wall.

Instants are Unix seconds in UTC, as float.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf
from threading import Lock
from typing import Protocol, Self

from contract_tests.contract.instants import unix_seconds

# What X-RateLimit-Reset can say in ten digits of Unix seconds, a day's window included.
EARLIEST = 1_000_000_000.0  # 2001-09-09
LATEST = 9_999_900_000.0  # 2286-11-19
FASTEST = 86_400.0  # a day in a second
SLOWEST = 1e-6  # seconds of a clock that moves, in one real second


class Clock(Protocol):
    """What the sandbox's time is, and how fast it runs beside real time (0 stands still).

    `rate` is what one second of a waiting client is worth; where waiting moves nothing, both sides' seconds are alike.
    """

    @property
    def scale(self) -> float: ...

    @property
    def rate(self) -> float: ...

    def hold(self, instant: float | None = None, /) -> bool:
        """Let it be this instant until `release`, so that two answers cannot disagree; false if it is held already.

        Where other processes have done the same before, at the instant that it was for them.
        """

    def release(self) -> None: ...

    def now(self) -> float: ...


class SystemClock:
    """Real time. While one thread holds it, the others may see it stand as well, for no longer than that."""

    scale = rate = 1.0

    def __init__(self) -> None:
        self._held: float | None = None

    def hold(self, instant: float | None = None, /) -> bool:
        if self._held is not None:
            return False
        self._held = self.now() if instant is None else instant
        return True

    def release(self) -> None:
        self._held = None

    def now(self) -> float:
        held = self._held
        return time.time() if held is None else held  # noqa: TID251 - the one place that reads the machine's clock


class ManualClock:
    """Stands still until moved. Sleeping moves it, so no test ever waits."""

    scale = 0.0
    rate = 1.0

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def hold(self, _instant: float | None = None, /) -> bool:
        return False

    def release(self) -> None: ...

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    def set(self, instant: float) -> None:
        self._now = instant


@dataclass(frozen=True, slots=True)
class Course:
    """How a sandbox's time follows its base clock's: from an origin on, so many seconds in one second of the base.

    `due` and `jump` are a promise: from that instant of the base on, it is so many seconds later.
    """

    origin: float
    since: float
    scale: float = 1.0
    auto_advance: float = 0.0
    due: float = inf
    jump: float = 0.0

    def __post_init__(self) -> None:
        """ValueError for a speed that nobody would live to see the next second of."""
        for speed in (self.scale, self.auto_advance):
            if 0 < speed < SLOWEST:
                raise ValueError(f"{speed} seconds in one is too slow for a clock; use 0, or {SLOWEST} and more")

    @property
    def follows(self) -> bool:
        """Whether it is the base's time."""
        return self.origin == self.since and self.scale == 1.0

    def at(self, base: float) -> float:
        """The sandbox's instant at an instant of the base."""
        now = self.origin + (base - self.since) * self.scale
        return now + self.jump if base >= self.due else now

    def set(self, base: float, instant: float) -> Self:
        """From now on from that instant; ValueError if the contract cannot write it."""
        return replace(self, origin=in_range(instant), since=base, due=inf, jump=0.0)

    def advance(self, base: float, seconds: float) -> Self:
        return self.set(base, self.at(base) + seconds)

    def run(self, base: float, scale: float) -> Self:
        """From now on, so many seconds in one of the base; 0 stands still. ValueError for what is no such number."""
        return replace(self.set(base, self.at(base)), scale=_bearable(scale))

    def promise(self, base: float, seconds: float) -> Self:
        """Let time have moved on when so many seconds of the base are over; of several promises the first counts."""
        kept = replace(self, origin=self.at(base), since=base, due=inf, jump=0.0) if base >= self.due else self
        return kept if kept.due < inf else replace(kept, due=base + seconds, jump=seconds * kept.auto_advance)

    def reaches(self, instant: float) -> float | None:
        """The base's instant at which it is that instant here, or None if time never gets there."""
        if self.scale:
            return self.since + (instant - self.origin) / self.scale
        if instant <= self.origin:
            return self.since
        return self.due if instant <= self.origin + self.jump else None


Change = Callable[[Course, float], Course]
"""From a clock's course and the base's instant to the course it takes from then on."""


class SandboxClock:
    """A clock of its own over another one: it can be frozen, moved, and run faster or slower.

    `course` is swapped whole, so a reader in another thread never sees half a change.
    """

    course: Course

    def __init__(self, base: Clock, start: float | None = None, scale: float = 1.0) -> None:
        """It begins at the start instant if there is one, else at the base's time; ValueError as for a course."""
        self.base = base
        self._start, self._scale = start if start is None else in_range(start), _bearable(scale)
        self.on_owed: list[Callable[[], object]] = []  # who waits for an instant that may come sooner now
        self._lock = Lock()
        self.reset()

    def now(self) -> float:
        return self.course.at(self.base.now())

    def hold(self, instant: float | None = None, /) -> bool:
        return self.base.hold(instant)

    def release(self) -> None:
        self.base.release()

    @property
    def scale(self) -> float:
        return self.course.scale * self.base.scale

    @property
    def frozen(self) -> bool:
        return self.course.scale == 0.0

    @property
    def rate(self) -> float:
        return self.scale or self.course.auto_advance or 1.0

    def change(self, change: Change, base: float | None = None) -> None:
        """Take another course as of now, or as of an instant of the base; what `change` raises changes nothing."""
        with self._lock:
            self.course = change(self.course, self.base.now() if base is None else base)

    def reset(self) -> None:
        """Back to how the clock began."""
        now = self.base.now()
        self.course = Course(now if self._start is None else self._start, now, self._scale)

    def follow(self, other: "SandboxClock") -> None:
        """Show what the other clock shows, until one of the two is moved; both have the same base."""
        self.course = other.course

    def copy(self) -> "SandboxClock":
        """Another clock over the same base that shows the same time."""
        clock = SandboxClock(self.base)
        clock.follow(self)
        return clock

    def set(self, instant: float) -> None:
        self.change(lambda course, base: course.set(base, instant))

    def advance(self, seconds: float) -> None:
        self.change(lambda course, base: course.advance(base, seconds))

    def run(self, scale: float) -> None:
        self.change(lambda course, base: course.run(base, scale))

    def freeze(self) -> None:
        self.run(0.0)

    def owe(self, seconds: float) -> None:
        """A client was told to wait so many real seconds; a frozen clock that advances by itself keeps that promise."""
        if self.course.auto_advance and self.frozen:
            self.change(lambda course, base: course.promise(base, seconds))
            for told in self.on_owed:
                told()

    def seconds_until(self, instant: float) -> float | None:
        """Seconds of the base until it is that instant here, 0 if it is already past, None if it never will be."""
        base = self.course.reaches(instant)
        return None if base is None else max(0.0, base - self.base.now())


@contextmanager
def still(clock: Clock) -> Iterator[None]:
    """It is one and the same instant meanwhile."""
    mine = clock.hold()
    try:
        yield
    finally:
        if mine:
            clock.release()


def to_text(instant: float) -> str:
    """An instant as the page writes it: `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, whole seconds, UTC)."""
    # Not strftime: its %Y pads years below 1000 on some machines and not on others.
    return datetime.fromtimestamp(instant // 1, UTC).replace(tzinfo=None).isoformat() + "Z"


def to_exact_text(instant: float) -> str:
    """An instant to the millisecond that it is in, RFC 3339 in UTC; a whole second is written without a fraction."""
    milliseconds = int(instant % 1 * 1000)
    text = to_text(instant)
    return f"{text[:-1]}.{milliseconds:03}Z" if milliseconds else text


def from_text(text: str) -> float:
    """Unix seconds of an RFC 3339 instant, in any of its forms; ValueError if it is none."""
    return unix_seconds(text)


def in_range(instant: float) -> float:
    """The instant; ValueError if a clock cannot be there, because the contract could not write what follows."""
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(
            f"{_told(instant)} is outside the clock's range; set it between {to_text(EARLIEST)} and {to_text(LATEST)}"
        )
    return instant


def _told(instant: float) -> str:
    """An instant for a message, also one that no calendar has."""
    try:
        return to_text(instant)
    except (ValueError, OverflowError, OSError):
        return "an instant before the year 1" if instant < 0 else "an instant after the year 9999"


def _bearable(scale: float) -> float:
    """The scale; ValueError if no clock can run so."""
    if not 0 <= scale <= FASTEST:
        raise ValueError(f"{scale} is no scale for a clock; use 0, which freezes it, to {FASTEST:.0f}")
    return scale

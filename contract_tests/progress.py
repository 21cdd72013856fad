"""What a run is doing, how much is left, and about how long that takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contract_tests.clock import Clock
from contract_tests.masking import visible

_EVERY_SECONDS = 10.0  # between two lines, where a line can't renew itself
_MINUTE = 60


@dataclass(slots=True)
class Progress:
    """Tells a listener; silent until someone listens.

    On a terminal one line renews itself; elsewhere a line is written when a wait begins, and now and then.
    """

    write: Callable[[str], Any] | None = None
    terminal: bool = False
    width: int = 80
    clock: Clock | None = None
    total: int = 0
    done: int = 0
    began: float = 0.0
    told: float = 0.0
    spent: Callable[[], str] = str
    waits: Callable[[], float] = float

    def __call__(self, text: str) -> None:
        """Says something that is worth a line of its own, or the one line of a terminal."""
        self._tell(text, always=True)

    def listen(self, write: Callable[[str], Any], clock: Clock, *, terminal: bool, width: int) -> None:
        self.write, self.clock, self.terminal, self.width = write, clock, terminal, width
        self.began = self.told = clock.now()

    def probe(self, name: str) -> None:
        """Another probe begins."""
        self._tell(name.removeprefix("test_").replace("_", " "), always=False)

    def over(self) -> None:
        """Another probe has ended."""
        self.done += 1

    def clear(self) -> None:
        """Leaves the terminal's line empty."""
        if self.write and self.terminal:
            self.write("\r\x1b[K")

    def line(self, text: str) -> str:
        """How far the run is, and what it does."""
        if not self.total:
            return text
        left = self.estimate()
        about = f", about {_spoken(left)} left" if left is not None else ""
        return f"[{self.done}/{self.total}] {self.spent()}{about}: {text}"

    def estimate(self) -> float | None:
        """Seconds that the rest takes if it goes on like this, waits that are sure to come included."""
        if self.clock is None or not self.done:
            return None
        return (self.clock.now() - self.began) / self.done * (self.total - self.done) + self.waits()

    def _tell(self, text: str, *, always: bool) -> None:
        if self.write is None or self.clock is None:
            return
        now = self.clock.now()
        if self.terminal:
            self.write("\r\x1b[K" + visible(self.line(text))[: self.width - 1])
        elif always or now - self.told >= _EVERY_SECONDS:
            self.write(visible(self.line(text)) + "\n")
            self.told = now


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * _MINUTE else f"{seconds / _MINUTE:.0f} min"

"""How time passes for the target: moved by its control plane, or waited for."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from contract_tests.clock import Clock
from contract_tests.facts import UnverifiableError, lacking
from contract_tests.pacing import Progress

_SAME_TIME = 2.0  # seconds by which two clocks may differ
_HALF_A_SECOND = 0.5  # by which Date, in whole seconds, is late on average


@dataclass(slots=True)
class Sleeper:
    """Lets time pass for the target: by its control plane where there is one, else by waiting."""

    clock: Clock
    progress: Progress
    pass_by_state: Callable[[float], None] | None = None
    ahead: float = 0.0

    def now(self) -> float:
        """The target's time as far as it is known."""
        return self.clock.now() + self.ahead

    def agree(self, date: str | None) -> None:
        """Takes over the target's time from its Date header if the clocks differ: Reset counts on the target's."""
        try:
            theirs = parsedate_to_datetime(date or "").timestamp()
        except ValueError:
            return
        ahead = theirs + _HALF_A_SECOND - self.clock.now()
        if abs(ahead) > _SAME_TIME:
            self.ahead = ahead

    def sleep(self, seconds: float) -> None:
        self.pass_time(seconds, f"waiting {seconds:.0f} s")

    def move(self, seconds: float) -> None:
        """Moves the target's clock ahead; UnverifiableError says why its control plane can't."""
        if self.pass_by_state is None:
            raise lacking("patience")
        self.pass_by_state(seconds)
        self.ahead += seconds

    def pass_time(self, seconds: float, reason: str) -> None:
        try:
            self.move(seconds)
        except UnverifiableError:
            left = seconds
        else:
            return
        while left > 0:
            self.progress(reason if left == seconds else f"{reason}, {left:.0f} s to go")
            nap = min(left, 1.0) if getattr(self.progress, "terminal", False) else left
            self.clock.sleep(nap)
            left -= nap

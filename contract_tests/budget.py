"""One budget of requests and lookups for everything that is sent."""

from dataclasses import dataclass

DEFAULT_REQUESTS = 120
DEFAULT_LOOKUPS = 150
FOR_COUNTING = (12, 24)  # requests and lookups of a default run that show again what a wrong charge was


class BudgetSpentError(Exception):
    """The next request would cost more than is left."""


@dataclass(slots=True)
class Budget:
    """What may still be sent; part of it is set aside for cleaning up."""

    requests: int = DEFAULT_REQUESTS
    lookups: int = DEFAULT_LOOKUPS
    spent_requests: int = 0
    spent_lookups: int = 0
    set_aside: int = 0
    for_counting: tuple[int, int] = (0, 0)
    """Requests and lookups kept for the last count, which comes after everything else."""

    def count(self) -> None:
        """The last count begins: what was kept for it may be spent."""
        self.for_counting = (0, 0)

    def take(self, lookups: int, *, cleaning: bool = False) -> None:
        """Spends one request and so many lookups; BudgetSpentError if they are not there."""
        reserve = 0 if cleaning else self.set_aside
        requests, kept = self.for_counting
        if self.spent_requests + 1 + reserve + requests > self.requests:
            raise self._spent(f"{self.requests} requests")
        if self.spent_lookups + lookups + reserve + kept > self.lookups:
            raise self._spent(f"{self.lookups} lookups")
        self.spent_requests += 1
        self.spent_lookups += lookups

    def room_for(self, requests: int) -> None:
        """BudgetSpentError if so many requests of one lookup are not left."""
        if self.left < requests:
            raise self._spent(f"{self.requests} requests and {self.lookups} lookups")

    def _spent(self, what: str) -> BudgetSpentError:
        return BudgetSpentError(
            f"the budget of {what} is spent; give a larger one, such as --max-requests {2 * self.requests}"
        )

    def give_back(self, lookups: int) -> None:
        """Returns lookups that were taken and not charged."""
        self.spent_lookups -= lookups

    @property
    def left(self) -> int:
        """Requests of one lookup that may still be sent, cleaning up aside."""
        requests, lookups = self.for_counting
        left = min(self.requests - self.spent_requests - requests, self.lookups - self.spent_lookups - lookups)
        return left - self.set_aside

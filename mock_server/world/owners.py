"""Whose the keys are that the control plane has made, and until when each is good."""

from dataclasses import dataclass
from threading import Lock

from mock_server.contract.errors import ApiError

MOST = 100_000  # keys; of more, the oldest are nobody's


@dataclass(frozen=True, slots=True)
class Holding:
    """Whose a key is, and the instant of real time, in Unix seconds, from which it is good no more."""

    owner: str
    until: float | None = None


class Owners:
    """The keys that were made for somebody; safe to use from several threads."""

    def __init__(self) -> None:
        self._holdings: dict[str, Holding] = {}
        self._lock = Lock()

    def hold(self, key: str, holding: Holding) -> None:
        """The key is made for somebody."""
        with self._lock:
            self._holdings[key] = holding
            if len(self._holdings) > MOST:
                del self._holdings[next(iter(self._holdings))]

    def of(self, key: str) -> Holding | None:
        """Whose the key is, if it was made for somebody."""
        return self._holdings.get(key)

    def all(self) -> list[tuple[str, Holding]]:
        """The keys that were made for somebody, oldest first."""
        with self._lock:
            return list(self._holdings.items())

    def mortal(self, key: str) -> bool:
        """Whether the key is good for a time only."""
        holding = self._holdings.get(key)
        return holding is not None and holding.until is not None

    def check(self, key: str, now: float) -> None:
        """ApiError `unauthorized` for a key whose time is over."""
        holding = self._holdings.get(key)
        if holding and holding.until is not None and holding.until <= now:
            raise ApiError("unauthorized", "the API key has expired")

    def clear(self) -> None:
        """Nobody's any more."""
        with self._lock:
            self._holdings.clear()

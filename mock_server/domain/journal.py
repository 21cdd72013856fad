"""What was asked and what was answered, newest kept, oldest let go."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

KEPT_BODY = 8192  # bytes of each body that an entry keeps


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange; bodies are cut to KEPT_BODY bytes.

    `at` is the sandbox's instant and `real` the server's own, both in Unix seconds.
    """

    id: int
    at: float
    key: str | None
    operation: str | None
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    reply_headers: Mapping[str, str]
    reply_body: bytes
    reason: str | None
    fault: str | None
    real: float = 0.0


class Journal:
    """The newest entries of one sandbox, at most `size`."""

    def __init__(self, size: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)

    def __len__(self) -> int:
        return len(self._entries)

    def record(self, entry: Entry) -> None:
        self._entries.append(entry)

    def newest_id(self) -> int:
        """The id of the last entry, 0 if there is none."""
        return self._entries[-1].id if self._entries else 0

    def entries(self) -> tuple[Entry, ...]:
        """Oldest first."""
        return tuple(self._entries)

    def clear(self) -> None:
        self._entries.clear()


def newest(journals: Iterable[Journal], *, limit: int, since: int = 0) -> list[Entry]:
    """The newest entries of several journals together, newest first, with an id above `since`."""
    merged = sorted((entry for journal in journals for entry in journal.entries()), key=lambda e: e.id, reverse=True)
    return list(islice((entry for entry in merged if entry.id > since), limit))


def masked(secret: str) -> str:
    """A key or secret as it may be shown: its form and its last four characters."""
    head = secret[: max(0, min(8, len(secret) - 4))]
    return f"{head}...{secret[-4:]}" if len(secret) > 12 else "..."

"""Inboxes: receivers on the mock itself, so that webhooks can be seen without writing one."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from threading import Lock

KEPT = 200  # messages of one inbox
MOST_INBOXES = 200
KEPT_BODY = 65_536  # bytes of each message


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """What came to an inbox; `real` is Unix seconds, `status` what it was answered, `size` the bytes before cutting."""

    id: int
    inbox: str
    real: float
    target: str
    headers: Mapping[str, str]
    body: bytes
    size: int
    status: int


class Inboxes:
    """The newest messages by the inbox's name; safe to use from several threads."""

    def __init__(self) -> None:
        self._messages: dict[str, deque[InboxMessage]] = {}
        self.ids: Iterator[int] = count(1)
        """What messages are numbered by."""
        self._lock = Lock()

    def take(
        self, inbox: str, target: str, headers: Mapping[str, str], body: bytes, *, status: int, now: float
    ) -> InboxMessage:
        """Keep what came; the inbox that has been silent longest goes when there are too many."""
        with self._lock:
            message = InboxMessage(
                next(self.ids), inbox, now, target, dict(headers), body[:KEPT_BODY], len(body), status
            )
            kept = self._messages.pop(inbox, None) or deque(maxlen=KEPT)
            kept.append(message)
            self._messages[inbox] = kept  # the newest comes last
            if len(self._messages) > MOST_INBOXES:
                del self._messages[next(iter(self._messages))]
        return message

    def of(self, inbox: str) -> Iterator[InboxMessage]:
        """What came to that inbox, newest first."""
        with self._lock:
            return reversed(tuple(self._messages.get(inbox, ())))

    def names(self) -> dict[str, int]:
        """How many messages each inbox has."""
        with self._lock:
            return {name: len(messages) for name, messages in self._messages.items()}

    def clear(self, inbox: str | None = None) -> None:
        """Let the messages of one inbox go, or all."""
        with self._lock:
            if inbox is None:
                self._messages.clear()
            else:
                self._messages.pop(inbox, None)

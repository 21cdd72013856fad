"""A conversation: everything one key asked and was answered, as a judge of the client reads it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from itertools import pairwise

from mock_server.domain.clients.journal import Entry

SLACK = 0.01  # seconds by which a client may have an answer before the journal has its time
NEW_TRY = 3600.0  # seconds after which the same call is no longer a retry


@dataclass(frozen=True)
class Conversation:
    """Entries of one key, oldest first.

    `rate` is the sandbox's seconds in one of a client that waits, `retry_after` and `reset` are headers' names, `final`
    are the statuses that nothing follows, `batch_size` is the plan's. `asked` has the tracking numbers of a batch, None
    if they were cut, and `shown` each shipment that an answer shows, with its status if it has one.
    """

    entries: Sequence[Entry]
    rate: float = 1.0
    retry_after: str = "Retry-After"
    reset: str = "X-RateLimit-Reset"
    final: frozenset[str] = frozenset()
    batch_size: int = 1
    asked: Callable[[Entry], Sequence[str] | None] = lambda _: None
    shown: Callable[[Entry], Iterable[tuple[str, str | None]]] = lambda _: ()

    def gap(self, before: Entry, after: Entry) -> float:
        """Seconds of the client's life from one request to another; a clock moved by a test counts as waited."""
        return max(after.real - before.real, (after.at - before.at) / self.rate)

    def told(self, entry: Entry) -> float | None:
        """The seconds that an answer asked to wait; one that never came has told nothing."""
        text = "" if entry.lost else entry.reply_headers.get(self.retry_after, "")
        return float(text) if text.isdigit() else None

    def waited(self, refused: Entry, following: Entry) -> bool:
        """Whether a request came no earlier than the refusal before it had asked for.

        Retry-After is rounded up to whole seconds: who waits for the instant of the reset may come before it is over.
        """
        reset = refused.reply_headers.get(self.reset, "")
        if reset.isdigit() and refused.at < int(reset) <= following.at:
            return True
        return self.gap(refused, following) >= (self.told(refused) or 0.0) - SLACK

    @cached_property
    def calls(self) -> tuple[tuple[Entry, ...], ...]:
        """The entries of each call, that is of the same method, target and body."""
        calls: dict[tuple[str, str, bytes], list[Entry]] = {}
        for entry in self.entries:
            calls.setdefault(call_of(entry), []).append(entry)
        return tuple(map(tuple, calls.values()))

    @cached_property
    def repetitions(self) -> Mapping[int, Entry]:
        """The next request for the same call, by the id of the one before."""
        return {before.id: after for call in self.calls for before, after in pairwise(call)}

    @cached_property
    def chains(self) -> tuple[tuple[Entry, ...], ...]:
        """Attempts at the same thing, each after one that failed; a call that was not repeated makes no chain."""
        return tuple(chain for call in self.calls for chain in self._chains(call) if len(chain) > 1)

    def _chains(self, call: Sequence[Entry]) -> Iterator[tuple[Entry, ...]]:
        chain = [call[0]]
        for before, after in pairwise(call):
            if failed(before) and self.gap(before, after) <= max(NEW_TRY, 2 * (self.told(before) or 0)):
                chain.append(after)
            else:
                yield tuple(chain)
                chain = [after]
        yield tuple(chain)

    def of(self, operation: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.operation == operation)


def call_of(entry: Entry) -> tuple[str, str, bytes]:
    """What makes two requests the same call."""
    return entry.method, entry.target, entry.body


def failed(entry: Entry) -> bool:
    """Whether a client may try again: the server is at fault, or the answer was lost."""
    return (
        entry.status >= HTTPStatus.INTERNAL_SERVER_ERROR or entry.status == HTTPStatus.TOO_MANY_REQUESTS or entry.lost
    )


def blamed(entry: Entry) -> bool:
    """Whether the answer says that the request itself is wrong, so that no repetition can help."""
    return blames(entry.status)


def blames(status: int) -> bool:
    """Whether an answer of that status says so."""
    return (
        HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS
    )

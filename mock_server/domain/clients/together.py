"""Several journals, or parts of them, read as one."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush, merge

from mock_server.domain.clients.journal import Entry, Journal


def backwards(journals: Iterable[Journal]) -> Iterator[Entry]:
    """The entries of several journals together, newest first.

    Each is looked into when its turn comes, so that thousands hold nobody up; what comes to it meanwhile is left out.
    """
    unread = sorted((journal.newest, place, journal) for place, journal in enumerate(journals))
    read: list[tuple[int, int, Entry, Iterator[Entry]]] = []  # a heap, each with its next entry
    while True:
        while unread and (not read or unread[-1][0] > -read[0][0]):
            last, place, journal = unread.pop()
            _read_on(read, place, _up_to(last, journal))
        if not read:
            return
        _, place, entry, entries = heappop(read)
        yield entry
        _read_on(read, place, entries)


def _up_to(last: int, journal: Journal) -> Iterator[Entry]:
    return (entry for entry in reversed(journal.entries()) if entry.id <= last)


def _read_on(read: list[tuple[int, int, Entry, Iterator[Entry]]], place: int, entries: Iterator[Entry]) -> None:
    if entry := next(entries, None):
        heappush(read, (-entry.id, place, entry, entries))


def together(parts: Iterable[Iterable[Entry]]) -> Iterator[Entry]:
    """Entries of several places as one, all newest first."""
    return merge(*parts, key=lambda entry: entry.id, reverse=True)

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from mock_server.domain.clients.journal import ENTRY_BYTES, Archive, Entry, Journal, Struck, masked


def entry(number: int, body: bytes = b"") -> Entry:
    return Entry(number, 0.0, "k", "trackShipment", "GET", "/v2/carriers", {}, b"", 200, {}, body)


def test_the_journal_keeps_the_newest_entries() -> None:
    journal = Journal(3)
    for number in range(1, 6):
        journal.record(entry(number))
    assert [each.id for each in journal.entries()] == [3, 4, 5]


def test_a_journal_of_no_size_keeps_nothing_and_still_counts() -> None:
    archive = Archive()
    archive.journal(0).record(entry(1))
    assert (archive.bytes, archive.answers["trackShipment", 200]) == (0, 1)


def test_a_cleared_journal_is_empty_and_takes_no_memory() -> None:
    archive = Archive()
    journal = archive.journal(2)
    journal.record(entry(1))
    assert archive.bytes > ENTRY_BYTES
    journal.clear()
    assert len(journal) == 0
    assert archive.bytes == 0


def test_the_fullest_journals_give_up_their_older_halves_when_all_together_hold_too_much() -> None:
    archive = Archive(40 * ENTRY_BYTES)
    quiet, busy = archive.journal(1000), archive.journal(1000)
    quiet.record(entry(1))
    for number in range(2, 300):
        busy.record(entry(number, b"x" * 100))
        assert archive.bytes <= 40 * ENTRY_BYTES
    assert len(quiet) == 1
    assert 15 <= len(busy) <= 40
    assert busy.entries()[-1].id == 299
    assert archive.bytes == quiet.bytes + busy.bytes


def test_an_entry_that_is_too_large_for_everything_is_let_go() -> None:
    archive = Archive(5000)
    journal = archive.journal(10)
    journal.record(entry(1, b"x" * 8000))
    assert (len(journal), archive.bytes) == (0, 0)


def test_a_closed_journal_no_longer_counts() -> None:
    archive = Archive()
    journal = archive.journal(10)
    journal.record(entry(1))
    archive.close(journal)
    journal.record(entry(2))
    assert archive.bytes == 0


def test_threads_lose_no_entry_and_no_byte() -> None:
    archive = Archive()
    journals = [archive.journal(50) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: journals[number % 4].record(entry(number)), range(2000)))
    assert archive.answers["trackShipment", 200] == 2000
    assert archive.bytes == sum(each.bytes for journal in journals for each in journal.entries())


def test_faults_are_counted_one_by_one() -> None:
    archive = Archive()
    archive.journal(5).record(replace(entry(1), injected=("down", "slow")))
    archive.journal(5).record(replace(entry(2), injected=("slow",)))
    assert archive.faults == {"down": 1, "slow": 2}


def test_a_thousand_names_of_faults_are_enough() -> None:
    archive = Archive()
    journal = archive.journal(1)
    for number in range(1200):
        journal.record(replace(entry(number), injected=(f"fault-{number}",)))
    assert (len(archive.faults), archive.faults["others"]) == (1001, 200)


def test_a_watcher_sees_what_is_recorded_while_it_watches() -> None:
    archive = Archive()
    journal = archive.journal(5)
    seen: list[int] = []
    journal.record(entry(1))
    with archive.watchers.watched(lambda each: seen.append(each.id)):
        journal.record(entry(2))
    journal.record(entry(3))
    assert seen == [2]


def test_a_masked_key_shows_its_form_and_its_end() -> None:
    assert masked("tf_live_free_12345678") == "tf_live_...5678"
    assert masked("short") == "..."


def texts(count: int, length: int, prefix: str) -> list[str]:
    """So many different texts of that length."""
    return [f"{prefix}{number:x}".ljust(length, "x") for number in range(count)]


SHAPES = {
    "empty headers": lambda: {"headers": dict.fromkeys(texts(3000, 8, "a"), "")},
    "headers": lambda: {"headers": dict(zip(texts(300, 40, "a"), texts(300, 60, "b"), strict=True))},
    "long names": lambda: {"headers": dict.fromkeys(texts(4, 8000, "a"), "")},
    "long values": lambda: {"headers": dict(zip(texts(4, 10, "a"), texts(4, 8000, "b"), strict=True))},
    "headers of the answer": lambda: {"reply_headers": dict(zip(texts(90, 9, "a"), texts(90, 9, "b"), strict=True))},
    "a long target": lambda: {"target": texts(1, 16_000, "/v2/")[0]},
    "a long method": lambda: {"method": texts(1, 16_000, "M")[0]},
    "a long reason": lambda: {"detail": texts(1, 16_000, "because ")[0]},
    "many rules": lambda: {
        "injected": tuple(texts(300, 20, "f")),
        "struck": (*map(Struck, texts(300, 9, "f"), "x" * 300),),
    },
    "bodies": lambda: {"body": bytes(8192), "reply_body": bytes(range(256)) * 32},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_an_entry_counts_as_what_it_really_takes(shape: Callable[[], dict[str, Any]]) -> None:
    count = 20
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        entries = [replace(entry(number), **shape()) for number in range(count)]
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    counted = sum(each.bytes for each in entries)
    assert 0.9 * taken < counted < 2.1 * taken + 2 * count * ENTRY_BYTES  # a text takes a little less since Python 3.12


def test_a_thousand_empty_headers_fill_a_journal_as_other_bytes_do() -> None:
    archive = Archive(1_000_000)
    journal = archive.journal(10_000)
    for number in range(200):
        journal.record(replace(entry(number), headers=dict.fromkeys(texts(1000, 8, "a"), "")))
    assert 0 < len(journal) <= 6

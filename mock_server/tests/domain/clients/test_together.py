from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from mock_server.domain.clients.journal import Archive, Entry, Journal
from mock_server.domain.clients.together import backwards


def entry(number: int) -> Entry:
    return Entry(number, 0.0, "k", "trackShipment", "GET", "/v2/carriers", {}, b"", 200, {}, b"")


def test_journals_are_merged_newest_first() -> None:
    one, other = Journal(10), Journal(10)
    for number in range(1, 7):
        (one if number % 2 else other).record(entry(number))
    assert [each.id for each in islice(backwards([one, other]), 3)] == [6, 5, 4]
    assert [each.id for each in backwards([one, other])] == [6, 5, 4, 3, 2, 1]


@given(st.lists(st.integers(0, 4), max_size=40), st.integers(0, 40))
def test_many_journals_are_one_newest_first_and_what_comes_meanwhile_is_left_out(places: list[int], taken: int) -> None:
    archive = Archive()
    journals = [archive.journal(8) for _ in range(5)]
    for number, place in enumerate(places, 1):
        journals[place].record(entry(number))
    kept = sorted((each.id for journal in journals for each in journal.entries()), reverse=True)
    reading = backwards(journals)
    read = [each.id for each in islice(reading, taken)]
    if read:
        for number, journal in enumerate(journals, 100):
            journal.record(entry(number))
        known = {each.id for journal in journals for each in journal.entries()}
        assert read == kept[: len(read)]
        rest = [each.id for each in reading]
        assert rest == sorted(rest, reverse=True)
        assert {each for each in kept[len(read) :] if each in known} <= {*rest} <= {*kept[len(read) :]}
    else:
        assert [each.id for each in reading] == kept

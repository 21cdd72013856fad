from mock_server.domain.journal import Entry, Journal, masked, newest


def entry(number: int) -> Entry:
    return Entry(number, 0.0, "k", "trackShipment", "GET", "/v2/carriers", {}, b"", 200, {}, b"", None, None)


def test_the_journal_keeps_the_newest_entries() -> None:
    journal = Journal(3)
    for number in range(1, 6):
        journal.record(entry(number))
    assert [each.id for each in journal.entries()] == [3, 4, 5]
    assert journal.newest_id() == 5


def test_journals_are_merged_newest_first() -> None:
    one, other = Journal(10), Journal(10)
    for number in range(1, 7):
        (one if number % 2 else other).record(entry(number))
    assert [each.id for each in newest([one, other], limit=3)] == [6, 5, 4]
    assert [each.id for each in newest([one, other], limit=10, since=4)] == [6, 5]


def test_a_cleared_journal_is_empty() -> None:
    journal = Journal(2)
    journal.record(entry(1))
    journal.clear()
    assert len(journal) == 0
    assert journal.newest_id() == 0


def test_a_masked_key_shows_its_form_and_its_end() -> None:
    assert masked("tf_live_free_12345678") == "tf_live_...5678"
    assert masked("short") == "..."

from concurrent.futures import ThreadPoolExecutor

import pytest

from mock_server.faults.rulebook import MOST_RULES, RuleBook, RuleBookError
from mock_server.tests.faults.rulebook import OUTAGE, rule


def test_a_book_keeps_the_order_and_sorts_by_what_is_spoilt() -> None:
    book = RuleBook()
    for fault, name in ((OUTAGE, "a"), ({"type": "drop"}, "b"), ({"type": "EMPTY_RESPONSE"}, "c"), (OUTAGE, "d")):
        book.add(rule(fault, id=name))
    in_force = book.in_force
    assert [each.id for each in in_force.rules] == ["a", "b", "c", "d"]
    assert [[each.id for each, _ in part] for part in (in_force.calls, in_force.replies, in_force.deliveries)] == [
        ["a", "d"],
        ["c"],
        ["b"],
    ]


def test_an_id_names_one_rule() -> None:
    book = RuleBook([rule(OUTAGE, id="a")])
    with pytest.raises(RuleBookError, match="'a' already"):
        book.add(rule(OUTAGE, id="a"))


def test_made_ids_are_the_first_that_are_free() -> None:
    book = RuleBook([rule(OUTAGE, id="fault-2")])

    def written() -> str:
        return book.write(lambda free: rule(OUTAGE, id=free)).id

    assert [written() for _ in range(3)] == ["fault-1", "fault-3", "fault-4"]
    book.remove()
    assert written() == "fault-1"


def test_no_two_threads_make_the_same_id() -> None:
    book = RuleBook()
    with ThreadPoolExecutor(16) as threads:
        made = list(threads.map(lambda _: book.write(lambda free: rule(OUTAGE, id=free)).id, range(200)))
    assert len(set(made)) == 200


def test_one_rule_or_all_are_taken_out() -> None:
    book = RuleBook([rule(OUTAGE, id=name) for name in "abc"])
    assert (book.remove("b"), book.remove("b"), book.remove()) == (1, 0, 2)
    assert book.in_force.rules == ()


def test_a_full_book_takes_no_more_and_says_what_to_do() -> None:
    book = RuleBook(rule(OUTAGE, id=f"r{number}") for number in range(MOST_RULES))
    with pytest.raises(RuleBookError, match="delete some"):
        book.add(rule(OUTAGE, id="one-more"))
    assert len(book.in_force.rules) == MOST_RULES

"""What is written alike is looked at once, and what is said of it is the same."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contract_tests.contract import alike
from contract_tests.contract.alike import AlikeValidator
from contract_tests.contract.validation import Validator

SCHEMA = {
    "items": {
        "type": "object",
        "required": ["success"],
        "properties": {"success": {"const": True}, "events": {"type": "array", "items": {"type": "integer"}}},
    }
}
ITEMS = st.sampled_from(
    [{"success": True}, {"success": 1}, {"success": True, "events": [1, 1, "1", True]}, {}, "text", 1, True, None]
)


def flaws(kind: Any, value: Any) -> list[tuple[Any, ...]]:
    return [(each.message, *each.absolute_path) for each in kind(SCHEMA).iter_errors(value)]


@given(items=st.lists(ITEMS, max_size=8))
def test_the_flaws_are_those_of_every_item_in_its_place(items: list[Any]) -> None:
    assert flaws(AlikeValidator, items) == flaws(Validator, items)


def test_work_is_done_once_for_each_way_of_writing() -> None:
    seen: list[Any] = []
    values = [{"a": 1}, {"a": 1}, {"a": True}, {"a": 1.0}, {"a": 1}]
    assert alike.each(lambda value: seen.append(value) or len(seen), values) == [1, 1, 2, 3, 1]  # type: ignore[func-returns-value]  # which is what makes it None
    assert alike.each(len, []) == []
    assert alike.distinct(values) == [{"a": 1}, {"a": True}, {"a": 1.0}]


def test_what_is_nested_too_deep_to_be_told_is_looked_at_each_time() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert alike.spelt(deep) is None
    assert alike.each(len, [deep, deep]) == [1, 1]
    while deep:  # taken apart from outside, or Python would do it in one go
        deep = deep[0]

import random
import re

import pytest

from mock_server.contract.published.patterns import alternation, conjunction

PAIRS = [
    (r"^\d{4}-\d\dT\d\dZ$", r"T2\dZ$"),
    (r"^\d\d$", r"\d$"),
    (r"^a\d$", "b$"),
    ("a", "b$"),
    (r"^\d{2}$", r"^\d{3}$"),
    ("^(a|b)+$", "bb"),
    ("^a|b$", "^b|a$"),
    (r"^a\$", "^b$"),
]
ALPHABET = "ab01-TZ2$"


def texts(*patterns: str) -> list[str]:
    """Random texts, and some that are nearly what the patterns want."""
    chance = random.Random("/".join(patterns))
    shaped = ["2026-01T23Z", "2026-01T13Z", "12", "123", "1", "a1", "b", "ab", "abb", "bb", "ba", "a$", "12\n", ""]
    return shaped + ["".join(chance.choices(ALPHABET, k=chance.randint(0, 4))) for _ in range(300)]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_conjunction_is_found_where_both_patterns_are(one: str, other: str) -> None:
    both = conjunction(one, other)
    for text in texts(one, other):
        assert bool(re.search(both, text)) == bool(re.search(one, text) and re.search(other, text)), (both, text)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_an_alternation_is_found_where_one_pattern_is(one: str, other: str) -> None:
    either = alternation([one, other])
    for text in texts(one, other):
        assert bool(re.search(either, text)) == bool(re.search(one, text) or re.search(other, text)), (either, text)


def test_patterns_of_digits_are_joined_place_by_place() -> None:
    assert conjunction(r"^\d\d-\d\dZ$", "-59Z$") == r"^\d\d-59Z$"
    assert alternation(["^a+$", "^b+$"]) == "^(a+|b+)$"

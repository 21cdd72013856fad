"""Texts for regular expressions."""

import re
from random import Random

import pytest

from contract_tests.contract.expressions import expression
from mock_server.contract.samples.patterns import matching, matching_all

PATTERNS = [
    "",
    "^1Z[A-Z0-9]{16}$",
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
    r"^\w+@\w+\.(?:com|org)$",
    r"^(?<twice>[A-Z]{2}|\d+?)\k<twice>$",
    r"^(?<$>a|b)(?<größe>\d)\k<$>$",
    "^[^a-zA-Z0-9]$",
    "^[^x]*$",
    r"^\S\s\D\W$",
    "x.*y",
    "^(?:a|bb|ccc)+$",
    "^(?i:abc)$",
    "^a?$|^b$",
    "^a{2,}$",
    "^ä[é-í]$",
    r"^\p{Lu}\p{Ll}+ \d{1,4}$",
    r"^\p{Script=Greek}{3}$",
    r"^[\p{L}\p{M}' -]+$",
    r"^\P{L}+$",
    r"^[^\p{L}]$",
    r"^\u00e4\u{1F600}\uD83D\uDE00\cJ\0$",
    r"^[\u0041-\u005A]{2}$",
    "^[^]{2}$",
    "^[[&&|~]+$",
    "^a{,3}{$",
    r"^[\w-.]+$",
    r"^(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{8,}$",
    r"^(?!000)\d{3}$",
    r"^\d{2}(?<=[0-4]\d*)$",
    r"^\ba\b$",
    r"^[\-\_\@]+$",
    r"^\/\-\#$",
    r"(?<=EUR )\d+",
    r"\d+(?= kg)",
    r"^[^\x00-\x7F]+$",
    r"^[^\x20-\x7E]{3}$",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_match_their_pattern(pattern: str) -> None:
    texts = [matching(pattern, Random(seed)) for seed in range(50)]
    assert [text for text in texts if not expression(pattern).search(text)] == []
    assert texts == [matching(pattern, Random(seed)) for seed in range(50)]


@pytest.mark.parametrize(("shortest", "longest"), [(0, 1), (5, 5), (200, 210), (7, None)])
def test_texts_have_the_length_that_is_asked_for_more_often_than_not(shortest: int, longest: int | None) -> None:
    lengths = [len(matching("^[a-z]+[0-9]*$", Random(seed), shortest=shortest, longest=longest)) for seed in range(50)]
    fitting = [length for length in lengths if shortest <= length <= (longest or length)]
    assert len(fitting) > 25


def test_lengths_vary_where_they_may() -> None:
    assert {len(matching("^[a-z]{2,5}$", Random(seed))) for seed in range(50)} == {2, 3, 4, 5}


def test_what_is_no_regular_expression_is_refused() -> None:
    with pytest.raises(re.error, match="unbalanced bracket"):
        matching("[", Random(0))


def test_an_expression_without_anchors_is_lengthened() -> None:
    texts = [matching("^x-", Random(seed), shortest=6, longest=9) for seed in range(20)]
    assert all(text.startswith("x-") and 6 <= len(text) <= 9 for text in texts)
    assert len(set(texts)) > 10


@pytest.mark.parametrize(
    ("patterns", "shortest"),
    [(("^[A-Z]", r"\d$"), 5), (("[a-z]", "[A-Z]", "[0-9]"), 8), (("^[a-f0-9]+$", "^.{4}$"), 0)],
)
def test_several_expressions_are_matched_at_once(patterns: tuple[str, ...], shortest: int) -> None:
    for seed in range(20):
        text = matching_all(patterns, Random(seed), shortest=shortest)
        assert all(expression(each).search(text) for each in patterns)
        assert len(text) >= shortest

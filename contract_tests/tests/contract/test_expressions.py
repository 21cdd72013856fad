"""Regular expressions mean what ECMA-262 says."""

import re

import pytest

from contract_tests.contract.expressions import expression

MEANT = [
    (r"^\d$", "3", "٣"),
    (r"^\w$", "a", "ä"),
    (r"^\s$", "\ufeff", "x"),
    ("^a$", "a", "a\n"),
    ("^.$", "😀", "\u2028"),
    (r"^\p{L}+$", "Zürich", "Zürich8"),
    (r"^\p{Script=Cyrillic}+$", "Да", "Da"),
    (r"^\u00e4\u{1F600}$", "ä😀", "a😀"),
    (r"^\uD83D\uDE00$", "😀", "😁"),
    (r"(?<=^a+)b", "aab", "xb"),
    (r"(?<!a)b", "cb", "ab"),
    (r"^(?<n>\d)-\k<n>$", "1-1", "1-2"),
    (r"^\cJ$", "\n", "J"),
    ("^[^]$", "\n", ""),
    ("^x[]*$", "x", "x]"),
    ("^a{,3}$", "a{,3}", "aa"),
    (r"^[\w-.]+$", "a-b.c", "a b"),
    (r"^[\p{L}-.]+$", "ä-.", "1"),
    (r"^[\p{L}\-\_]+$", "ä-_", "p{L}"),
    (r"^\-\_\@\ $", "-_@ ", r"\-\_\@\ "),
    (r"^\\Z$", r"\Z", "Z"),
    ("^(?i:a)b$", "Ab", "AB"),
]


@pytest.mark.parametrize(("pattern", "fits", "misses"), MEANT)
def test_an_expression_matches_what_its_language_says(pattern: str, fits: str, misses: str) -> None:
    assert expression(pattern).search(fits)
    assert not expression(pattern).search(misses)


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        (r"^a\Z", r"\\Z means nothing in ECMA-262; write \$"),
        (r"\Aa$", r"\\A means nothing in ECMA-262; write \^"),
        (r"(?P<n>a)", r"write \(\?<name>"),
        ("(?>a)", "invalid group modifier"),
        ("a++", "invalid atom character"),
        ("[", "unbalanced bracket"),
        (r"\p{Foo}", "invalid property name"),
        ("a\ud800", "half a character"),
    ],
)
def test_an_expression_of_another_language_is_refused_with_the_reason(pattern: str, complaint: str) -> None:
    with pytest.raises(re.error, match=complaint):
        expression(pattern)


def test_half_a_character_in_a_text_is_no_error() -> None:
    assert expression("^a").search("a\ud800")

"""A server's expressions are read in its own language's dialect, and what no language reads is none."""

import re

import pytest

from contract_tests.contract.dialects import reader


@pytest.mark.parametrize(
    ("pattern", "matches", "matches_not"),
    [
        ("^1Z[A-Z0-9]{16}$", "1Z204E380338943508", "1Z"),
        (r"\A1Z[A-Z0-9]{16}\z", "1Z204E380338943508", "1Z204E380338943508\n"),
        (r"(?-mix:\A1Z[A-Z0-9]{16}\z)", "1Z204E380338943508", "1Z"),
        (r"^\p{Lu}{2}\d{9}\p{Lu}{2}$", "RR123456785IN", "RR12345678"),
        (r"^\p{Alpha}{2}\d{9}$", "RR123456785", "RR"),
        (r"^(?<post>[A-Z]{2})\d{9}\k<post>$", "RR123456785RR", "RR123456785IN"),
        (r"^(?i)rr\d+$", "RR12", "RA12"),
        (r"^[[:alpha:]]{2}[[:digit:]]{2,}$", "RR12", "R12"),
        (r"^[[:alnum:]]{8,40}$", "1Z204E380338943508", "1Z"),
        (r"^[A-Z&&[^O]]{2}\d$", "RR1", "R1"),
    ],
)
def test_an_expression_means_what_its_own_language_says(pattern: str, matches: str, matches_not: str) -> None:
    assert reader(pattern)(matches)
    assert not reader(pattern)(matches_not)


@pytest.mark.parametrize("pattern", ["^[A-Z", "(", "*", "^[[:alpha:]{2}("])
def test_what_no_language_reads_is_no_expression(pattern: str) -> None:
    with pytest.raises(re.error):
        reader(pattern)

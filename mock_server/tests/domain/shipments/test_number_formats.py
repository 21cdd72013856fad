"""Every format of a tracking number, and the carriers that take it."""

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract_tests.contract.loading import fixture
from mock_server.tests.domain.shipments.directory import (
    DIRECTORY,
    FORMATS,
    ISSUED_BY_POSTS,
    PRIORITY,
    S10,
    carrier_code,
)

COUNTRIES = {carrier.country for carrier in DIRECTORY.all() if carrier.type == "postal"}


PATTERNS = [
    *(carrier.tracking_format for carrier in DIRECTORY.all() if carrier.code in PRIORITY),
    *(form["regex"] for form in FORMATS),
]


@given(number=st.one_of([st.from_regex(re.compile(each, re.ASCII), fullmatch=True) for each in PATTERNS]))
def test_a_detected_number_is_the_same_with_its_carrier_named(number: str) -> None:
    assume(number[-2:] in COUNTRIES or not re.fullmatch(S10, number))
    detected = DIRECTORY.recognise(number)
    assert DIRECTORY.recognise(number, detected.carrier.code) == detected


ISSUED = [
    (carrier.code, form)
    for record, carrier in zip(fixture("carriers.json"), DIRECTORY.all(), strict=True)
    for form in FORMATS
    if form.get("carrier") in {carrier.code, record.get("brand", carrier.code)}
]


POSTS = [carrier.code for carrier in DIRECTORY.all() if carrier.type == "postal"]


def test_every_format_is_that_of_a_carrier_or_of_all_posts() -> None:
    assert {form["id"] for _, form in ISSUED} | {ISSUED_BY_POSTS["id"]} == {form["id"] for form in FORMATS}


@pytest.mark.parametrize(("code", "form"), ISSUED, ids=[f"{code}-{form['id']}" for code, form in ISSUED])
def test_a_carrier_takes_whatever_a_format_of_its_own_reads(code: str, form: dict[str, Any]) -> None:
    @given(number=st.from_regex(re.compile(form["regex"], re.ASCII), fullmatch=True))
    def taken(number: str) -> None:
        assert DIRECTORY.recognise(number, code).carrier.code == code

    taken()


@given(number=st.from_regex(re.compile(ISSUED_BY_POSTS["regex"], re.ASCII), fullmatch=True))
def test_every_post_takes_whatever_a_post_issues(number: str) -> None:
    for code in POSTS:
        assert DIRECTORY.recognise(number, code).carrier.code == code


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("000123450000000027", "fedex"),
        ("32971514560102447849175802862014", "fedex"),
        ("61299998820821171811", "fedex"),
        ("1LS7119013618127-1", "lasership"),
        ("LX17635036", "lasership"),
        ("71123456789123456787", "usps"),
        ("71969010756003077385", "usps"),
    ],
)
def test_published_numbers_are_told_as_their_carriers(number: str, code: str) -> None:
    assert carrier_code(number) == code
    assert DIRECTORY.recognise(number, code).carrier.code == code


@pytest.mark.parametrize(
    "number", ["LS17635036", "BN17635036", "1LS717793482164", "1LSCXVE0058631Y", "D10011354453707"]
)
def test_ontrac_takes_the_numbers_of_the_carrier_that_it_took_over(number: str) -> None:
    assert DIRECTORY.recognise(number, "ontrac").carrier.code == "ontrac"

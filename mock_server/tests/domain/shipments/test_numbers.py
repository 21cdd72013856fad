"""Reading tracking numbers: normal form, formats, and the numbers that carriers published."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract_tests.contract.loading import fixture
from mock_server.domain.shipments.numbers import BLANK, NumberFormat, Numbering, Reading, normalise

FORMATS = {record["id"]: NumberFormat.from_record(record) for record in fixture("number_formats.json")}
PUBLISHED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("published_numbers.json").read_text("utf-8"))
POSTS = {record["country"] for record in fixture("carriers.json") if record["type"] == "postal"}
VALID = [(row["format"], number) for row in PUBLISHED for number in row["valid"]]
INVALID = [(row["format"], number) for row in PUBLISHED for number in row["invalid"]]
CHECKED = [(name, normalise(number)) for name, number in VALID if FORMATS[name].rule]


def passes(name: str, number: str) -> bool:
    """Whether a published number is of that format, its check digit right, and its post known."""
    reading = FORMATS[name].read(normalise(number))
    if reading is None or reading.check_passes is False:
        return False
    return reading.issuer_country is None or reading.issuer_country in POSTS


def test_the_published_corpus_is_complete() -> None:
    assert (len(VALID), len(INVALID)) == (186, 83)
    assert {row["format"] for row in PUBLISHED} == set(FORMATS) - {"fedex_ground_economy_20"}


@pytest.mark.parametrize(("name", "number"), VALID)
def test_a_published_valid_number_passes(name: str, number: str) -> None:
    assert passes(name, number)


@pytest.mark.parametrize(("name", "number"), INVALID)
def test_a_published_invalid_number_fails(name: str, number: str) -> None:
    assert not passes(name, number)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1Z204E380338943508", "1Z204E380338943508"),
        ("  1z 204e38-03 3894-3508\n", "1Z204E380338943508"),
        ("\u00a01Z204E380338943508\u3000", "1Z204E380338943508"),
        ("- -", ""),
    ],
)
def test_a_number_is_trimmed_upper_case_and_without_spaces_and_dashes(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "stra\u00dfe1",
        "1\u017f345",
        "\u0131nv12",
        "\uff11\uff3a204E",
        "\u0661\u0662345",
        "\ufb0112345",
        "12\x00345",
    ],
)
def test_nothing_foreign_becomes_a_letter_or_a_digit(text: str) -> None:
    assert not re.fullmatch("[A-Z0-9]*", normalise(text))


@given(text=st.text(max_size=80))
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(text=st.text(st.characters(codec="utf-8", min_codepoint=128), min_size=1))
def test_only_ascii_is_folded(text: str) -> None:
    assert normalise(text) == "".join(sign for sign in text if sign not in BLANK)


@pytest.mark.parametrize("sign", [*BLANK, *(chr(code) for code in range(0x3001) if chr(code).isspace())])
def test_white_space_and_dashes_of_every_kind_mean_nothing(sign: str) -> None:
    assert normalise(f"{sign}1z204{sign}{sign}e380338943508{sign}") == "1Z204E380338943508"


@pytest.mark.parametrize("length", [257, 5_000_000])
def test_an_overlong_text_is_cut_and_can_match_no_format(length: int) -> None:
    text = normalise("1Z204E380338943508" + "-" * (length - 19) + "X")
    assert len(text) == 65
    assert not re.fullmatch("[A-Z0-9-]*", text)


def test_padding_does_not_make_a_number_overlong() -> None:
    assert normalise("1Z204E380338943508".center(1000)) == "1Z204E380338943508"


@pytest.mark.parametrize(
    ("name", "number", "service"),
    [
        ("ups", "1Z204E380338943508", "UPS Ground"),
        ("ups", "1ZXX3150YW44070023", "UPS SurePost - Delivered by the USPS"),
        ("ups", "1Z204E38Q738943508", None),
        ("fedex_ground", "449044304137821", "FedEx Ground"),
        ("s10", "EJ958083578US", "EMS"),
        ("s10", "QA123456785DE", "Letter Post IBRS"),
        ("s10", "QZ123456785DE", None),
        ("dpd_14", "09980000020033F", None),
    ],
)
def test_the_service_is_read_where_the_number_tells_it(name: str, number: str, service: str | None) -> None:
    reading = FORMATS[name].read(number)
    assert reading is not None
    assert reading.service == service


@given(data=st.data())
def test_a_number_given_its_check_digit_passes_its_own_check(data: st.DataObject) -> None:
    name, number = data.draw(st.sampled_from(CHECKED))
    digits = data.draw(st.lists(st.sampled_from("0123456789"), min_size=len(number), max_size=len(number)))
    keep = data.draw(st.lists(st.booleans(), min_size=len(number), max_size=len(number)))
    redrawn = "".join(
        sign if kept or not sign.isdigit() else digit for sign, digit, kept in zip(number, digits, keep, strict=True)
    )
    repaired = FORMATS[name].with_check_digit(redrawn)
    assume(repaired is not None)
    assert repaired is not None
    reading = FORMATS[name].read(repaired)
    assert reading is not None
    assert reading.check_passes


def test_a_format_without_a_rule_has_no_check_digit_to_set() -> None:
    assert FORMATS["yodel"].with_check_digit("JJD0000000000000000") is None
    assert FORMATS["yodel"].read("JJD0000000000000000") == Reading()


def test_a_numbering_prefers_a_reading_whose_check_digit_passes() -> None:
    usps = Numbering(".*", tuple(form for form in FORMATS.values() if form.carrier == "usps"))
    assert usps.read("71969010756003077385").check_passes  # fails as USPS 20, passes as USPS Legacy
    assert usps.read("71969010756003077386").check_passes is False
    assert usps.read("none of them") == Reading(known=False)


def test_a_numbering_leaves_a_number_alone_that_no_rule_covers() -> None:
    yodel = Numbering(".*", (FORMATS["yodel"],))
    assert yodel.with_check_digit("JJD0000000000000000") == "JJD0000000000000000"


@pytest.mark.parametrize(
    "pattern",
    sorted(
        {form.pattern for form in FORMATS.values()} | {record["tracking_format"] for record in fixture("carriers.json")}
    ),
)
def test_no_pattern_can_be_made_slow_by_a_hostile_number(pattern: str) -> None:
    """Every repeat is bounded, of one character, and so tried in linear time."""
    assert not re.search(r"[*+]|\{\d+,\}", pattern)
    assert not re.search(r"\)\{", pattern)

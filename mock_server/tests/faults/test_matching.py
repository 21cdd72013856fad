"""Which calls a rule sees."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.faults.matching import Glob, Match, Parcel, Subject
from mock_server.tests.faults.rulebook import batch, call


@pytest.mark.parametrize(
    ("match", "seen"),
    [
        ({}, True),
        ({"operation": "trackShipment"}, True),
        ({"operation": "track*"}, True),
        ({"operation": "trackBatch"}, False),
        ({"method": "GET"}, True),
        ({"method": "POST"}, False),
        ({"tracking_number": "1Z999AA10123456784"}, True),
        ({"tracking_number": "1z 999-aa1 0123456784"}, True),
        ({"tracking_number": "1z 999*"}, True),
        ({"tracking_number": "1Z999AA1012345678?"}, True),
        ({"tracking_number": "1Z999AA1012345678"}, False),
        ({"carrier": "ups"}, True),
        ({"carrier": "u*"}, True),
        ({"carrier": "fedex"}, False),
        ({"header": {"User-Agent": "shop/1.2"}}, True),
        ({"header": {"user-agent": "shop/*"}}, True),
        ({"header": {"user-agent": True}}, True),
        ({"header": {"user-agent": False}}, False),
        ({"header": {"x-trace": False}}, True),
        ({"header": {"x-trace": True}}, False),
        ({"header": {"x-trace": "*"}}, False),
        ({"carrier": "ups", "operation": "trackShipment", "header": {"User-Agent": "shop*"}}, True),
        ({"carrier": "ups", "operation": "listCarriers"}, False),
    ],
)
def test_a_rule_sees_what_fits_everything_it_names(match: dict[str, Any], seen: bool) -> None:
    assert Match.from_document(match).accepts(call()) is seen


def test_a_call_without_an_operation_or_a_parcel_fits_only_what_names_neither() -> None:
    stray = Subject(None, "GET", {}, tuple)
    assert Match().accepts(stray)
    assert not Match.from_document({"operation": "*"}).accepts(stray)
    assert not Match.from_document({"carrier": "*"}).accepts(stray)


def test_of_several_parcels_one_is_enough() -> None:
    assert Match.from_document({"carrier": "ups"}).accepts(batch("fedex", "ups"))
    assert not Match.from_document({"carrier": "ups"}).accepts(batch("fedex", "dhl"))
    assert not Match.from_document({"carrier": "ups", "tracking_number": "NUMBER0"}).accepts(batch("fedex", "ups"))


def test_parcels_are_not_looked_for_unless_a_rule_wants_them() -> None:
    def unasked() -> tuple[Parcel, ...]:
        raise AssertionError

    subject = Subject("trackShipment", "GET", {}, unasked)
    assert Match.from_document({"operation": "track*", "method": "GET"}).accepts(subject)


def test_an_unrecognised_number_has_no_carrier_to_fit() -> None:
    assert not Match.from_document({"carrier": "*"}).accepts(call(carrier=None))


@given(st.text(alphabet="ab[]!-^.+(\\", max_size=20))
def test_only_stars_and_question_marks_are_special(text: str) -> None:
    assert Glob.of(text).accepts(text)
    assert Glob.of(f"{text}*").accepts(f"{text}-tail")
    assert not Glob.of(f"{text}?").accepts(text)


def test_a_star_fits_line_breaks_and_nothing_at_all() -> None:
    assert Glob.of("a*b").accepts("ab")
    assert Glob.of("a*b").accepts("a\n\nb")


def test_a_pattern_of_many_stars_gives_up_at_once() -> None:
    # With backtracking this would take longer than the universe is old.
    assert not Glob.of("a*" * 60 + "b").accepts("a" * 2_000)

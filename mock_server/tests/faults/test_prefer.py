import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.contract.errors import ApiError
from mock_server.faults.prefer import NONE, Preference, parse


@pytest.mark.parametrize(
    ("header", "preference"),
    [
        ("code=503", Preference(code=503)),
        ("code=503, delay=2", Preference(code=503, delay=2.0)),
        ("Delay=0.25", Preference(delay=0.25)),
        ("delay=0", Preference(delay=0.0)),
        ('example="documented"', Preference(example="documented")),
        ("code=404, code=503", Preference(code=404)),
        ("return=minimal; foo=bar, code=429;why", Preference(code=429)),
        ('other="a, code=500", code=429', Preference(code=429)),
        ("return=minimal, wait=5", NONE),
        ("", NONE),
    ],
)
def test_preferences_are_read_as_rfc_7240_writes_them(header: str, preference: Preference) -> None:
    assert parse(header) == preference


@pytest.mark.parametrize("header", ["code=5o3", "code=99", "code", "delay=-1", "delay=soon", "delay=99999", "code=٤٠٤"])
def test_a_value_that_its_name_does_not_allow_is_refused(header: str) -> None:
    with pytest.raises(ApiError, match="Prefer"):
        parse(header)


def test_what_was_applied_is_told() -> None:
    assert Preference(503, None, 2.0).applied() == "code=503, delay=2"
    assert Preference(None, "pending", 0.5).applied() == "example=pending, delay=0.5"


def test_a_delay_of_nothing_is_applied_too() -> None:
    # RFC 7240 section 3: Preference-Applied lists at least one preference, so it is never empty.
    assert Preference(delay=0.0).applied() == "delay=0"


@given(st.text(max_size=200))
def test_any_header_is_read_or_refused(header: str) -> None:
    refused = None
    try:
        parse(header)
    except ApiError as error:
        refused = error.code
    assert refused in (None, "invalid_request")

"""Reading instants in every form of RFC 3339, and saying why a text is none."""

import pytest

from contract_tests.contract.instants import InstantError, in_utc, unix_seconds

EVE = 1_798_131_600  # 2026-12-24T17:00:00Z


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-12-24T17:00:00Z", EVE),
        ("2026-12-24t17:00:00z", EVE),
        ("2026-12-24 17:00:00Z", EVE),
        ("2026-12-24 17:00:00z", EVE),
        ("2026-12-24T17:00:00.5Z", EVE + 0.5),
        (f"2026-12-24T17:00:00.25{'0' * 200}Z", EVE + 0.25),
        ("2026-12-24T18:00:00+01:00", EVE),
        ("2026-12-24T22:30:00.0+05:30", EVE),
        ("2026-12-24T16:30:00-00:30", EVE),
        ("2026-12-24T17:00:00-00:00", EVE),
        ("2026-12-25T16:59:00+23:59", EVE),
        # Examples of RFC 3339 section 5.8.
        ("1985-04-12T23:20:50.52Z", 482_196_050.52),
        ("1996-12-19T16:39:57-08:00", 851_042_397),
        ("1990-12-31T23:59:60Z", 662_688_000),
        ("1990-12-31T15:59:60-08:00", 662_688_000),
        ("1990-12-31T15:59:60.5-08:00", 662_688_000.5),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_172.13),
    ],
)
def test_every_form_of_rfc_3339_is_read(text: str, seconds: float) -> None:
    assert unix_seconds(text) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "write it like 2026-06-15T09:00:00Z"),
        ("noon", "write it like"),
        ("2026-12-24T17:00:00Z\n", "white space around it"),
        (" 2026-12-24T17:00:00Z", "white space around it"),
        ("2026-12-24T17:00:00Z\u2003", "white space around it"),
        ("2026-12-24T17:00:00", "no offset, so end it with Z"),
        ("2026-12-24T18:00:00 01:00", "in a URL a plus is written %2B"),
        ("2026-12-24", "write it like"),
        ("2026-12-24T17:00Z", "write it like"),
        ("2026-12-24  17:00:00Z", "write it like"),
        ("2026-12-24_17:00:00Z", "write it like"),
        ("20261224T170000Z", "write it like"),
        ("2026-W52-4T17:00:00Z", "write it like"),
        ("2026-12-24T17:00:00,5Z", "write it like"),
        ("2026-12-24T17:00:00.Z", "write it like"),
        ("2026-12-24T17:00:00+0100", "write it like"),
        ("2026-12-24T17:00:00+01", "write it like"),
        ("\uff12026-12-24T17:00:00Z", "write it like"),
        ("2026-12-24T17:00:00+24:00", "an offset is from -23:59 to +23:59"),
        ("2026-12-24T17:00:00+01:60", "an offset is from"),
        ("2026-02-30T17:00:00Z", "day must be in 1..28"),
        ("2026-13-24T17:00:00Z", "month must be in 1..12"),
        ("0000-12-24T17:00:00Z", "year must be in 1..9999"),
        ("2026-12-24T24:00:00Z", "hour must be in 0..23"),
        ("2026-12-24T17:60:00Z", "minute must be in 0..59"),
        ("2026-12-24T17:00:61Z", "second must be in 0..59"),
        ("2026-12-24T17:00:60Z", "only the last second of a month"),
        ("9999-12-31T23:59:60Z", "not in a year from 1 to 9999"),
        ("9999-12-31T23:59:59-00:01", "not in a year from 1 to 9999"),
        ("0001-01-01T00:00:00+00:01", "not in a year from 1 to 9999"),
    ],
)
def test_what_is_no_instant_is_told_with_value_and_reason(text: str, reason: str) -> None:
    with pytest.raises(InstantError, match="is no instant; ") as caught:
        unix_seconds(text)
    assert reason in caught.value.reason
    assert repr(text) in str(caught.value)


def test_in_utc_an_instant_is_the_second_that_it_is_in() -> None:
    assert in_utc("2026-12-24t18:00:00.999+01:00") == "2026-12-24T17:00:00Z"
    assert in_utc("noon") is None

"""Formats bound what their names say."""

from typing import Any

import pytest

from contract_tests.contract.formats import FORMATS


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (
            "duration",
            ["P1D", "PT36H", "P1Y2M3DT4H5M6S", "P2W", "P1M"],
            ["1d", "P", "PT", "P1DT", "P1Y3D", "P1W2D", "P1D\n"],
        ),
        (
            "hostname",
            ["a", "a.example", "xn--bcher-kva.example", "1.a-b"],
            ["", "-a.b", "a-.b", "a..b", "a_b", "a" * 64],
        ),
        ("byte", ["", "YWI=", "YWJj"], ["YWI", "Y*I=", "YW I="]),
        ("int32", [2**31 - 1, -(2**31), 0.5, "x"], [2**31, -(2**31) - 1]),
        ("int64", [2**63 - 1, -(2**63)], [2**63, -(2**63) - 1]),
        ("regex", ["^a$"], ["(", "a++"]),
        ("date-time", ["2026-06-15t09:00:00.5+02:00"], ["2026-06-15", "2026-02-30T09:00:00Z"]),
    ],
)
def test_a_value_has_its_format_or_not(form: str, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if not FORMATS.conforms(value, form)] == []
    assert [value for value in bad if FORMATS.conforms(value, form)] == []

"""What a tracking number says about itself: its format, check digit, service and issuer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Self

from mock_server.domain.shipments.check_digits import CheckDigit, check_digit

LONGEST_INPUT = 256
EXCERPT = 64

# Only ASCII is folded: str.upper() would turn "ß" into "SS" and so make a valid number of an invalid one.
# White space of every kind, signs that show nothing, and dashes: what is pasted along with a number.
_BLANK = (
    *range(9, 14),
    *range(28, 33),
    0x85,
    0xA0,
    0xAD,
    0x61C,
    0x1680,
    0x180E,
    *range(0x2000, 0x2016),
    *range(0x2028, 0x2030),
    0x2043,
)
_WIDE = (0x2212, 0x3000, 0xFE58, 0xFE63, 0xFEFF, 0xFF0D)
BLANK = "-" + "".join(map(chr, (*_BLANK, *range(0x205F, 0x2065), *range(0x2066, 0x2070), *_WIDE)))
NORMAL_FORM = str.maketrans(ascii_lowercase, ascii_uppercase, BLANK)


@cache
def compiled(expression: str) -> re.Pattern[str]:
    """The expression, compiled when the first number is read: a start needs none of the hundreds there are."""
    return re.compile(expression)


def normalise(text: str) -> str:
    """The number as carriers print it in full: without white space and dashes, upper case.

    A text of more than 256 characters comes back cut and marked with an ellipsis, which no format accepts.
    """
    text = text.strip(BLANK)
    if len(text) > LONGEST_INPUT:
        return f"{text[:EXCERPT]}…"
    return text.translate(NORMAL_FORM)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one format makes of a number, or, if it is not `known`, that none does.

    `check_passes` is None where no check digit is known.
    """

    service: str | None = None
    issuer_country: str | None = None
    check_passes: bool | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """One kind of number a carrier issues: its pattern, check digit rule and table of services."""

    id: str
    pattern: str
    carrier: str | None = None
    carrier_type: str | None = None
    rule: CheckDigit | None = None
    prepend: str = ""
    service: str | None = None
    services: Mapping[str, str] = field(
        default_factory=dict, compare=False
    )  # the id tells formats apart; this has no hash

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The format that one record of fixtures/number_formats.json describes; ValueError for an unknown rule."""
        parameters = dict(record.get("check_digit", {}))
        rule = parameters.pop("rule", None)
        prepend = parameters.pop("prepend", "")
        return cls(
            id=record["id"],
            pattern=record["regex"],
            carrier=record.get("carrier"),
            carrier_type=record.get("carrier_type"),
            rule=check_digit(rule, parameters) if rule else None,
            prepend=prepend,
            service=record.get("service"),
            services=record.get("services", {}),
        )

    def read(self, number: str) -> Reading | None:
        """What the number says, or None if it is not of this format."""
        match = compiled(self.pattern).fullmatch(number)
        if match is None:
            return None
        groups = match.groupdict()
        return Reading(
            service=self._service(groups.get("service")),
            issuer_country=groups.get("country"),
            check_passes=groups["check"] == self._expected(groups["serial"]) if self.rule else None,
        )

    def with_check_digit(self, number: str) -> str | None:
        """The number with its check digit put right, or None if it is not of this format or has no rule."""
        match = compiled(self.pattern).fullmatch(number)
        if match is None or self.rule is None:
            return None
        return number[: match.start("check")] + self._expected(match["serial"]) + number[match.end("check") :]

    def _expected(self, serial: str) -> str:
        # Some carriers compute over a prefix that the number leaves out, and others' numbers carry it already.
        if not serial.startswith(self.prepend):
            serial = self.prepend + serial
        return self.rule(serial) if self.rule else ""

    def _service(self, code: str | None) -> str | None:
        if code is None:
            return self.service
        return self.services.get(code) or self.services.get(f"{code[0]}*") or self.service


@dataclass(frozen=True, slots=True)
class Numbering:
    """How the numbers of one carrier, or of several alike, look."""

    tracking_format: str
    formats: tuple[NumberFormat, ...]

    def accepts(self, number: str) -> bool:
        """Whether the number matches the published tracking_format, which alone decides."""
        return compiled(self.tracking_format).fullmatch(number) is not None

    def read(self, number: str) -> Reading:
        """The best reading: one whose check digit passes, else one without a check digit, else one that fails."""
        readings = [reading for form in self.formats if (reading := form.read(number))]
        for verdict in (True, None, False):
            for reading in readings:
                if reading.check_passes is verdict:
                    return reading
        return Reading(known=False)

    def with_check_digit(self, number: str) -> str:
        """The number with its check digit put right; as it was where no rule is known."""
        for form in self.formats:
            if fixed := form.with_check_digit(number):
                return fixed
        return number

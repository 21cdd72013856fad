"""The formats that values are held to: JSON Schema's, and those of OpenAPI that bound a value."""

import re
from base64 import b64decode
from functools import partial
from types import MappingProxyType

from jsonschema import Draft202012Validator, FormatChecker

from contract_tests.contract.expressions import expression
from contract_tests.contract.instants import unix_seconds
from contract_tests.contract.uris import check_uri

WIDTHS = MappingProxyType({"int32": 2**31, "int64": 2**63})
"""How far from zero integers of a format may be, upwards not quite (OpenAPI 3.1 section 4.4)."""
FORMATS = FormatChecker()  # what is registered there by name stays; the rest is said below
FORMATS.checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)


@FORMATS.checks("regex", raises=ValueError)
def _is_expression(value: object) -> bool:
    if isinstance(value, str):
        try:
            expression(value)
        except re.error as error:
            raise ValueError(str(error)) from None
    return True


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    if isinstance(value, str):
        unix_seconds(value)
    return True


# ISO 8601's as RFC 3339 appendix A has them: units in order, none left out between two.
_DURATION = re.compile(
    r"P(?:\d+W|(?=[\dT])(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)?"
    r"(?:T(?=\d)(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?)",
    re.ASCII,
)
_HOST = re.compile(r"(?=.{1,253}\Z)(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")


@FORMATS.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    if isinstance(value, str):
        check_uri(value)
    return True


@FORMATS.checks("duration")
def _is_duration(value: object) -> bool:
    return not isinstance(value, str) or bool(_DURATION.fullmatch(value))


@FORMATS.checks("hostname")
def _is_host(value: object) -> bool:
    return not isinstance(value, str) or bool(_HOST.fullmatch(value))


@FORMATS.checks("byte", raises=ValueError)
def _is_base64(value: object) -> bool:
    if isinstance(value, str):
        b64decode(value, validate=True)
    return True


def _is_within(width: int, value: object) -> bool:
    return not isinstance(value, int) or -width <= value < width


for _name, _width in WIDTHS.items():
    FORMATS.checks(_name)(partial(_is_within, _width))

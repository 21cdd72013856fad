"""The formats that values are held to: JSON Schema's, and those of OpenAPI that bound a value."""

import re
from base64 import b64decode

from jsonschema import Draft202012Validator, FormatChecker

from contract_tests.contract.expressions import expression
from contract_tests.contract.instants import unix_seconds
from contract_tests.contract.uris import check_uri

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


@FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@FORMATS.checks("int64")
def _is_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63

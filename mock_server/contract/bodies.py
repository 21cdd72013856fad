"""Reading a JSON body that nobody promised is one."""

import json
from codecs import BOM_UTF8
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, NoReturn

from contract_tests.contract.numerals import DEEPEST, fraction, too_deep, whole
from mock_server.contract.errors import ApiError
from mock_server.contract.media import declared_for

SEEMING = MappingProxyType(
    {
        b"\x1f\x8b": "compressed with gzip",
        b"\x28\xb5\x2f\xfd": "compressed with zstd",
        b"\x78\x01": "compressed with deflate",
        b"\x78\x5e": "compressed with deflate",
        b"\x78\x9c": "compressed with deflate",
        b"\x78\xda": "compressed with deflate",
        b"BZh": "compressed with bzip2",
        b"\xfd7zXZ": "compressed with xz",
        b"PK\x03\x04": "a ZIP file",
        b"\xff\xfe\x00\x00": "UTF-32",
        b"\xff\xfe": "UTF-16",
        b"\xfe\xff": "UTF-16",
    }
)
LONGEST_SHOWN = 80  # characters of a name in a message


def read_json(body: bytes) -> Any:
    """The JSON value of a body; ApiError `invalid_request` that says where it stops being JSON.

    Stricter than Python's reader, as RFC 8259 and RFC 7493 (I-JSON) are: UTF-8 only, no NaN, no repeated names,
    no lone surrogates.
    """
    if body.startswith(BOM_UTF8):
        raise ApiError(
            "invalid_request", "the body begins with a byte order mark, which JSON has not; leave out its first 3 bytes"
        )
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=members,
            parse_int=whole,
            parse_float=fraction,
            parse_constant=_refuse_constant,
        )
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        if body.count(b"[") + body.count(b"{") > DEEPEST and too_deep(value):
            raise RecursionError
    except UnicodeDecodeError as error:
        raise ApiError("invalid_request", f"the body is not UTF-8 text: {misread(error)}") from None
    except UnicodeEncodeError as error:
        half = rf"\u{ord(error.object[error.start]):04x}"
        raise ApiError("invalid_request", f"the body is not UTF-8 text: {half} is half a character") from None
    except json.JSONDecodeError as error:
        raise ApiError("invalid_request", f"the body {_no_json(body, error)}") from None
    except RecursionError:
        raise ApiError("invalid_request", "the body is nested too deeply to be read") from None
    except ValueError as error:
        raise ApiError("invalid_request", f"the body is not JSON: {error}") from None
    return value


def _no_json(body: bytes, error: json.JSONDecodeError) -> str:
    """Why it is no JSON, and where it stops to be, if it ever begins."""
    if not body.strip():
        return "is empty, which is not JSON"
    if b"\x00" in body[:2]:
        return "is not UTF-8 text: it seems to be UTF-16 or UTF-32; send it in UTF-8"
    return f"is not JSON: {error.msg.removesuffix(' at')} at line {error.lineno} column {error.colno}"


def as_json(body: bytes) -> Any:
    """The JSON value of a body as far as Python reads one; None if it is none, or was cut."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def misread(error: UnicodeDecodeError) -> str:
    """What cannot be read as UTF-8, and where it is, or what it seems to be instead."""
    for beginning, what in SEEMING.items():
        if error.object.startswith(beginning):
            return f"it seems to be {what}; send it as it is, in UTF-8"
    place = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
    return f"{place} is no part of a character; send it in UTF-8, whatever its Content-Type says"


def read_text(body: bytes) -> str:
    """The text of a body; ApiError `invalid_request` if it is not UTF-8."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ApiError("invalid_request", f"the body is not UTF-8 text: {misread(error)}") from None


def check_media_type(headers: Mapping[str, str], accepted: tuple[str, ...]) -> str:
    """The accepted media type, or range, that the Content-Type is; ApiError `invalid_request` with 415 if none."""
    given = headers.get("content-type", "")
    found = declared_for(given, accepted)
    if found is None:
        raise ApiError(
            "invalid_request",
            f"Content-Type {given!r} is not accepted; send {' or '.join(accepted)}",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    return found


def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these members, each looked at once; ValueError if a name occurs twice."""
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"the name {_shown(name)} occurs twice in one object")
            seen.add(name)
    return value


def _shown(name: str) -> str:
    return repr(name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}...")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")

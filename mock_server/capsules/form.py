"""A capsule as a value and as a file: compressed JSON of a published form."""

import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract_tests.contract.files import DocumentError, bytes_of
from mock_server.contract.bodies import read_json
from mock_server.contract.errors import ApiError
from mock_server.contract.forms import FormError, Forms
from mock_server.server.reply import encode

FORM = "capsule.schema.json"
FORMAT, VERSION = "trackflow-mock capsule", 1
SUFFIX = ".tfcap"
MAGIC = b"\x1f\x8b"
MOST_BYTES = 64_000_000  # of a capsule, unpacked

Capsule = Mapping[str, Any]


class CapsuleError(ValueError):
    """A capsule that cannot be made or used; the message says why, and what to do."""


class LostBeginningError(CapsuleError):
    """A session whose beginning is not known any more."""


def packed(capsule: Capsule) -> bytes:
    """The file; the same capsule gives the same bytes."""
    return gzip.compress(encode(capsule), 9, mtime=0)


def unpacked(data: bytes, name: str) -> Any:
    """The value in a file, compressed or not; DocumentError for what is none."""
    if data.startswith(MAGIC):
        try:
            data = _inflated(data)
        except (OSError, EOFError, zlib.error) as error:
            raise DocumentError(name, "", f"is damaged: {error}; save it again") from None
    try:
        return read_json(data)
    except ApiError as error:
        raise DocumentError(name, "", f"is no capsule: {error.detail}") from None


def load(path: Path) -> Capsule:
    """The capsule of a file, which is of this form; DocumentError says where it is not."""
    data = bytes_of(path)
    value = unpacked(data, str(path))
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise DocumentError(path, "", f"is no capsule: its format is not {FORMAT!r}")
    if value.get("version") != VERSION:
        other = f"is a capsule of version {value.get('version')!r}, made by trackflow-mock {value.get('mock')}"
        raise DocumentError(path, "/version", f"{other}; this one reads version {VERSION}")
    try:
        Forms({"components": {"schemas": {}}}).check(FORM, value)
    except FormError as error:
        raise DocumentError(path, error.flaw.pointer, error.flaw.detail) from None
    return value


def save(path: Path, capsule: Capsule) -> None:
    """Write the file; OSError if that cannot be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(capsule))


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    text = inflater.decompress(data, MOST_BYTES)
    if inflater.unconsumed_tail or not inflater.eof:
        raise EOFError("it is cut off, or too large")
    return text

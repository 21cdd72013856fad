"""How values are written in media types other than JSON, and the smallest file of each kind that is a file."""

import csv
import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

Write = Callable[[Any], str | None]  # a value as text; None for one that has no form there


def text_of(kind: str, value: Any) -> str | None:
    """The value as a text of that media type; None where only an example could tell what it looks like."""
    if isinstance(value, str):
        return value
    if not isinstance(value, (dict, list)):
        return _compact(value)
    return _WRITERS.get("+yaml" if kind.endswith("+yaml") else kind, _nothing)(value)


def file_of(kind: str) -> bytes | None:
    """The smallest file of that media type; None for a kind that is not known here."""
    return _FILES.get(kind)


def _nothing(_: Any) -> None:
    return None


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _csv(value: Any) -> str | None:
    rows = value if isinstance(value, list) else [value]
    if not all(isinstance(row, type(rows[0])) and isinstance(row, (dict, list)) for row in rows):
        return None
    names = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    cells: Iterable[list[Any]] = ([row.get(name) for name in names] if isinstance(row, dict) else row for row in rows)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows([names] if names else [])
    writer.writerows([[_cell(each) for each in row] for row in cells])
    return text.getvalue()


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else _compact(value)


def _lines(value: Any) -> str:
    return "".join(f"{_compact(each)}\n" for each in (value if isinstance(value, list) else [value]))


def _sequence(value: Any) -> str:
    """RFC 7464: a record separator before each."""
    return "".join(f"\x1e{_compact(each)}\n" for each in (value if isinstance(value, list) else [value]))


def _form(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    pairs = [(name, each) for name, given in value.items() for each in (given if isinstance(given, list) else [given])]
    return urlencode([(name, _cell(each)) for name, each in pairs])


_WRITERS: Mapping[str, Write] = MappingProxyType(
    {
        **dict.fromkeys(("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "+yaml"), _compact),
        **dict.fromkeys(
            ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines"), _lines
        ),
        "application/json-seq": _sequence,
        "text/csv": _csv,
        "application/x-www-form-urlencoded": _form,
    }
)
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n162\n%%EOF\n"
)
_FILES: Mapping[str, bytes] = MappingProxyType(
    {
        "application/pdf": _PDF,
        "application/zip": b"PK\x05\x06" + bytes(18),
        "application/gzip": b64decode("H4sIAAAAAAACAwMAAAAAAAAAAAA="),
        "image/png": b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        ),
        "image/gif": b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"),
        "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    }
)

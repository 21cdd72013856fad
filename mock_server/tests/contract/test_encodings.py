"""Values in media types other than JSON."""

import csv
import gzip
import json
import zlib
from io import BytesIO, StringIO
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from mock_server.contract.encodings import file_of, text_of
from mock_server.contract.media import body_of
from mock_server.contract.samples.collections import SampleError


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text/plain", "a", "a"),
        ("text/plain", 3, "3"),
        ("text/csv", [{"a": "x,y", "b": 1}, {"a": None, "c": True}], 'a,b,c\r\n"x,y",1,\r\n,,true\r\n'),
        ("text/csv", [["a", 1], ["b", 2]], "a,1\r\nb,2\r\n"),
        ("application/x-ndjson", [{"a": 1}, 2], '{"a":1}\n2\n'),
        ("application/json-seq", [1], "\x1e1\n"),
        ("application/x-www-form-urlencoded", {"a": [1, "b c"], "d": None}, "a=1&a=b+c&d="),
        ("text/html", {"a": 1}, None),
        ("text/csv", [1, 2], None),
        ("application/xml", [], None),
    ],
)
def test_values_have_their_media_types_form(kind: str, value: Any, text: str | None) -> None:
    assert text_of(kind, value) == text


def test_what_is_written_as_yaml_and_csv_is_read_as_such() -> None:
    value = {"a": [1, None], "b": {"c": "x: y"}}
    assert yaml.safe_load(text_of("application/yaml", value) or "") == value
    rows = [{"a": 'say "hi"', "b": "line\nend"}]
    assert list(csv.DictReader(StringIO(text_of("text/csv", rows) or "", newline=""))) == rows


def test_files_are_files() -> None:
    png, pdf = file_of("image/png") or b"", file_of("application/pdf") or b""
    place = 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4])
        assert zlib.crc32(png[place + 4 : place + 8 + size]) == int.from_bytes(
            png[place + 8 + size : place + 12 + size]
        )
        place += 12 + size
    for number in (1, 2, 3):
        assert b"%010d 00000 n" % pdf.index(b"%d 0 obj" % number) in pdf
    assert b"startxref\n%d\n" % pdf.index(b"xref\n0") in pdf
    assert ZipFile(BytesIO(file_of("application/zip") or b"")).namelist() == []
    assert gzip.decompress(file_of("application/gzip") or b"") == b""


def test_a_schema_that_says_more_than_bytes_is_kept_instead() -> None:
    binary = {"schema": {"type": "string", "format": "binary"}}
    assert body_of("application/pdf", binary, {}, Random(0)).startswith(b"%PDF-")
    assert body_of("image/png", {}, {}, Random(0)).startswith(b"\x89PNG")
    short = {"schema": {"type": "string", "maxLength": 4}}
    assert len(body_of("application/pdf", short, {}, Random(0))) <= 4
    assert body_of("application/pdf", {"example": "mine"}, {}, Random(0)) == b"mine"


def test_what_has_no_form_asks_for_an_example() -> None:
    with pytest.raises(SampleError, match="give the media type an example"):
        body_of("application/xml", {"schema": {"type": "object"}}, {}, Random(0))
    rows = {"schema": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["a"]}}}
    assert body_of("text/csv", rows, {}, Random(0)).startswith(b"a\r\n")
    assert json.loads(body_of("application/yaml", rows, {}, Random(0)))

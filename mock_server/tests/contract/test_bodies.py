import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.contract.bodies import check_media_type, members, read_json
from mock_server.contract.errors import ApiError


def test_json_is_read() -> None:
    assert read_json('{"a": [1, "é"]}'.encode()) == {"a": [1, "é"]}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "the body is empty, which is not JSON"),
        (b" \n", "the body is empty, which is not JSON"),
        (b"x", "line 1 column 1"),
        ('{"a": 1}'.encode("utf-16-le"), "it seems to be UTF-16 or UTF-32; send it in UTF-8"),
        ('{"a": 1}'.encode("utf-16-be"), "it seems to be UTF-16 or UTF-32; send it in UTF-8"),
        ('{"a": 1}'.encode("utf-32"), "it seems to be UTF-32"),
        (b"BZh91AY&SY\xff", "it seems to be compressed with bzip2"),
        ('{"a": "é"}'.encode("latin-1"), "byte 0xe9 at offset 7 is no part of a character; send it in UTF-8"),
        (b'{"a": 1', "line 1 column 8"),
        (b'{"a": 1}\n{', "line 2 column 1"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b"{\xff\xfe}", "not UTF-8 text: byte 0xff at offset 1 is no part of a character"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8 text: it seems to be UTF-16; send it as it is, in UTF-8"),
        (gzip.compress(b'{"a": 1}', mtime=0), "not UTF-8 text: it seems to be compressed with gzip; send it as it is"),
        (zlib.compress(b'{"a": 1}'), "not UTF-8 text: it seems to be compressed with deflate"),
        (b"\xef\xbb\xbf{}", "begins with a byte order mark, which JSON has not; leave out its first 3 bytes"),
        (b'{"a": 1, "a": 2}', "'a' occurs twice"),
        (b'{"a": "\\ud800"}', "not UTF-8 text: \\ud800 is half a character"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 10_000, "a number of 10000 digits is too long to be read"),
        (b"9" * 301 + b"999", "a number of 304 digits is too long to be read"),
        (b"-" + b"9" * 5000, "a number of 5001 digits is too long to be read"),
        (b'{"a": 1e400}', "the number 1e400 is too large"),
        (b"[-2.5E+309]", "the number -2.5E+309 is too large"),
        (b"9" * 400 + b".0", "is too large"),
        (b'{"a": "\x00"}', "control character at line 1 column 8"),
        (b'{"a": "b', "Unterminated string starting at line 1 column 7"),
    ],
)
def test_what_is_not_json_is_refused_with_the_place(body: bytes, complaint: str) -> None:
    with pytest.raises(ApiError, match="invalid_request") as caught:
        read_json(body)
    assert complaint in (caught.value.detail or "")
    assert not any(word in (caught.value.detail or "") for word in ("codec", "utf-8-sig", "set_int_max_str_digits"))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    refused = None
    try:
        read_json(body)
    except ApiError as error:
        refused = error.code
    assert refused in (None, "invalid_request")


class Looked(str):
    """A name that counts how often any of its kind is compared or found in a table."""

    looks = 0
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        Looked.looks += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        Looked.looks += 1
        return str.__hash__(self)


@pytest.mark.parametrize(
    "names",
    [
        [*map(str, range(3000)), "2999"],
        ["first", *map(str, range(3000)), "first"],
        ["same"] * 3000,
        [*map(str, range(1500))] * 2,
        [f"{number % 1499}" for number in range(3000)],
    ],
    ids=["the last", "the first", "always", "each", "most"],
)
def test_a_name_that_occurs_twice_is_found_with_a_few_looks_at_each(names: list[str]) -> None:
    Looked.looks = 0
    with pytest.raises(ValueError, match="occurs twice in one object"):
        members([(Looked(name), 1) for name in names])
    assert Looked.looks <= 6 * len(names)


def test_a_long_name_that_occurs_twice_is_told_by_its_beginning() -> None:
    with pytest.raises(ApiError) as caught:
        read_json(b'{"%s": 1, "%s": 2}' % (b"n" * 100_000, b"n" * 100_000))
    assert len(caught.value.detail or "") < 200


def test_a_media_type_may_have_parameters_and_any_case() -> None:
    check_media_type({"content-type": "Application/JSON; charset=utf-8"}, ("application/json",))


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"content-type": ""}])
def test_another_media_type_is_415(headers: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        check_media_type(headers, ("application/json",))
    assert caught.value.status == 415

"""How long each part of a request may be, however it comes."""

from dataclasses import replace

import pytest

from mock_server.tests.server.delivered_requests import HOST, SMALL, DeliveredRequests


def test_a_head_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    pieces = [b"GET / HTTP/1.1\r\n", *[b"X: " + b"a" * 20 + b"\r\n"] * 100]
    assert DeliveredRequests().read(*pieces) == [(431, False)]
    assert DeliveredRequests().read(b"GET / HTTP/1.1\r\nX: ", *[b"a" * 20] * 100) == [(431, False)]


def test_a_long_head_is_refused_even_if_it_ends() -> None:
    head = b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 300 + b"\r\n\r\n"
    assert DeliveredRequests().read(head[:200], head[200:]) == [(431, False)]


def test_a_long_body_behind_a_short_head_does_not_make_the_head_long() -> None:
    reading = DeliveredRequests(replace(SMALL, body_bytes=1000))
    assert reading.read(b"POST / HTTP/1.1\r\n", HOST + b"Content-Length: 900\r\n\r\n" + b"a" * 900) == [
        ("POST", "/", b"a" * 900, True)
    ]


@pytest.mark.parametrize(
    ("piece", "status"),
    [(b"1;" + b"x" * 20 + b"\r\na\r\n", 413), (b"0\r\n", 400), (b"T: " + b"x" * 20 + b"\r\n", 431)],
)
def test_chunk_framing_that_never_ends_is_refused(piece: bytes, status: int) -> None:
    start = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    start += b"0\r\n" if piece.startswith(b"T") else b""
    assert DeliveredRequests().read(start, *[piece] * 200) == [(status, True)]


@pytest.mark.parametrize("piece", [b"T: " + b"x" * 20 + b"\r\n", b"T:\r\n"])
def test_trailers_are_limited_as_heads_are(piece: bytes) -> None:
    start = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    roomy = replace(SMALL, body_bytes=10_000_000)
    assert DeliveredRequests(roomy).read(start, *[piece] * 200) == [(431, True)]
    assert DeliveredRequests(roomy).read(start + b"T: ", *[b"a" * 20] * 200) == [(431, True)]
    assert DeliveredRequests(roomy).read(start, *[piece] * 8, b"Z: z\r\n\r\n") == [("POST", "/", b"a", True)]


@pytest.mark.parametrize("trailers", [b"T: " + b"x" * 400 + b"\r\n", b"T: xxxxxxx\r\n" * 50])
def test_long_trailers_are_refused_also_where_they_come_with_their_end_at_once(trailers: bytes) -> None:
    start = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    roomy = replace(SMALL, body_bytes=10_000_000)
    whole = b"1\r\na\r\n0\r\n" + trailers + b"\r\n"
    assert DeliveredRequests(roomy).read(start + whole) == [(431, True)]
    assert DeliveredRequests(roomy).read(start, whole) == [(431, True)]
    assert DeliveredRequests(roomy).read(start, *[whole[place : place + 1] for place in range(len(whole))]) == [
        (431, True)
    ]


@pytest.mark.parametrize(
    "chunks",
    [
        b"1;" + b"x" * 400 + b"\r\na\r\n",
        b'1;x="' + b"y" * 400 + b'"\r\na\r\n',
        b"1" + b";a=b" * 100 + b"\r\na\r\n",
        b"1;" + b"x" * 40 + b"\r\na\r\n1;" + b"x" * 340 + b"\r\na\r\n",
        (b"1;" + b"x" * 40 + b"\r\na\r\n") * 20,
        b"0" * 400 + b"1\r\na\r\n",
    ],
)
def test_chunk_extensions_are_limited_together_however_they_come(chunks: bytes) -> None:
    start = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    whole = chunks + b"0\r\n\r\n"
    roomy = replace(SMALL, body_bytes=10_000_000)
    assert DeliveredRequests(roomy).read(start + whole) == [(431, True)]
    assert DeliveredRequests(roomy).read(start, whole) == [(431, True)]
    assert DeliveredRequests(roomy).read(start, *[whole[place : place + 1] for place in range(len(whole))]) == [
        (431, True)
    ]


def test_many_small_chunks_are_no_long_framing() -> None:
    start = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    roomy = replace(SMALL, body_bytes=10_000)
    whole = b"00000001\r\na\r\n" * 1000 + b"0\r\n\r\n"
    assert DeliveredRequests(roomy).read(start + whole) == [("POST", "/", b"a" * 1000, True)]


@pytest.mark.parametrize("digits", [b"9" * 5000, b"0" * 4400, b"0" * 4400 + b"3", b"0" * 19])
def test_a_length_of_thousands_of_digits_is_refused(digits: bytes) -> None:
    roomy = replace(SMALL, head_bytes=10_000)
    request = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: " + digits + b"\r\n\r\nabc"
    assert DeliveredRequests(roomy).read(request) == [(400, False)]
    assert DeliveredRequests(roomy).read(*(bytes([byte]) for byte in request)) == [(400, False)]


def test_a_length_with_some_leading_zeros_is_still_a_length() -> None:
    read = DeliveredRequests().read(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 003\r\n\r\nabc")
    assert read == [("POST", "/", b"abc", True)]


def test_a_client_that_asks_with_too_long_a_body_is_told_at_once() -> None:
    reading = DeliveredRequests()
    head = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 51\r\nExpect: 100-continue\r\n\r\n"
    assert reading.read(head) == [(413, True)]
    assert reading.expected == 0

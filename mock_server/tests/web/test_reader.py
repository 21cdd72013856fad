from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.web.environ import BODY
from mock_server.web.limits import Limits
from mock_server.web.reader import Reader, Refusal, Request

HOST = b"Host: mock\r\n"
SMALL = Limits(target_bytes=100, head_bytes=300, body_bytes=50)


class Scheduler:
    """What a reader delivered, in order, and how often a client asked whether it may go on."""

    def __init__(self, limits: Limits = SMALL) -> None:
        self.delivered: list[Request | Refusal] = []
        self.expected = 0
        self.reader = Reader({}, limits, self.delivered.append, self._expect)

    def _expect(self) -> None:
        self.expected += 1

    def read(self, *pieces: bytes) -> list[tuple[object, ...]]:
        for piece in pieces:
            self.reader.feed(piece)
        return [told(request) for request in self.delivered]


def told(request: Request | Refusal) -> tuple[object, ...]:
    if isinstance(request, Refusal):
        return (request.status, request.environ is not None)
    environ = request.environ
    return (environ["REQUEST_METHOD"], environ["RAW_URI"], environ[BODY], request.keep_alive)


PIPELINED = (
    b"GET /a HTTP/1.1\r\nHost: mock\r\nX-Long: " + b"x" * 60 + b"\r\n\r\n"
    b"POST /b HTTP/1.1\r\nHost: mock\r\nContent-Length: 3\r\n\r\nabc"
    b"\r\nPUT /c HTTP/1.1\r\nHost: mock\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n"
    b"POST /d HTTP/1.1\r\nHost: mock\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc"
    b"GET /e HTTP/1.0\r\n\r\n"
)
READ = [
    ("GET", "/a", b"", True),
    ("POST", "/b", b"abc", True),
    ("PUT", "/c", b"abcde", True),
    ("POST", "/d", b"abc", True),
    ("GET", "/e", b"", False),
]


def test_pipelined_requests_come_out_in_order() -> None:
    assert Scheduler().read(PIPELINED) == READ


@given(st.lists(st.integers(1, len(PIPELINED) - 1), unique=True))
def test_it_does_not_matter_where_the_network_cuts(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(PIPELINED)]
    pieces = [PIPELINED[start:end] for start, end in pairwise(places)]
    assert Scheduler().read(*pieces) == READ


def test_one_byte_at_a_time_is_enough() -> None:
    assert Scheduler().read(*(bytes([byte]) for byte in PIPELINED)) == READ


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b"GET / HTTP/1.1\r\nConnection: close", ("GET", "/", b"", False)),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive", ("GET", "/", b"", True)),
        (b"PROPFIND / HTTP/1.1\r\nX: y", ("PROPFIND", "/", b"", True)),
        (b"BREW /pot HTTP/1.1\r\nX: y", ("BREW", "/pot", b"", True)),
        (b"get / HTTP/1.1\r\nX: y", ("get", "/", b"", True)),
        (b"DESCRIBE / HTTP/1.1\r\nX: y", ("DESCRIBE", "/", b"", True)),
        (b"\r\nM-SEARCH2 / HTTP/1.1\r\nX: y", ("M-SEARCH2", "/", b"", True)),
        (b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket", ("GET", "/", b"", True)),
        (b"GET / HTTP/1.1\r\nConnection: Upgrade, close\r\nUpgrade: h2c", ("GET", "/", b"", False)),
        (b"OPTIONS * HTTP/1.1\r\nX: y", ("OPTIONS", "*", b"", True)),
        (b"GET http://other/x HTTP/1.1\r\nX: y", ("GET", "http://other/x", b"", True)),
        (b"GET /%zz?%00#f HTTP/1.1\r\nX: y", ("GET", "/%zz?%00#f", b"", True)),
    ],
)
def test_unusual_requests_are_read(line: bytes, read: tuple[object, ...]) -> None:
    assert Scheduler().read(line + b"\r\n" + HOST + b"\r\n") == [read]


@pytest.mark.parametrize("last", [b"Connection: close\r\n", b"Connection: close, Upgrade\r\nUpgrade: h2c\r\n"])
def test_nothing_is_read_after_the_last_request(last: bytes) -> None:
    request = b"GET / HTTP/1.1\r\n" + HOST + last + b"\r\n"
    more = b"GET /more HTTP/1.1\r\n" + HOST + b"\r\n"
    for pieces in ((request + more,), (request, more), (request + b"nonsense",)):
        scheduler = Scheduler()
        assert scheduler.read(*pieces) == [("GET", "/", b"", False)]
        assert scheduler.reader.finished


def test_a_connect_is_a_request_like_any_other_here() -> None:
    scheduler = Scheduler()
    assert scheduler.read(
        b"CONNECT mock:443 HTTP/1.1\r\n" + HOST + b"\r\n" + b"GET /next HTTP/1.1\r\n" + HOST + b"\r\n"
    ) == [
        ("CONNECT", "mock:443", b"", True),
        ("GET", "/next", b"", True),
    ]


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (400, False)),
        (b"GET\r\n\r\n", (400, False)),
        (b"GET /\r\n\r\n", (400, False)),
        (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", (400, False)),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, False)),
        (b"GET / HTTP/1.1\r\n\r\n", (400, False)),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", (400, False)),
        (b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n", (400, False)),
        (b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n", (400, False)),
        (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", (400, False)),
        (b"GET nowhere HTTP/1.1\r\n" + HOST + b"\r\n", (400, False)),
        (b"B@D / HTTP/1.1\r\n" + HOST + b"\r\n", (400, False)),
        (b"BREW /\x00 HTTP/1.1\r\n" + HOST + b"\r\n", (400, False)),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n", (400, False)),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\x01b\r\n\r\n", (400, False)),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X Y: a\r\n\r\n", (400, False)),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n folded\r\n\r\n", (400, False)),
        (b"GET / HTTP/1.1\r\n" + HOST + b": nameless\r\n\r\n", (400, False)),
        # Request smuggling: two ways to tell where this request ends.
        (
            b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            (400, False),
        ),
        (
            b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            (400, False),
        ),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", (400, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 2, 2\r\n\r\nab", (400, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +2\r\n\r\nab", (400, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -2\r\n\r\nab", (400, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length:\r\n\r\nab", (400, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999\r\n\r\n", (400, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", (400, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", (400, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", (400, False)),
        (b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (400, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", (400, True)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", (400, True)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", (400, True)),
        # Past the limits.
        (b"GET /" + b"a" * 100 + b" HTTP/1.1\r\n" + HOST + b"\r\n", (414, False)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 51\r\n\r\n", (413, True)),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n33\r\n" + b"a" * 51, (413, True)),
    ],
)
def test_what_is_not_http_is_refused_once(data: bytes, refused: tuple[object, ...]) -> None:
    assert Scheduler().read(data, b"GET /ignored HTTP/1.1\r\n" + HOST + b"\r\n") == [refused]
    assert Scheduler().read(*(bytes([byte]) for byte in data)) == [refused]


def test_a_head_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    pieces = [b"GET / HTTP/1.1\r\n", *[b"X: " + b"a" * 20 + b"\r\n"] * 100]
    assert Scheduler().read(*pieces) == [(431, False)]
    assert Scheduler().read(b"GET / HTTP/1.1\r\nX: ", *[b"a" * 20] * 100) == [(431, False)]


def test_a_long_head_is_refused_even_if_it_ends() -> None:
    head = b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 300 + b"\r\n\r\n"
    assert Scheduler().read(head[:200], head[200:]) == [(431, False)]


def test_a_long_body_behind_a_short_head_does_not_make_the_head_long() -> None:
    scheduler = Scheduler(replace(SMALL, body_bytes=1000))
    assert scheduler.read(b"POST / HTTP/1.1\r\n", HOST + b"Content-Length: 900\r\n\r\n" + b"a" * 900) == [
        ("POST", "/", b"a" * 900, True)
    ]


@pytest.mark.parametrize("piece", [b"1;" + b"x" * 20 + b"\r\na\r\n", b"0\r\n", b"T: " + b"x" * 20 + b"\r\n"])
def test_chunk_framing_that_never_ends_is_refused(piece: bytes) -> None:
    start = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    start += b"0\r\n" if piece.startswith(b"T") else b""
    assert Scheduler().read(start, *[piece] * 200)[0][0] in {400, 413}


def test_a_client_may_ask_before_it_sends_the_body() -> None:
    scheduler = Scheduler()
    scheduler.read(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nExpect: 100-Continue\r\n\r\n")
    assert scheduler.expected == 1
    assert scheduler.read(b"abc") == [("POST", "/", b"abc", True)]


def test_a_client_that_asks_with_too_long_a_body_is_told_at_once() -> None:
    scheduler = Scheduler()
    head = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 51\r\nExpect: 100-continue\r\n\r\n"
    assert scheduler.read(head) == [(413, True)]
    assert scheduler.expected == 0


def test_a_request_cut_short_is_refused() -> None:
    scheduler = Scheduler()
    scheduler.read(b"GET / HTTP/1.1\r\n" + HOST)
    scheduler.reader.end()
    assert scheduler.read() == [(400, False)]


def test_the_end_between_requests_is_no_news() -> None:
    scheduler = Scheduler()
    scheduler.read(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n\r\n")
    scheduler.reader.end()
    assert scheduler.read() == [("GET", "/", b"", True)]


def test_a_bug_in_the_receiver_is_loud() -> None:
    def broken(_request: Request | Refusal) -> None:
        raise ZeroDivisionError

    reader = Reader({}, SMALL, broken, lambda: None)
    with pytest.raises(Exception, match="callback") as caught:
        reader.feed(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    assert isinstance(caught.value.__context__, ZeroDivisionError)

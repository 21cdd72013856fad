from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.server.parsing import Reader
from mock_server.server.request import Endpoints, Refusal, Request
from mock_server.tests.server.delivered_requests import HOST, SMALL, DeliveredRequests

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
    assert DeliveredRequests().read(PIPELINED) == READ


@given(st.lists(st.integers(1, len(PIPELINED) - 1), unique=True))
def test_it_does_not_matter_where_the_network_cuts(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(PIPELINED)]
    pieces = [PIPELINED[start:end] for start, end in pairwise(places)]
    assert DeliveredRequests().read(*pieces) == READ


def test_one_byte_at_a_time_is_enough() -> None:
    assert DeliveredRequests().read(*(bytes([byte]) for byte in PIPELINED)) == READ


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
        (b"GET http://other/x HTTP/1.1\r\nX: y", ("GET", "/x", b"", True)),
        (b"GET /%zz?%00#f HTTP/1.1\r\nX: y", ("GET", "/%zz?%00#f", b"", True)),
    ],
)
def test_unusual_requests_are_read(line: bytes, read: tuple[object, ...]) -> None:
    assert DeliveredRequests().read(line + b"\r\n" + HOST + b"\r\n") == [read]


@pytest.mark.parametrize("last", [b"Connection: close\r\n", b"Connection: close, Upgrade\r\nUpgrade: h2c\r\n"])
def test_nothing_is_read_after_the_last_request(last: bytes) -> None:
    request = b"GET / HTTP/1.1\r\n" + HOST + last + b"\r\n"
    more = b"GET /more HTTP/1.1\r\n" + HOST + b"\r\n"
    for pieces in ((request + more,), (request, more), (request + b"nonsense",)):
        reading = DeliveredRequests()
        assert reading.read(*pieces) == [("GET", "/", b"", False)]
        assert reading.reader.finished


def test_a_connect_is_a_request_like_any_other_here() -> None:
    reading = DeliveredRequests()
    assert reading.read(
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
    assert DeliveredRequests().read(data, b"GET /ignored HTTP/1.1\r\n" + HOST + b"\r\n") == [refused]
    assert DeliveredRequests().read(*(bytes([byte]) for byte in data)) == [refused]


def test_trailers_do_not_pass_for_headers() -> None:
    reading = DeliveredRequests()
    reading.read(b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-API-Key: forged\r\n\r\n")
    (request,) = reading.delivered
    assert isinstance(request, Request)
    assert request.headers == {"host": "mock", "transfer-encoding": "chunked"}


MIXED = (
    b"POST /a HTTP/1.1\r\nHost: mock\r\nContent-Length: 3\r\n\r\nabc"
    b"BREW /b HTTP/1.1\r\nHost: mock\r\nContent-Length: 4\r\n\r\n\r\n\r\n"
    b"GETX /c HTTP/1.1\r\nHost: mock\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\nT: t\r\n\r\n"
    b"\r\n\r\nDESCRIBE /d HTTP/1.1\r\nHost: mock\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\nx"
    b"G /e HTTP/1.1\r\nHost: mock\r\n\r\n"
    b"get /f HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n"
)
MIXED_READ = [
    ("POST", "/a", b"abc", True),
    ("BREW", "/b", b"\r\n\r\n", True),
    ("GETX", "/c", b"\r\n\r\n", True),
    ("DESCRIBE", "/d", b"x", True),
    ("G", "/e", b"", True),
    ("get", "/f", b"", False),
]


@given(st.lists(st.integers(1, len(MIXED) - 1), unique=True))
def test_methods_that_nobody_registered_are_read_wherever_the_network_cuts(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(MIXED)]
    assert DeliveredRequests().read(*(MIXED[start:end] for start, end in pairwise(places))) == MIXED_READ


def test_methods_that_nobody_registered_are_read_in_one_piece_and_byte_by_byte() -> None:
    assert DeliveredRequests().read(MIXED) == MIXED_READ
    assert DeliveredRequests().read(*(bytes([byte]) for byte in MIXED)) == MIXED_READ


def test_a_method_that_does_not_arrive_is_a_request_under_way() -> None:
    reading = DeliveredRequests()
    reading.read(b"BR")
    assert reading.reader.open
    reading.reader.end()
    assert reading.read() == [(400, False)]


@pytest.mark.parametrize("host", [b"a b", b"a/b", b"a@b", b"a:b", b"[::1", b"a\xe9", b"<a>", b"%zz", b"a:1:2", b"a,b?"])
def test_a_host_that_can_be_none_is_refused(host: bytes) -> None:
    assert DeliveredRequests().read(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n") == [(400, False)]


@pytest.mark.parametrize(
    "host", [b"", b"mock", b"mock:", b"mock:8080", b"[::1]:80", b"1.2.3.4", b"a_b.example", b"caf%C3%A9"]
)
def test_every_host_that_can_be_one_is_taken(host: bytes) -> None:
    assert DeliveredRequests().read(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n") == [("GET", "/", b"", True)]


def test_a_client_may_ask_before_it_sends_the_body() -> None:
    reading = DeliveredRequests()
    reading.read(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nExpect: 100-Continue\r\n\r\n")
    assert reading.expected == 1
    assert reading.read(b"abc") == [("POST", "/", b"abc", True)]


def test_a_request_cut_short_is_refused() -> None:
    reading = DeliveredRequests()
    reading.read(b"GET / HTTP/1.1\r\n" + HOST)
    reading.reader.end()
    assert reading.read() == [(400, False)]


def test_the_end_between_requests_is_no_news() -> None:
    reading = DeliveredRequests()
    reading.read(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n\r\n")
    reading.reader.end()
    assert reading.read() == [("GET", "/", b"", True)]


def test_a_bug_in_the_receiver_is_loud() -> None:
    def broken(_request: Request | Refusal) -> None:
        raise ZeroDivisionError

    reader = Reader(Endpoints(), SMALL, broken, lambda: None)
    with pytest.raises(Exception, match="callback") as caught:
        reader.feed(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    assert isinstance(caught.value.__context__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (b"/track?city=Z\xc3\xbcrich", "byte 0xc3 of the target is written %C3."),
        (b"/\xff", "byte 0xff of the target is written %FF."),
        (b"/a b", "byte 0x20 of the target is written %20."),
    ],
)
def test_a_target_that_is_not_encoded_is_told_how_to_be(target: bytes, told: str) -> None:
    requests = DeliveredRequests()
    requests.read(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    (refusal,) = requests.delivered
    assert isinstance(refusal, Refusal)
    assert refusal.reason.endswith(told)

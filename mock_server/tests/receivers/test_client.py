"""Posting: what is said of a receiver that answers, and of one that does not."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import perf_counter

import pytest

from mock_server.receivers.client import DeliveryRequest, ReceiverConnection, as_curl
from mock_server.sending.address import Address, ReceiverAnswer
from mock_server.tests.sending.receivers import listening

DELIVERY = DeliveryRequest(b'{"id":1}', {"Content-Type": "application/json"})


def post(url: str, delivery: DeliveryRequest = DELIVERY, timeout: float = 5.0) -> ReceiverAnswer:
    with ReceiverConnection(Address(url), timeout, perf_counter, bool) as line:
        return line.post(delivery)


@contextmanager
def peer(behave: Callable[[socket.socket], object], connections: int = 1) -> Iterator[str]:
    """A server that treats so many connections as told; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(connections):
                connection, _ = server.accept()
                with connection:
                    behave(connection)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(10)


def saying(answer: bytes) -> Callable[[socket.socket], object]:
    def behave(connection: socket.socket) -> None:
        while connection.recv(65_536)[-1:] != b"}":
            pass
        connection.sendall(answer)

    return behave


def test_the_body_arrives_byte_for_byte_with_its_headers() -> None:
    with listening(lambda *_: 204) as receiver:
        answer = post(receiver.url, DeliveryRequest("é\n".encode(), {"X-A": "\xe9"}))
    ((headers, body),) = receiver.received
    assert (answer.status, body, headers["Content-Length"]) == (204, "é\n".encode(), "3")
    assert headers["X-A"].encode("latin-1", "surrogateescape") == b"\xe9"


def test_a_body_in_pieces_is_the_same_body() -> None:
    delivery = DeliveryRequest(bytes(range(256)), pieces=10)
    assert len(delivery.parts()) == 10
    assert b"".join(delivery.parts()) == delivery.body
    with listening(lambda *_: 204) as receiver:
        post(receiver.url, delivery)
    assert receiver.received[0][1] == delivery.body


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with peer(saying(moved)) as url:
        answer = post(url)
    assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1:1/")


def test_deliveries_in_line_share_a_connection() -> None:
    def behave(connection: socket.socket) -> None:
        for _ in range(2):
            saying(b"HTTP/1.1 204 No Content\r\n\r\n")(connection)

    with peer(behave) as url, ReceiverConnection(Address(url), 5.0, perf_counter, bool) as line:
        assert [line.post(DELIVERY).status for _ in range(2)] == [204, 204]


def test_a_connection_that_the_receiver_ends_is_opened_anew() -> None:
    farewell = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    with (
        peer(saying(farewell), connections=2) as url,
        ReceiverConnection(Address(url), 5.0, perf_counter, bool) as line,
    ):
        assert [line.post(DELIVERY).status for _ in range(2)] == [204, 204]


def test_nobody_listening_is_told_apart_from_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    refused = post(url)
    assert (refused.reached, refused.status, refused.problem) == (False, None, "no connection: Connection refused")
    with peer(saying(b"")) as url:
        silent = post(url)
    assert (silent.reached, silent.problem) == (True, "closed the connection without an answer")


def test_a_handshake_that_comes_to_nothing_is_told() -> None:
    def close(_: socket.socket) -> None: ...

    with peer(close) as url:
        answer = post(url.replace("http:", "https:"))
    assert (answer.reached, answer.status) == (False, None)
    assert (answer.problem or "").startswith(
        "no connection: the other side closed it in the middle of the TLS handshake"
    )


def test_a_name_that_does_not_resolve_is_nobody_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # no name server is asked
    answer = post("http://receiver.invalid/")
    assert (answer.reached, answer.status) == (False, None)


def test_what_is_not_http_is_no_answer() -> None:
    with peer(saying(b"220 mail ready\r\n")) as url:
        assert "no HTTP answer: BadStatusLine" in (post(url).problem or "")


def test_an_answer_after_the_time_allowed_is_none() -> None:
    released = Event()
    with peer(lambda _: released.wait(5)) as url:
        answer = post(url, timeout=0.1)
        released.set()
    assert (answer.late, answer.problem) == (True, "no answer within 0.1 s")


def test_an_answer_that_trickles_past_the_time_allowed_is_late() -> None:
    ticks = iter([0.0, 11.0, 11.0])
    with (
        listening(lambda *_: 204) as receiver,
        ReceiverConnection(Address(receiver.url), 10, lambda: next(ticks), bool) as line,
    ):
        assert line.post(DELIVERY).late


def test_a_refusal_before_the_end_of_the_body_is_heard() -> None:
    too_large = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"

    def refuse(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(too_large)
        while connection.recv(1_048_576):
            pass

    with peer(refuse) as url:
        assert post(url, DeliveryRequest(b"x" * 4_000_000)).status == 413


def test_no_more_of_an_answer_is_read_than_anybody_needs() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000
    with peer(saying(endless)) as url:
        answer = post(url)
    assert (answer.status, len(answer.body)) == (200, 65_536)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "does not begin with https:// or http://"),
        ("localhost:5000", "does not begin with"),
        ("ftp://127.0.0.1/", "does not begin with"),
        ("http://", "has no host or port to connect to, like https://example.com/hook"),
        ("http:///hook", "has no host or port"),
        ("http://127.0.0.1:0/", "has no host or port"),
        ("http://127.0.0.1:99999/", "is not a URL: Port out of range"),
        ("http://127.0.0.1:80a/", "is not a URL: Port"),
        ("http://[::1", "is not a URL"),
        ("http://[1:2:3]/", "is not a URL"),
        ("http://[v1.a]/", "in brackets, which is no IPv6 address"),
        ("http://[fe80::1%25eth0]/", "has a zone"),
        ("http://a..b/", "has the host 'a..b', which is no name and no address"),
        ("http://a b/", "has the host 'a b'"),
        ("http://127.0.0.1/a\nb", "has a line break"),
        ("http://me:secret@127.0.0.1/", "'http://***@127.0.0.1/' has a user or a password before its host"),
        ("http://@127.0.0.1/", "has a user or a password"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(url: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        Address(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "host", "port", "authority"),
    [
        ("HTTPS://Example.com/h", "example.com", 443, "Example.com"),
        ("https://example.com./h", "example.com", 443, "example.com."),
        ("https://example.com:/h", "example.com", 443, "example.com"),
        ("http://[::1]:8443/h", "::1", 8443, "[::1]:8443"),
        ("http://[2001:db8::1]", "2001:db8::1", 80, "[2001:db8::1]"),
    ],
)
def test_an_address_is_read_however_it_is_written(url: str, host: str, port: int, authority: str) -> None:
    address = Address(url)
    assert (address.host, address.port, address.authority) == (host, port, authority)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://127.0.0.1", "/"),
        ("http://127.0.0.1/a?b=c&d=%20#part", "/a?b=c&d=%20"),
        ("http://127.0.0.1/à b", "/%C3%A0%20b"),
        ("http://[::1]:80/x", "/x"),
    ],
)
def test_the_target_is_what_http_may_carry(url: str, target: str) -> None:
    assert Address(url).target == target


def test_a_delivery_can_be_repeated_in_a_shell() -> None:
    command = as_curl("http://127.0.0.1/?a=1&b=2", DeliveryRequest(b'{"it\'s": 1}', {"X-A": "1", "X-Empty": ""}))
    assert command == (
        """curl -i -X POST 'http://127.0.0.1/?a=1&b=2' -H 'X-A: 1' -H 'X-Empty;' --data-binary '{"it'"'"'s": 1}'"""
    )


HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
DONE = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("before", "status"),
    [
        (HINTS, 204),
        (
            b"HTTP/1.1 100 Continue\r\n\r\n" + HINTS * 3 + b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n",
            204,
        ),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: close\r\n\r\n", 101),
    ],
)
def test_what_comes_before_an_answer_is_not_the_answer(before: bytes, status: int) -> None:
    with peer(saying(before + DONE)) as url:
        answer = post(url)
    assert answer.status == status
    assert "Link" not in answer.headers


def test_a_receiver_that_never_comes_to_its_answer_is_told() -> None:
    def hint(connection: socket.socket) -> None:
        with suppress(OSError):
            saying(HINTS * 4000)(connection)

    with peer(hint) as url:
        answer = post(url)
    assert answer.status is None
    assert "more than 65536 bytes came before an answer" in (answer.problem or "")

import threading
from contextlib import suppress

import pytest

from mock_server.server.connection import HELD, Connection
from mock_server.server.options import Options
from mock_server.server.parsing import Limits
from mock_server.server.reply import Reply
from mock_server.server.request import Refusal, Request
from mock_server.tests.server.answering import slow
from mock_server.tests.server.raw_client import GET, RawClient, ask, connections, echo, hello, serving, until
from mock_server.tests.server.sleeper import WokenSleeper


def test_a_connection_serves_one_request_after_another() -> None:
    with serving(echo) as server, RawClient(server.url) as client:
        for number in range(3):
            client.send(b"GET /%d HTTP/1.1\r\nHost: mock\r\n\r\n" % number)
            assert client.answer().json()["path"] == f"/{number}"


def test_a_hundred_pipelined_requests_are_answered_in_order() -> None:
    with serving(echo) as server, RawClient(server.url) as client:
        client.send(*(b"GET /%d HTTP/1.1\r\nHost: mock\r\n\r\n" % number for number in range(100)))
        assert [client.answer().json()["path"] for _ in range(100)] == [f"/{number}" for number in range(100)]


def test_a_burst_longer_than_is_parsed_at_once_is_answered_whole() -> None:
    with serving(hello) as server, RawClient(server.url) as client:
        client.send(GET * 5000)
        assert all(client.answer().body == b"hello" for _ in range(5000))


def test_connection_close_is_honoured() -> None:
    with serving(hello) as server, RawClient(server.url) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n", GET)
        assert client.answer().headers["connection"] == "close"
        assert client.rest() == b""


def test_an_application_may_close_the_connection() -> None:
    def closing(_: Request) -> Reply:
        return Reply(200, b"bye", {"Connection": "close"})

    with serving(closing) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.rest().count(b"Connection: close") == 1


def test_an_old_client_is_kept_only_if_it_asks() -> None:
    with serving(hello) as server:
        with RawClient(server.url) as client:
            client.send(b"GET / HTTP/1.0\r\n\r\n")
            assert client.rest().endswith(b"\r\n\r\nhello")
        with RawClient(server.url) as client:
            client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" * 2)
            assert client.answer().headers["connection"] == "keep-alive"
            assert client.answer().body == b"hello"


def test_a_client_that_stops_sending_still_gets_its_answers() -> None:
    with serving(hello) as server, RawClient(server.url) as client:
        client.send(GET, GET)
        client.done()
        assert [client.answer().body, client.answer().body, client.rest()] == [b"hello", b"hello", b""]


def test_half_a_request_gets_an_answer_too() -> None:
    with serving(hello) as server, RawClient(server.url) as client:
        client.send(GET[:20])
        client.done()
        assert client.answer().status == 400
        assert client.rest() == b""


@pytest.mark.parametrize(
    "framed",
    [b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"],
    ids=["length", "chunked"],
)
def test_a_body_reaches_the_application_both_ways(framed: bytes) -> None:
    with serving(echo) as server:
        seen = ask(server.url, b"POST / HTTP/1.1\r\nHost: mock\r\n", framed).json()
        assert seen["body"] == "hello"


def test_a_body_of_a_megabyte_reaches_the_application_whole() -> None:
    body = b"0123456789abcdef" * 65536
    with serving(echo) as server:
        seen = ask(server.url, b"POST / HTTP/1.1\r\nHost: mock\r\nContent-Length: %d\r\n\r\n" % len(body), body).json()
        assert seen["body"].encode() == body


def test_a_client_that_asks_first_is_told_to_continue() -> None:
    with serving(echo) as server, RawClient(server.url) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: mock\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert client.answer().status == 100
        client.send(b"hi")
        assert client.answer().json()["body"] == "hi"


def test_a_failing_application_is_an_internal_error_and_the_connection_lives_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def sometimes(request: Request) -> Reply:
        if request.path == "/fail":
            raise ZeroDivisionError("told once")
        return hello(request)

    with serving(sometimes) as server, RawClient(server.url) as client:
        client.send(b"GET /fail HTTP/1.1\r\nHost: mock\r\n\r\n", GET)
        assert [client.answer().status, client.answer().body] == [500, b"hello"]
    assert caplog.text.count("ZeroDivisionError: told once") == 1


def test_a_header_with_a_line_break_is_an_internal_error(caplog: pytest.LogCaptureFixture) -> None:
    def splitting(_: Request) -> Reply:
        return Reply(200, headers={"X-A": "b\r\nX-C: d"})

    with serving(splitting) as server:
        answered = ask(server.url, GET)
    assert (answered.status, "x-c" in answered.headers) == (500, False)
    assert "line break" in caplog.text


def test_refusals_are_rendered_by_the_application_s_side() -> None:
    def refuse(refusal: Refusal) -> Reply:
        path = refusal.request and refusal.request.path
        return Reply.json(400, {"status": refusal.status, "reason": refusal.reason, "path": path})

    with serving(hello, Options(refuse=refuse, limits=Limits(body_bytes=10))) as server:
        answered = ask(server.url, b"POST /x HTTP/1.1\r\nHost: mock\r\nContent-Length: 11\r\n\r\n")
        assert answered.status == 400
        assert answered.headers["connection"] == "close"
        assert answered.json() == {"status": 413, "reason": "The request body is longer than 10 bytes.", "path": "/x"}
        assert ask(server.url, b"nonsense\r\n\r\n").json()["path"] is None


def test_a_refusal_that_cannot_be_rendered_is_told_in_plain_text(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_: Refusal) -> Reply:
        raise ZeroDivisionError

    with serving(hello, Options(refuse=refuse)) as server:
        assert ask(server.url, b"nonsense\r\n\r\n").status == 400
    assert "ZeroDivisionError" in caplog.text


def test_a_refusal_waits_for_the_answers_before_it() -> None:
    with serving(hello) as server, RawClient(server.url) as client:
        client.send(GET, GET, b"nonsense\r\n\r\n", GET)
        assert [client.answer().status for _ in range(3)] == [200, 200, 400]
        assert client.rest() == b""


def test_a_refused_client_that_goes_on_sending_still_reads_its_answer() -> None:
    with serving(hello) as server, RawClient(server.url) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: mock\r\nContent-Length: 10000000\r\n\r\n", b"x" * 10_000_000)
        assert client.answer().status == 413
        assert client.rest() == b""


def test_a_refused_client_that_never_stops_is_cut_off() -> None:
    with serving(hello, Options(limits=Limits(discarded_bytes=100_000))) as server, RawClient(server.url) as client:
        client.send(b"nonsense\r\n\r\n")
        assert client.answer().status == 400
        with pytest.raises(ConnectionError):
            client.send(b"x" * 100_000_000)


def test_what_came_during_a_slow_answer_is_drained_after_a_refusal() -> None:
    sleeper = WokenSleeper()
    with serving(slow, Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        sending = threading.Thread(target=client.send, args=(GET, b"nonsense\r\n\r\n", b"x" * 20_000_000))
        sending.start()
        until(server, lambda shared: [found for found in connections(shared) if not found.reading])
        sleeper.wake(server)
        assert [client.answer().body, client.answer().status, client.rest()] == [b"late", 400, b""]
        sending.join()


def test_a_client_that_does_not_read_is_not_read_either() -> None:
    body = b"x" * 20_000_000  # more than the system takes on its way

    def large(_: Request) -> Reply:
        return Reply(200, body)

    def keep_asking(client: RawClient) -> None:
        with suppress(ConnectionError):
            client.send(GET * 100, (GET[:-2] + b"X: " + b"y" * 10_000 + b"\r\n\r\n") * 2000)

    with serving(large) as server, RawClient(server.url) as client:
        asking = threading.Thread(target=keep_asking, args=(client,))
        asking.start()
        until(server, lambda shared: [found for found in connections(shared) if not found.reading])
        (connection,) = server.call(connections)
        # However much it asks for, this process keeps one answer and a bounded amount of questions.
        assert 0 < connection.line.unsent < len(body) + 1000
        assert len(connection.held) < HELD + 256 * 1024
        server.call(lambda _: connection.line.reset())
        asking.join()


@pytest.mark.parametrize("size", [10, 100_000], ids=["many", "large"])
def test_a_client_that_asks_without_end_lets_others_in_between(size: int) -> None:
    order: list[str] = []

    def note(request: Request) -> Reply:
        order.append(request.path)
        if len(order) == 1:  # the other client asks while this one's burst has been read already
            other.send(b"GET /other HTTP/1.1\r\nHost: mock\r\n\r\n")
        return Reply(200, b"x" * size)

    with serving(note) as server, RawClient(server.url) as client, RawClient(server.url) as other:
        client.send(b"GET /burst HTTP/1.1\r\nHost: mock\r\n\r\n" * 300)
        assert other.answer().status == 200
        assert all(client.answer().status == 200 for _ in range(300))
    assert order.index("/other") < 100


def test_a_connection_can_be_taken_over_with_what_has_come_already() -> None:
    taken: list[bytes] = []

    def take(connection: Connection, came: bytes) -> None:
        taken.append(came)
        connection.transport.write(b"taken")
        connection.transport.close()

    def connect(request: Request) -> Reply:
        assert (request.method, request.target) == ("CONNECT", "mock:443")
        return Reply(200, takeover=take)

    with serving(connect) as server, RawClient(server.url) as client:
        client.send(b"CONNECT mock:443 HTTP/1.1\r\nHost: mock:443\r\n\r\n\x16\x03\x01")
        head, _, rest = client.rest().partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Content-Length" not in head
        assert rest == b"taken"
    assert taken == [b"\x16\x03\x01"]

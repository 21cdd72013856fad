"""How long a server waits for a client, and what it does then."""

import pytest

from mock_server.server.background import BackgroundServer
from mock_server.server.draining import sweep
from mock_server.server.options import Options
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.tests.server.answering import slow
from mock_server.tests.server.raw_client import GET, RawClient, connections, hello, serving
from mock_server.tests.server.sleeper import WokenSleeper


def later(server: BackgroundServer, seconds: float) -> None:
    """Let the server see an instant, and then one so many seconds after it."""
    server.call(lambda shared: sweep(shared, shared.loop.time()))
    server.call(lambda shared: sweep(shared, shared.loop.time() + seconds))


def test_an_idle_connection_is_closed_in_time() -> None:
    with serving(hello) as server, RawClient(server.url) as client:
        client.send(GET)
        client.answer()
        later(server, 74)
        client.send(GET)
        client.answer()
        later(server, 76)
        assert client.rest() == b""


def test_a_head_that_does_not_arrive_is_refused_in_time() -> None:
    with serving(hello) as server, RawClient(server.url) as client:
        client.send(GET, GET[:20])
        client.answer()
        later(server, 29)
        assert server.call(connections)[0].reader.open
        later(server, 31)
        assert client.answer().status == 408
        assert client.rest() == b""


def test_a_body_that_does_not_arrive_is_refused_in_time() -> None:
    with serving(hello) as server, RawClient(server.url) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: mock\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
        assert client.answer().status == 100
        later(server, 74)
        assert server.call(connections)[0].reader.open
        later(server, 76)
        assert client.answer().status == 408


def test_a_client_that_never_reads_is_cut_off_in_time() -> None:
    def large(_: Request) -> Reply:
        return Reply(200, b"x" * 20_000_000)

    with serving(large) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.file.readline() == b"HTTP/1.1 200 OK\r\n"
        later(server, 76)
        with pytest.raises(ConnectionResetError):
            client.drain()


def test_an_answer_under_way_is_given_its_time() -> None:
    sleeper = WokenSleeper()
    with serving(slow, Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET)
        sleeper.asleep()
        later(server, 99)
        sleeper.wake(server)
        assert client.answer().body == b"late"

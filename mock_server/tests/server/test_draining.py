import asyncio
import threading

import pytest

from mock_server.server.background import BackgroundServer
from mock_server.server.draining import PARTING
from mock_server.server.options import Options
from mock_server.server.parsing import Limits
from mock_server.server.playing import InPieces
from mock_server.server.reply import Reply, Sending
from mock_server.tests.server.raw_client import GET, RawClient, hello, serving, until
from mock_server.tests.server.sleeper import WokenSleeper


def stopped(server: BackgroundServer) -> threading.Thread:
    """What stops the server, and ends when that has."""
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    return stopping


def test_an_answer_under_way_is_finished_before_the_end() -> None:
    sleeper = WokenSleeper()
    server = BackgroundServer(lambda _: Reply(200, b"late", pause=1), options=Options(sleep=sleeper))
    with RawClient(server.start()) as client:
        client.send(GET)
        sleeper.asleep()
        stopping = stopped(server)
        until(server, lambda shared: shared.stopping)
        with pytest.raises(ConnectionRefusedError):
            RawClient(server.url)
        sleeper.wake(server)
        answered = client.answer()
        assert (answered.body, answered.headers["connection"]) == (b"late", "close")
        stopping.join()


def test_a_dribble_under_way_is_finished_before_the_end() -> None:
    sleeper = WokenSleeper()
    options = Options(sleep=sleeper, limits=Limits(grace_seconds=20))
    server = BackgroundServer(lambda _: Reply(200, b"dribble", wire=InPieces(2, 1)), options=options)
    with RawClient(server.start()) as client:
        client.send(GET)
        sleeper.asleep()
        stopping = stopped(server)
        until(server, lambda shared: shared.stopping)
        sleeper.wake(server)
        sleeper.wake(server)
        assert client.rest().endswith(b"\r\n\r\ndribble")
        stopping.join()


def test_while_it_drains_whoever_comes_is_answered_once_and_whoever_is_idle_is_left_alone() -> None:
    sleeper, left = WokenSleeper(), threading.Event()
    server = BackgroundServer(hello, options=Options(sleep=sleeper, drain_seconds=7, on_stopping=(left.set,)))
    with RawClient(server.start()) as idle:
        idle.send(GET)
        assert idle.answer().headers.get("connection") != "close"
        stopping = stopped(server)
        assert sleeper.asleep() == 7
        assert left.is_set()
        with RawClient(server.url) as late:
            late.send(GET)
            answered = late.answer()
            assert (answered.body, answered.headers["connection"]) == (b"hello", "close")
            assert late.rest() == b""
        idle.send(GET)  # it was not closed under its hands
        answered = idle.answer()
        assert (answered.body, answered.headers["connection"]) == (b"hello", "close")
        sleeper.wake(server)
        assert sleeper.asleep() == PARTING
        sleeper.wake(server)
        stopping.join()
        with pytest.raises(ConnectionRefusedError):
            RawClient(server.url)


def test_while_it_drains_a_connection_stays_that_an_answer_under_way_has_promised_to_keep() -> None:
    sleeper, begun, told = WokenSleeper(), threading.Event(), asyncio.Event()

    class Promised:
        """The head of an answer that keeps the connection, and its end when that is told."""

        async def play(self, sending: Sending) -> None:
            await sending.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
            begun.set()
            await told.wait()
            await sending.send(b"late")
            sending.complete()

        def remains(self, content: bytes) -> bytes:
            return content

    replies = iter((Reply(200, wire=Promised()), Reply(200, b"next")))
    server = BackgroundServer(lambda _: next(replies), options=Options(sleep=sleeper, drain_seconds=7))
    with RawClient(server.start()) as client:
        client.send(GET)
        assert begun.wait(60)
        stopping = stopped(server)
        assert sleeper.asleep() == 7
        server.loop.call_soon_threadsafe(told.set)
        assert client.answer().body == b"late"
        client.send(GET)
        answered = client.answer()
        assert (answered.body, answered.headers["connection"]) == (b"next", "close")
        sleeper.wake(server)
        sleeper.wake(server)
        stopping.join()


def test_an_answer_that_outlasts_the_grace_is_cut_off() -> None:
    sleeper = WokenSleeper()
    options = Options(sleep=sleeper, limits=Limits(grace_seconds=0))
    with serving(lambda _: Reply(200, pause=100), options) as server, RawClient(server.url) as client:
        client.send(GET)
        sleeper.asleep()
        server.stop()
        with pytest.raises(ConnectionResetError):
            client.rest()

"""Replies that are not known yet when their turn comes."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from mock_server.server.reply import Reply, Sending
from mock_server.server.request import Request
from mock_server.tests.server.answering import OLD, Happening, answering, late, next_answer
from mock_server.tests.server.raw_client import GET, RawClient, ask, serving


def test_a_late_reply_without_bytes_is_an_empty_answer() -> None:
    empty = Reply(200, b"", {"X-A": "b"}, later=late(Reply(200, b"", {"X-A": "b"})))
    with serving(answering(empty)) as server, RawClient(server.url) as client:
        client.send(GET)
        answered = client.answer()
        assert (answered.status, answered.headers["content-length"], answered.headers["x-a"]) == (200, "0", "b")
        assert next_answer(client) == b"next"


def failing(message: str) -> Callable[[], Awaitable[Reply]]:
    async def awaited() -> Reply:
        raise ZeroDivisionError(message)

    return awaited


CONFLICT = Reply(408, b"not yet", {"X-A": "b"})


def test_an_awaited_reply_replaces_the_placeholder() -> None:
    waiting = Reply(200, b"placeholder", {"X-Z": "z"}, later=late(CONFLICT))
    with serving(answering(waiting)) as server, RawClient(server.url) as client:
        client.send(GET)
        answered = client.answer()
        assert (answered.status, answered.headers["x-a"], answered.body) == (408, "b", b"not yet")
        assert "x-z" not in answered.headers
        assert next_answer(client) == b"next"


def test_an_awaited_reply_may_have_to_be_awaited_again() -> None:
    waiting = Reply(200, later=late(Reply(200, later=late(CONFLICT))))
    with serving(answering(waiting)) as server:
        assert ask(server.url, GET).status == 408


def test_an_old_client_gets_an_awaited_reply_whole() -> None:
    with serving(answering(Reply(200, later=late(CONFLICT)))) as server, RawClient(server.url) as client:
        client.send(OLD)
        answered = client.answer()
        assert (answered.body, answered.headers["connection"]) == (b"not yet", "keep-alive")
        assert "transfer-encoding" not in answered.headers


def test_work_that_fails_before_the_first_byte_is_an_internal_error(caplog: pytest.LogCaptureFixture) -> None:
    broken = Reply(200, later=failing("the awaited work failed"))
    with serving(answering(broken)) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.answer().status == 500
        assert next_answer(client) == b"next"
    assert "the awaited work failed" in caplog.text


def test_work_that_fails_after_the_first_byte_ends_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    async def play(sending: Sending) -> None:
        await sending.send(b"a")
        raise ZeroDivisionError("the played work failed")

    with serving(answering(Reply(200, wire=Happening(play)))) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.rest() == b"a"
    assert "the played work failed" in caplog.text


def test_a_client_that_leaves_ends_what_it_waits_for() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def wait_for_ever() -> Reply:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Reply(200)

    def waiting(_: Request) -> Reply:
        return Reply(200, later=wait_for_ever)

    with serving(waiting) as server, RawClient(server.url) as client:
        client.send(GET)
        assert begun.wait(20)
        client.reset()
        assert ended.wait(20)

"""Who has gone is waited for no longer; who has only stopped sending is."""

import asyncio
from threading import Event

import pytest

from mock_server.server.options import Options
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.tests.server.raw_client import GET, RawClient, serving, until


class Endless:
    """Answers late, or never: `begun` and `ended` say what became of the wait."""

    def __init__(self) -> None:
        self.begun, self.ended = Event(), Event()
        self.answer_now: asyncio.Future[None] | None = None

    def __call__(self, _: Request) -> Reply:
        return Reply(200, later=self.later)

    async def later(self) -> Reply:
        self.answer_now = asyncio.get_running_loop().create_future()
        self.begun.set()
        try:
            await self.answer_now
        finally:
            self.ended.set()
        return Reply(200, b"at last")


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize("leave", ["reset", "close"])
def test_a_wait_whose_client_has_gone_ends(leave: str) -> None:
    wait = Endless()
    with serving(wait, Options(sleep=at_once)) as server:
        with RawClient(server.url) as client:
            client.send(GET)
            assert wait.begun.wait(60)
            if leave == "reset":
                client.reset()
        assert wait.ended.wait(60)
        until(server, lambda shared: not shared.connections)


def test_a_client_that_only_stops_sending_is_asked_and_gets_its_answer() -> None:
    wait = Endless()
    with serving(wait, Options(sleep=at_once)) as server, RawClient(server.url) as client:
        client.send(GET)
        client.done()
        assert client.answer().status == 102
        assert not wait.ended.is_set()
        assert wait.answer_now is not None
        server.loop.call_soon_threadsafe(wait.answer_now.set_result, None)
        while (answer := client.answer()).status == 102:
            pass
        assert answer.body == b"at last"
        assert client.rest() == b""


def test_an_old_client_that_stops_sending_is_taken_to_have_gone() -> None:
    wait = Endless()
    with serving(wait, Options(sleep=at_once)) as server, RawClient(server.url) as client:
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        client.done()
        assert client.rest() == b""
        assert wait.ended.wait(60)

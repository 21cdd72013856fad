"""Trunks: many questions at once between two processes, each of which hears what came of it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from mock_server.server.options import Options
from mock_server.server.playing import Stream
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Shared, plain
from mock_server.sharing.channels import GRANTED, PeerChannels
from mock_server.sharing.frames import ForwardedRequest, FrameEnd, framed
from mock_server.sharing.membership import Peer
from mock_server.sharing.trunks import ANSWER, LONGEST, TURN, UPGRADE, QuestionEnd, Trunk, TrunkServer


@dataclass
class Ends:
    """Both ends of a trunk; what is parked at the one, and what the other is told."""

    trunk: Trunk
    guest: TrunkServer
    shared: Shared
    parked: list[Reply]
    told: list[tuple[str, QuestionEnd, bytes]] = field(default_factory=list)

    def ask(self, target: str) -> Callable[[], None]:
        question = ForwardedRequest(Request("GET", target, {"host": "x"}))
        return self.trunk.ask(question, lambda outcome, data: self.told.append((target, outcome, data))).cancel

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not done():
                await asyncio.sleep(0)


async def endless() -> AsyncGenerator[bytes, None]:
    yield b"."


def answered(question: ForwardedRequest) -> Reply:
    match question.request.target:
        case "/wrong":
            return Reply(421)
        case "/bug":
            raise RuntimeError("a bug")
        case "/slow":
            return Reply(200, pause=1.0)
        case "/stream":
            return Reply(200, wire=Stream(endless))
        case "/long":
            return Reply(200, b"x" * (LONGEST + 1))
        case target:
            return Reply(200, target.encode())


@asynccontextmanager
async def ends(*, ending: bool = False) -> AsyncGenerator[Ends, None]:
    loop, options, parked = asyncio.get_running_loop(), Options(), list[Reply]()
    shared = Shared(lambda _: Reply(500), plain, options.limits, banner=None, now=lambda: 0.0, sleep=options.sleep)
    shared.stopping = shared.ending = ending

    def park(reply: Reply) -> str:
        parked.append(reply)
        return f"p{len(parked)}"

    ours, theirs = socket.socketpair()
    _, trunk = await loop.create_connection(lambda: Trunk(loop), sock=ours)
    _, guest = await loop.create_connection(lambda: TrunkServer(shared, answered, park), sock=theirs)
    yield Ends(trunk, guest, shared, parked)
    trunk.transport.abort()
    guest.transport.abort()


def on_both(test: Callable[[Ends], Coroutine[Any, Any, None]], *, ending: bool = False) -> None:
    async def run() -> None:
        async with ends(ending=ending) as each:
            await test(each)

    asyncio.run(run())


def test_each_question_has_its_own_answer_however_many_there_are() -> None:
    async def test(both: Ends) -> None:
        asked = [f"/{number}" for number in range(3 * TURN + 1)]
        for target in asked:
            both.ask(target)
        await both.until(lambda: len(both.told) == len(asked))
        for target, outcome, data in both.told:
            assert (outcome, data.partition(b"\r\n\r\n")[2]) == (QuestionEnd.STAYS, target.encode())
        assert [target for target, *_ in both.told] == asked

    on_both(test)


@pytest.mark.parametrize("target", ["/slow", "/stream", "/long"])
def test_what_takes_its_time_keeps_no_other_waiting(target: str) -> None:
    async def test(both: Ends) -> None:
        both.ask(target)
        both.ask("/next")
        await both.until(lambda: len(both.told) == 2)
        assert both.told[0] == (target, QuestionEnd.PARKED, b"p1")
        assert len(both.parked) == 1

    on_both(test)


def test_who_has_nothing_to_do_with_it_says_so() -> None:
    async def test(both: Ends) -> None:
        both.ask("/wrong")
        await both.until(lambda: bool(both.told))
        assert both.told == [("/wrong", QuestionEnd.MISDIRECTED, b"")]

    on_both(test)


def test_a_bug_is_an_answer_and_the_next_question_has_its_own(caplog: pytest.LogCaptureFixture) -> None:
    async def test(both: Ends) -> None:
        both.ask("/bug")
        both.ask("/next")
        await both.until(lambda: len(both.told) == 2)
        assert both.told[0][2].startswith(b"HTTP/1.1 500 ")
        assert both.told[1][2].endswith(b"/next")

    on_both(test)
    assert "a bug" in caplog.text


def test_whoever_waits_hears_that_the_other_has_gone() -> None:
    async def test(both: Ends) -> None:
        both.guest.transport.abort()
        both.ask("/a")
        cancel = both.ask("/b")
        cancel()
        await both.until(lambda: bool(both.told))
        assert both.told == [("/a", QuestionEnd.LOST, b"")]
        assert not both.trunk.open

    on_both(test)


def test_what_nobody_waits_for_any_more_is_told_to_nobody() -> None:
    async def test(both: Ends) -> None:
        cancel = both.ask("/a")
        both.ask("/b")
        cancel()
        await both.until(lambda: bool(both.told))
        assert [target for target, *_ in both.told] == ["/b"]

    on_both(test)


def test_one_that_stops_answers_what_it_was_asked_and_then_the_trunk_ends() -> None:
    async def test(both: Ends) -> None:
        both.shared.stopping = True
        both.guest.leave()
        both.ask("/a")
        await both.until(lambda: not both.shared.connections)
        assert [(target, outcome) for target, outcome, _ in both.told] == [("/a", QuestionEnd.CLOSES)]
        assert not both.trunk.open

    on_both(test)


def test_one_that_comes_while_all_ends_is_let_go_of_at_once() -> None:
    async def test(both: Ends) -> None:
        await both.until(lambda: not both.shared.connections)
        assert not both.trunk.open

    on_both(test, ending=True)


def test_what_the_other_says_at_once_when_it_lets_a_trunk_in_is_heard() -> None:
    async def run(path: str) -> None:
        address = f"unix:{path}"
        left: asyncio.Queue[str] = asyncio.Queue()

        async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked = await reader.readuntil(b"\r\n\r\n")
            trunk = UPGRADE.encode() in asked
            bye = ANSWER.pack(0, QuestionEnd.BYE, 0)
            writer.write(GRANTED + b"\r\n\r\n" + (bye if trunk else framed(FrameEnd.LAST)))
            await reader.read()
            writer.close()
            await writer.wait_closed()
            left.put_nowait("trunk" if trunk else "channel")

        async with await asyncio.start_unix_server(met, path), asyncio.timeout(30):
            channels = PeerChannels("secret")
            channel = await channels.ask(Peer("other", address, 1), ForwardedRequest(Request("GET", "/", {})))
            await channel.answered()
            assert channels.trunk(address) is None
            assert await left.get() == "trunk"
            channels.close()
            assert await left.get() == "channel"

    with TemporaryDirectory() as folder:
        asyncio.run(run(f"{folder}/peer"))

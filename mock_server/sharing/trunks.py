"""Many questions at once on one connection between two processes of a mock: for answers that are there at once.

What takes its time, or is long, is asked for on a channel of its own.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from http import HTTPStatus
from struct import Struct
from typing import cast

from mock_server.server.framing import Framing
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Shared
from mock_server.sharing.frames import ForwardedRequest, packed, unpacked

NUMBER = Struct(">I")  # of a question
ANSWER = Struct(">IBI")  # number of the question, what came of it, and bytes
UPGRADE = "trackflow-mock-trunk"
TURN = 8  # questions answered before others have their turn
LONGEST = 64 * 1024  # bytes of a question or an answer; longer ones would keep the others waiting


class QuestionEnd(IntEnum):
    """What came of a question."""

    STAYS = 0
    """The whole answer, after which the client's connection can be used again."""
    CLOSES = 1
    """The whole answer, after which it ends."""
    PARKED = 2
    """An answer that is to be fetched, under that name."""
    MISDIRECTED = 3
    """It was none of the other's business, and nothing was done."""
    LOST = 4
    """The other process has gone; it may have done what was asked."""
    BYE = 5
    """No outcome: it wants no more questions here."""


# Found once, as most questions end so, and a member takes as long to find as a dictionary to make.
ENDS = tuple(QuestionEnd)
STAYS, CLOSES = QuestionEnd.STAYS, QuestionEnd.CLOSES
MISDIRECTED = HTTPStatus.MISDIRECTED_REQUEST.value

Told = Callable[[QuestionEnd, bytes], None]


@dataclass(slots=True)
class OpenQuestion:
    """A question that somebody waits for."""

    trunk: "Trunk"
    number: int

    def cancel(self) -> None:
        """Nobody does any more."""
        self.trunk.waiting.pop(self.number, None)
        self.trunk.look()


class Trunk(asyncio.Protocol):
    """The asking side."""

    transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.open = True
        """Whether it takes questions."""
        self.waiting: dict[int, Told] = {}
        self._loop = loop
        self._number = 0
        self._out: list[bytes] = []
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def ask(self, question: ForwardedRequest, told: Told) -> OpenQuestion:
        """Ask; `told` hears what comes of it, unless the question is cancelled."""
        number = self._number = self._number % 0xFFFF_FFFF + 1
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(NUMBER.pack(number) + packed(question))
        self.waiting[number] = told
        return OpenQuestion(self, number)

    def data_received(self, data: bytes) -> None:
        came, place = self._came + data, 0
        while len(came) >= (begin := place + ANSWER.size):
            number, outcome, size = ANSWER.unpack_from(came, place)
            end = begin + size
            if len(came) < end:
                break
            told = self.waiting.pop(number, None)
            if told is not None:
                told(ENDS[outcome], came[begin:end])
            elif outcome == QuestionEnd.BYE:
                self.open = False
            place = end
        self._came = came[place:]
        self.look()

    def connection_lost(self, _error: Exception | None) -> None:
        self.open = False
        waiting, self.waiting = self.waiting, {}
        for told in waiting.values():
            told(QuestionEnd.LOST, b"")

    def look(self) -> None:
        """End it once it is to end and nobody waits for anything."""
        if not (self.open or self.waiting):
            self.transport.close()

    def _flush(self) -> None:
        self.transport.write(b"".join(self._out))
        self._out.clear()


class TrunkServer(asyncio.Protocol):
    """The answering side."""

    transport: asyncio.Transport

    def __init__(
        self, shared: Shared, answers: Callable[[ForwardedRequest], Reply], park: Callable[[Reply], str]
    ) -> None:
        """`park` keeps a reply until it is fetched, and returns its name."""
        self._shared = shared
        self._answers = answers
        self._park = park
        self._came = b""
        self._going_on = False

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # as above
        self._shared.connections.add(self)
        if self._shared.ending:
            self.leave()

    def data_received(self, data: bytes) -> None:
        self._came += data
        if not self._going_on:
            self._go_on()

    def connection_lost(self, _error: Exception | None) -> None:
        self._came = b""
        self._shared.forget(self)

    # Called by the server.

    def expire(self, now: float) -> None:
        """Who waits for the clients are the processes that they have reached."""

    def interrupt(self) -> None:
        """No answer here is without an end."""

    def leave(self) -> None:
        self.transport.write(ANSWER.pack(0, QuestionEnd.BYE, 0))

    def reset(self) -> None:
        self.transport.abort()

    def _go_on(self) -> None:
        came, place = self._came, 0
        out: list[bytes] = []
        while len(out) < TURN and (found := unpacked(came, place + NUMBER.size)):
            question, end = found
            outcome, data = self._answered(question)
            out.append(ANSWER.pack(*NUMBER.unpack_from(came, place), outcome, len(data)) + data)
            place = end
        self._came = came[place:]
        if out and not self.transport.is_closing():
            self.transport.write(b"".join(out))
        self._going_on = len(out) == TURN
        if self._going_on:
            self._shared.loop.call_soon(self._go_on)

    def _answered(self, question: ForwardedRequest) -> tuple[QuestionEnd, bytes]:
        request = question.request
        try:
            reply = self._answers(question)
            if reply.status == MISDIRECTED:
                return QuestionEnd.MISDIRECTED, b""
            if reply.slow or len(reply.content) > LONGEST:
                return QuestionEnd.PARKED, self._park(reply).encode()
            return self._whole(reply, request)
        except Exception:  # noqa: BLE001 - an application may fail in any way; `failed` logs it
            return self._whole(self._shared.failed(request), request)

    def _whole(self, reply: Reply, request: Request) -> tuple[QuestionEnd, bytes]:
        framing = Framing(reply, request, keep_alive=request.keep_alive and not self._shared.stopping)
        data = framing.whole(self._shared.common())
        return STAYS if framing.keep_alive else CLOSES, data

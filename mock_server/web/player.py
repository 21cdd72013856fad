"""Plays a script on the event loop: its pauses hold back one connection and nobody else."""

from collections.abc import Callable, Iterable

from mock_server.web.framing import Framing
from mock_server.web.service import Service
from mock_server.web.transport import Answer, Await, Close, Headers, Pause, Reset, Script, Send, Step
from mock_server.web.wire import Wire


class _OverError(Exception):
    """The script has ended the connection."""


class Player:
    """One script under way."""

    def __init__(
        self,
        script: Script,
        opening: tuple[int | str, Headers],
        frame: Callable[[int | str, Headers], Framing],
        wire: Wire,
        service: Service,
    ) -> None:
        self.script = script
        self.opening = opening
        self.frame = frame
        self.framing = frame(*opening)
        self.wire = wire
        self.service = service
        self.opened = False
        self.length: int | None = None
        self.sent = 0

    async def play(self) -> bool:
        """Play to the end; true if the connection can be used again."""
        try:
            await self._perform(self.script.steps)
        except _OverError:
            return False
        ending = b"" if self.opened else self._open()
        if self._chunked:
            ending += b"0\r\n\r\n"
        if ending:
            self.wire.send(ending)
        complete = self.framing.bodiless or self.length is None or self.sent == self.length
        return self.framing.keep_alive and complete

    async def _perform(self, steps: Iterable[Step]) -> None:
        for step in steps:
            match step:
                case Pause(seconds):
                    await self.service.sleep(seconds)
                case Send(data):
                    self._send(data)
                    await self.wire.taken()
                case Answer(status, headers, content):
                    self._answer(self.frame(status, headers), content)
                    await self.wire.taken()
                case Await(start):
                    await self._perform(await start())
                case Reset():
                    self.wire.abort()
                    raise _OverError
                case Close():
                    raise _OverError

    def _send(self, data: bytes) -> None:
        opening = b"" if self.opened else self._open()
        if self.framing.bodiless and not self.script.raw:
            data = b""
        self.sent += len(data)
        if data and self._chunked:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        if opening or data:
            self.wire.send(opening + data)

    def _answer(self, framing: Framing, content: bytes) -> None:
        if self.opened:
            raise RuntimeError("an Answer cannot follow bytes already sent; put it first in the script")
        self.wire.send(framing.whole(content, self.service.common))
        self.framing = framing
        self.opened = True
        self.length = self.sent = 0

    def _open(self) -> bytes:
        self.framing = self.frame(*self.opening)  # again, because the server may have been told to stop meanwhile
        self.opened = True
        if self.script.raw:
            return b""
        self.length = self.framing.declared
        steps = self.script.steps
        if self.length is None and not any(isinstance(step, Await) for step in steps):
            self.length = sum(len(step.data) for step in steps if isinstance(step, Send))
        return self.framing.opening(self.length, self.service.common)

    @property
    def _chunked(self) -> bool:
        return self.length is None and not (self.script.raw or self.framing.bodiless or self.framing.old)

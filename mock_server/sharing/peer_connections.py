"""The answering side: what other processes of the mock ask on behalf of their clients."""

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from secrets import token_hex

from mock_server.server.connection import Connection
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Shared
from mock_server.server.transmission import Line
from mock_server.sharing.channels import PATH, PATIENCE, PeerChannels
from mock_server.sharing.frames import ForwardedRequest, FrameEnd, framed, unpacked
from mock_server.sharing.trunks import UPGRADE, TrunkServer

CHANNEL = "trackflow-mock"
"""What is spoken where nothing else is asked for."""
PARKED = 2 * PATIENCE  # real seconds for a reply that nobody fetches

Answers = Callable[[ForwardedRequest], Reply]


class PeerEndpoint:
    """Where other processes of the mock come in."""

    def __init__(self, channels: PeerChannels, answers: Answers) -> None:
        self._channels = channels
        self._answers = answers
        self._parked: dict[str, Reply] = {}

    def admit(self, request: Request) -> Reply | None:
        """The reply that lets another process ask from here on; None for anybody else."""
        if request.target != PATH or not self._channels.good(request.headers.get("authorization", "")):
            return None
        how = request.headers.get("upgrade", CHANNEL)
        return Reply(HTTPStatus.SWITCHING_PROTOCOLS, headers={"Upgrade": how}, takeover=partial(self._receive, how))

    def fetched(self, name: str) -> Reply:
        """The reply that was parked under that name, which nobody else knows."""
        return self._parked.pop(name, None) or Reply(HTTPStatus.MISDIRECTED_REQUEST)

    def _receive(self, how: str, connection: Connection, came: bytes) -> None:
        shared = connection.shared
        trunk = how == UPGRADE
        guest = (
            TrunkServer(shared, self._answers, partial(self._park, shared))
            if trunk
            else PeerConnection(shared, self._answers)
        )
        connection.transport.set_protocol(guest)
        guest.connection_made(connection.transport)
        if came:
            guest.data_received(came)

    def _park(self, shared: Shared, reply: Reply) -> str:
        """Keep a reply until whoever waits for it fetches it, for a while."""
        name = token_hex(8)
        self._parked[name] = reply
        shared.loop.call_later(PARKED, self._parked.pop, name, None)
        return name


class RelayedLine(Line):
    """The sending half of a connection whose client is another process's: how it ends is told, and happens there."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self.send = self._send
        self._held: bytes | None = None

    def hold(self) -> None:
        """Keep what is sent from now on: an answer that is there at once is one frame."""
        self._held = b""

    def last(self) -> None:
        """The answer is whole."""
        self.transport.write(framed(FrameEnd.LAST, self._held or b""))
        self._held = None

    def flow(self) -> None:
        """Let go what was kept, and all that comes as it comes."""
        held, self._held = self._held, None
        if held:
            self._send(held)

    def close(self) -> None:
        self._end(FrameEnd.CLOSE)

    def reset(self) -> None:
        self._end(FrameEnd.RESET)

    def finish(self, _loop: asyncio.AbstractEventLoop) -> None:
        self._end(FrameEnd.CLOSE)

    def _send(self, data: bytes | bytearray | memoryview) -> None:
        if self._held is None:
            self.transport.write(framed(FrameEnd.MORE, data))
        else:
            self._held += bytes(data)

    def _end(self, kind: FrameEnd) -> None:
        if not self.closing:
            self.closing = True
            self.flow()
            self.transport.write(framed(kind))
            self.transport.close()


class PeerConnection(Connection):
    """One connection from another process: questions one after the other, each answered as if its client were here."""

    line: RelayedLine

    def __init__(self, shared: Shared, answers: Answers) -> None:
        super().__init__(shared)
        self._answers = answers
        self._asked = bytearray()
        self._owing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.line = RelayedLine(self.transport)

    def data_received(self, data: bytes) -> None:
        self._asked += data
        found = unpacked(self._asked)
        if found is None or self.line.closing:
            return
        question, size = found
        del self._asked[:size]
        self._owing = True
        self.application = lambda _: self._answers(question)
        self.line.hold()
        self._take(question.request)
        if self.task is not None:
            self.line.flow()
        self._proceed()

    def eof_received(self) -> bool:
        """Whoever asked has gone."""
        return False

    def expire(self, now: float) -> None:
        """Who waits for the client is the process that it has reached."""

    def _proceed(self) -> None:
        """Say that the answer is whole, once it is; then the next question may come."""
        if self._owing and self.task is None and not self.line.closing:
            self._owing = False
            self.line.last()

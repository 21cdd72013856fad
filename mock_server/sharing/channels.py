"""The asking side: connections to other processes of the mock, each for one question at a time."""

import asyncio
import socket
import ssl
from collections import defaultdict, deque
from contextlib import suppress
from functools import partial
from hmac import compare_digest
from typing import Any, cast
from urllib.parse import urlsplit
from weakref import WeakSet

from mock_server.server.parsing import END
from mock_server.sharing.frames import ForwardedRequest, FrameEnd, frames, packed
from mock_server.sharing.membership import Peer
from mock_server.sharing.trunks import UPGRADE, Trunk

PATH = "/__peer"
UNIX = "unix:"
MOST_HELD = 256 * 1024  # bytes of an answer that wait for a client who reads slowly
GRANTED = b"HTTP/1.1 101 "
PATIENCE = 5.0  # real seconds for another process; it may be taking over many keys


class UnreachableError(Exception):
    """The other process was not asked: it is not there, or takes no questions."""


class MisdirectedError(Exception):
    """The other process was asked, and it was none of its business."""


class LostError(Exception):
    """The other process was asked, and has gone without a whole answer."""


class Channel(asyncio.Protocol):
    """One connection to another process."""

    transport: asyncio.Transport

    def __init__(self, idle: "list[Channel]", heir: asyncio.Protocol | None = None) -> None:
        """`idle` is where it goes when it has brought an answer, until the next question.

        An `heir` has the connection from where the other process takes questions, and all that comes after that.
        """
        self.lost = False
        self._idle = idle
        self._heir = heir
        self._granted = False
        self._buffer = bytearray()
        self._came: deque[tuple[FrameEnd, bytes]] = deque()
        self._held = 0
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._granted:
            end = self._buffer.find(END)
            if end < 0:
                return
            if not self._buffer.startswith(GRANTED):
                self.transport.abort()
                return
            self._granted = True
            del self._buffer[: end + len(END)]
            if self._heir is not None:
                self._leave_to(self._heir)
        for kind, piece in frames(self._buffer):
            self._came.append((kind, piece))
            self._held += len(piece)
        if self._held > MOST_HELD:
            self.transport.pause_reading()
        self._wake()

    def connection_lost(self, _error: Exception | None) -> None:
        self.lost = True
        self._wake()

    async def granted(self) -> None:
        """Wait until the other process takes questions; UnreachableError if it does not."""
        while not self._granted:
            if self.lost:
                raise UnreachableError
            await self._news()

    async def answered(self) -> tuple[FrameEnd, bytes]:
        """The next frame of the answer; LostError if none comes any more."""
        while not self._came:
            if self.lost:
                raise LostError
            await self._news()
        kind, piece = self._came.popleft()
        if self._held > MOST_HELD >= self._held - len(piece) and not self.transport.is_closing():
            self.transport.resume_reading()
        self._held -= len(piece)
        if kind is FrameEnd.LAST:
            self._idle.append(self)
        return kind, piece

    def leave(self) -> None:
        """Nobody waits for the answer any more."""
        self.transport.abort()

    def _leave_to(self, heir: asyncio.Protocol) -> None:
        came, self._buffer = bytes(self._buffer), bytearray()
        self.transport.set_protocol(heir)
        heir.connection_made(self.transport)
        heir.data_received(came)

    async def _news(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class PeerChannels:
    """Channels to all other processes, kept for the next question."""

    def __init__(self, secret: str, context: ssl.SSLContext | None = None) -> None:
        """`secret` is what processes of this mock know; `context` checks who is reached by https."""
        self.patience = PATIENCE
        """Real seconds for another process to take a connection, or to tell its part of a list."""
        self._token = f"Bearer {secret}"
        self._context = context
        self._idle: defaultdict[str, list[Channel]] = defaultdict(list)
        self._open: defaultdict[str, WeakSet[Channel]] = defaultdict(WeakSet)
        self._opening: defaultdict[str, set[asyncio.Timeout]] = defaultdict(set)
        """The patience with those that are not there yet."""
        self._looking: dict[str, asyncio.Task[list[Any]]] = {}
        self._trunks: dict[str, Trunk] = {}
        self._laid: dict[str, asyncio.Task[None]] = {}
        """Those that are about to be there."""

    def good(self, authorization: str) -> bool:
        """Whether that is what another process of this mock says."""
        return compare_digest(authorization.encode("latin-1", "replace"), self._token.encode())

    async def ask(self, peer: Peer, question: ForwardedRequest) -> Channel:
        """The channel that brings the answer; UnreachableError if nobody has heard the question."""
        channel = self._free(peer.address) or await self._opened(peer.address)
        channel.transport.write(packed(question))
        return channel

    def give_up(self, address: str) -> None:
        """Wait for no answer from there any more."""
        for channel in tuple(self._open.pop(address, ())):
            channel.leave()
        for patience in self._opening.pop(address, ()):
            if not patience.expired():
                patience.reschedule(0)
        self._idle.pop(address, None)
        if trunk := self._trunks.pop(address, None):
            trunk.transport.abort()

    def close(self) -> None:
        for trunk in self._trunks.values():
            trunk.transport.abort()
        for channels in self._idle.values():
            for channel in channels:
                channel.transport.abort()
        self._idle.clear()

    def trunk(self, address: str) -> Trunk | None:
        """What leads there for many questions at once, if it is there; it is soon once there is a channel."""
        trunk = self._trunks.get(address)
        if trunk is not None and trunk.open:
            return trunk
        if self._idle[address] and address not in self._laid:
            task = self._laid[address] = asyncio.get_running_loop().create_task(self._lay(address))
            task.add_done_callback(lambda _: self._laid.pop(address))
        return None

    def _free(self, address: str) -> Channel | None:
        channels = self._idle[address]
        while channels:
            channel = channels.pop()
            if not (channel.lost or channel.transport.is_closing()):
                return channel
        return None

    async def _lay(self, address: str) -> None:
        """Open a trunk to there, if it can be had."""
        trunk = Trunk(asyncio.get_running_loop())
        with suppress(UnreachableError):
            await self._opened(address, trunk)
            self._trunks[address] = trunk

    async def _opened(self, address: str, trunk: Trunk | None = None) -> Channel:
        """A channel to there, or what leads to the trunk that is to have the connection."""
        opened: list[Channel] = []
        how = f"Upgrade: {UPGRADE}\r\n" if trunk else ""
        opening, patience = self._opening[address], asyncio.timeout(self.patience)
        try:
            async with patience:
                opening.add(patience)
                channel, host = await self._connected(address, trunk)
                opened.append(channel)
                head = f"GET {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {self._token}\r\n{how}\r\n"
                channel.transport.write(head.encode())
                await channel.granted()
                self._open[address].add(channel)
                return opened.pop()
        except (OSError, TimeoutError) as error:  # of which an SSLError is one
            raise UnreachableError(str(error)) from error
        finally:
            opening.discard(patience)
            for channel in opened:
                channel.leave()

    async def _connected(self, address: str, trunk: Trunk | None) -> tuple[Channel, str]:
        loop, made = asyncio.get_running_loop(), partial(Channel, self._idle[address], trunk)
        if address.startswith(UNIX):
            _, channel = await loop.create_unix_connection(made, address.removeprefix(UNIX))
            return channel, "localhost"
        url = urlsplit(address)
        secure = url.scheme == "https"
        port = url.port or (443 if secure else 80)
        context = (self._context or ssl.create_default_context()) if secure else None
        host = url.hostname or ""
        problem: OSError | None = None
        for each in await self._addresses(host):
            try:
                _, channel = await loop.create_connection(
                    made, each, port, ssl=context, server_hostname=host if secure else None
                )
            except OSError as error:
                problem = problem or error
            else:
                return channel, url.netloc
        raise problem or OSError("the host has no address")

    async def _addresses(self, host: str) -> list[str]:
        """The addresses of a host, looked up once for all that ask meanwhile.

        A look-up cannot be called off, and keeps one of a few threads, for seconds where a machine has gone. It fails
        without a word if nobody waits for it any more, which it would not inside of uvloop's `create_connection`.
        """
        looking = self._looking.get(host)
        if looking is None:
            looked_up = asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
            looking = self._looking[host] = asyncio.ensure_future(looked_up)
            looking.add_done_callback(lambda done: done.cancelled() or done.exception())
            looking.add_done_callback(lambda _: self._looking.pop(host))
        return [str(where[0]) for *_, where in await asyncio.shield(looking)]

"""A client's connection handed to another process of this machine, which goes on with it as its own."""

import asyncio
import logging
import socket
from array import array
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from pathlib import Path

from mock_server.server.connection import Connection
from mock_server.server.reply import Reply, Sending
from mock_server.server.request import Request
from mock_server.server.shared import Shared
from mock_server.sharing.channels import UNIX
from mock_server.sharing.frames import ForwardedRequest, packed, unpacked
from mock_server.sharing.membership import Peer

MOST = 2048  # bytes that go with a socket; a datagram of more is not taken on every system
SOCKETS = ".sockets"

logger = logging.getLogger(__name__)


class Silence:
    """Nothing is sent, and the connection stays open."""

    async def play(self, _sending: Sending) -> None:
        """Send nothing."""

    def remains(self, _content: bytes) -> bytes:
        return b""


SILENT = Silence()


class SocketHandoff:
    """Gives sockets to other processes of this machine, and takes those that they give."""

    def __init__(self, me: Peer) -> None:
        """`me` is reached by a path, beside which there is one for sockets."""
        path = Path(_path(me))
        path.unlink(missing_ok=True)
        self._here = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._here.settimeout(0)
        self._here.bind(str(path))
        self._out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._out.settimeout(0)

    def open(self, shared: Shared) -> None:
        """Take from now on, for that server."""
        shared.loop.add_reader(self._here.fileno(), self._take, shared)

    def close(self, shared: Shared) -> None:
        shared.loop.remove_reader(self._here.fileno())
        self._here.close()
        self._out.close()

    def handing_over(self, peer: Peer, request: Request) -> Reply | None:
        """A reply that leaves the client's connection to the peer, which answers; None where that is not worth it.

        With a connection's first request, and now and then later, as it may have been refused: where a client asks for
        several keys in turn, asking others costs less.
        """
        now_and_then = request.place & (request.place - 1) == 0  # 1, 2, 4, 8 and so on
        if not now_and_then or request.peer.secure or len(request.body) > MOST // 2:
            return None
        return Reply(HTTPStatus.OK, wire=SILENT, takeover=partial(self._leave, peer, request))

    def _leave(self, peer: Peer, request: Request, connection: Connection, came: bytes) -> None:
        """Give the connection away, or go on with it here where that cannot be."""
        transport, further = connection.transport, replace(request, place=request.place + 1)
        if self._give(peer, connection, further, came):
            transport.abort()
            return
        again = AdoptedConnection(connection.shared, further, came)
        again.client_done = connection.client_done
        transport.set_protocol(again)
        again.connection_made(transport)

    def _give(self, peer: Peer, connection: Connection, request: Request, came: bytes) -> bool:
        """Let the peer go on with the connection, from the request on; whether it could be given."""
        data = packed(ForwardedRequest(request)) + came
        if len(data) > MOST or connection.line.unsent or connection.waiting or connection.client_done:
            return False
        client = connection.transport.get_extra_info("socket")
        try:
            # socket.send_fds does the same, but for the address, which it leaves out.
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [client.fileno()]))
            self._out.sendmsg([data], [rights], 0, _path(peer))
        except OSError:  # it is not there, or has too much to do
            return False
        return True

    def _take(self, shared: Shared) -> None:
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(self._here, 2 * MOST, 1)
            except BlockingIOError:
                return
            found = unpacked(data)
            if found and descriptors:
                question, size = found
                client = socket.socket(fileno=descriptors[0])
                shared.keep(shared.loop.create_task(_adopted_connection(shared, client, question.request, data[size:])))


class AdoptedConnection(Connection):
    """A connection that goes on from a request that another has read."""

    def __init__(self, shared: Shared, request: Request, came: bytes) -> None:
        super().__init__(shared, request.peer.host, request.peer.host_port)
        self._begin = request, came

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        request, came = self._begin
        self.reader.done = self.reader.begun = request.place
        self.reader.finished = not request.keep_alive
        self._take(request)
        if came:
            self.data_received(came)


async def _adopted_connection(shared: Shared, client: socket.socket, request: Request, came: bytes) -> None:
    client.settimeout(0)
    try:
        await shared.loop.connect_accepted_socket(lambda: AdoptedConnection(shared, request, came), client)
    except OSError as error:
        logger.warning("a connection that was handed over could not be gone on with: %s", error)
        client.close()


def _path(peer: Peer) -> str:
    return peer.address.removeprefix(UNIX) + SOCKETS

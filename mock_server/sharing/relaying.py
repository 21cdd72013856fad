"""Answers that another process gives: as they come, or whole."""

from dataclasses import dataclass
from http import HTTPStatus

from mock_server.server.parsing import END
from mock_server.server.reply import Reply, Sending
from mock_server.sharing.channels import Channel, LostError, MisdirectedError, PeerChannels
from mock_server.sharing.frames import ForwardedRequest, FrameEnd
from mock_server.sharing.membership import Peer

MISDIRECTED = b"HTTP/1.1 421 "


async def relayed(channels: PeerChannels, peer: Peer, question: ForwardedRequest) -> Reply:
    """The peer's reply, as it comes.

    UnreachableError if it was not asked, MisdirectedError if that was wrong, LostError if it went without a word.
    """
    channel = await channels.ask(peer, question)
    try:
        kind, data = await channel.answered()
        if data.startswith(MISDIRECTED):
            while kind is FrameEnd.MORE:
                kind, _ = await channel.answered()
            raise MisdirectedError
        return Reply(HTTPStatus.OK, wire=RelayedAnswer(channel, kind, data))
    except MisdirectedError:
        raise
    except BaseException:  # its client has gone, or it has gone itself
        channel.leave()
        raise


async def whole(channels: PeerChannels, peer: Peer, question: ForwardedRequest) -> Reply:
    """The peer's reply once all of it is there; errors as above."""
    channel = await channels.ask(peer, question)
    try:
        kind, data = await channel.answered()
        while kind is FrameEnd.MORE:
            kind, more = await channel.answered()
            data += more
    except BaseException:
        channel.leave()
        raise
    if kind is FrameEnd.RESET or END not in data:
        raise LostError
    return read(data)


def read(data: bytes) -> Reply:
    """The reply that these bytes are."""
    head, _, content = data.partition(END)
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    kept = {name: value for name, value in headers.items() if name not in {"Content-Length", "Date", "Connection"}}
    return Reply(int(status.split(" ")[1]), content, kept)


@dataclass(frozen=True, slots=True)
class RelayedAnswer:
    """An answer that another process gives, as it comes."""

    channel: Channel
    kind: FrameEnd
    data: bytes

    async def play(self, sending: Sending) -> None:
        kind, data = self.kind, self.data
        try:
            while True:
                await sending.send(data)
                if kind is not FrameEnd.MORE:
                    break
                kind, data = await self.channel.answered()
        except LostError:
            kind = FrameEnd.RESET
        except BaseException:  # the client has gone
            self.channel.leave()
            raise
        match kind:
            case FrameEnd.LAST:
                sending.complete()
            case FrameEnd.CLOSE:
                sending.close()
            case _:
                sending.reset()

    def remains(self, content: bytes) -> bytes:
        return content

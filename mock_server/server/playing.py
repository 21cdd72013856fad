"""Everything that can happen to a reply on its way to the client: what it is, and how it is brought about."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from mock_server.server.reply import Sending


@dataclass(frozen=True, slots=True)
class InPieces:
    """The body goes out in so many pieces, the last of them when so many seconds are over."""

    pieces: int
    seconds: float

    async def play(self, sending: Sending) -> None:
        head, content = sending.opening()
        await sending.send(head)
        for piece in pieces(content, self.pieces):
            await sending.pause(self.seconds / self.pieces)
            await sending.send(piece)

    def remains(self, content: bytes) -> bytes:
        return content


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection closes after so many bytes of the body, although the head promised all of it."""

    bytes_sent: int

    async def play(self, sending: Sending) -> None:
        head, content = sending.opening()
        await sending.send(head + content[: self.bytes_sent])
        sending.close()

    def remains(self, content: bytes) -> bytes:
        return content[: self.bytes_sent]


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset before the first byte."""

    async def play(self, sending: Sending) -> None:
        sending.reset()

    def remains(self, _content: bytes) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The connection closes before the first byte."""

    async def play(self, sending: Sending) -> None:
        sending.close()

    def remains(self, _content: bytes) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class BrokenChunk:
    """The head announces chunks; these bytes, which are none, come instead, and the connection closes."""

    garbage: bytes

    async def play(self, sending: Sending) -> None:
        await sending.send(sending.chunked())
        await sending.send(self.garbage)
        sending.close()

    def remains(self, _content: bytes) -> bytes:
        return self.garbage


@dataclass(frozen=True, slots=True)
class Noise:
    """These bytes come instead of an HTTP response, and the connection closes."""

    garbage: bytes

    async def play(self, sending: Sending) -> None:
        await sending.send(self.garbage)
        sending.close()

    def remains(self, _content: bytes) -> bytes:
        return self.garbage


@dataclass(frozen=True, slots=True)
class Stream:
    """The body comes in pieces as they are made, until there are no more, the client leaves or the server stops."""

    pieces: Callable[[], AsyncGenerator[bytes, None]]

    async def play(self, sending: Sending) -> None:
        head, wanted = sending.unbounded()
        await sending.send(head)
        if wanted:
            async with aclosing(self.pieces()) as made:
                async for piece in made:
                    await sending.send(piece)

    def remains(self, content: bytes) -> bytes:
        return content


def pieces(content: bytes, number: int) -> Iterator[bytes]:
    """The content in so many pieces, as equal as can be."""
    size, larger = divmod(len(content), number)
    start = 0
    for place in range(number):
        end = start + size + (place < larger)
        yield content[start:end]
        start = end

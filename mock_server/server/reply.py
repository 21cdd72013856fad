"""What is answered, as one value from the handler to the socket."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import field, replace
from types import MappingProxyType
from typing import Any, Protocol, Self

from mock_server.lightweight import lightweight

NOTHING: Mapping[str, str] = MappingProxyType({})


def encode(value: object) -> bytes:
    """JSON as it goes over the wire: UTF-8, no escapes that are not needed, no spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def in_parts(value: Any, depth: int, write: Callable[[Any], bytes] = encode) -> Iterator[bytes]:
    """The value as JSON, what is that deep in it at once: no thread has its turn while a value is encoded."""
    if depth and isinstance(value, (dict, list)) and value:
        opening, closing = (b"{", b"}") if isinstance(value, dict) else (b"[", b"]")
        for place, each in enumerate(value):
            yield b"," if place else opening
            if isinstance(value, dict):
                yield write(each) + b":"
            yield from in_parts(value[each] if isinstance(value, dict) else each, depth - 1, write)
        yield closing
    else:
        yield write(value)


class Sending(Protocol):
    """A reply under way, as far as what happens to it on the wire may know."""

    async def pause(self, seconds: float) -> None:
        """Nothing happens on this connection for so long; others are served meanwhile."""

    async def send(self, data: bytes) -> None:
        """These bytes go out as they are; over once the client takes them."""

    def opening(self) -> tuple[bytes, bytes]:
        """The head of the whole reply, and the body that is to follow it: none after HEAD."""

    def chunked(self) -> bytes:
        """A head that promises chunks instead."""

    def unbounded(self) -> tuple[bytes, bool]:
        """The head of a body that ends with the connection, and whether one is to follow it: none after HEAD."""

    def complete(self) -> None:
        """What was sent was a whole reply, after which the connection can be used again."""

    def reset(self) -> None:
        """The connection ends with RST: the client sees ECONNRESET after what has reached it by then."""

    def close(self) -> None:
        """The connection ends with FIN, whatever a head has promised."""


class Wire(Protocol):
    """Something that can happen to a reply on its way to the client; playing.py has all there is."""

    async def play(self, sending: Sending) -> None:
        """Send the reply as it is to arrive."""

    def remains(self, content: bytes) -> bytes:
        """What arrives of a body where whole answers are all that can be sent, as behind another WSGI server."""


class PendingAnswer(Protocol):
    """An answer that somebody else brings."""

    def cancel(self) -> None:
        """Nobody waits for it any more."""


Deliver = Callable[[bytes, bool], None]
"""Takes all bytes of an answer, and whether the connection outlives it."""
Instead = Callable[["Reply"], None]
"""Takes a reply that is to be sent instead."""


@lightweight
class Reply:
    """One answer, its body already encoded; `pause` is seconds before its first byte."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    wire: Wire | None = None
    """What happens to it on the way; None sends it as it is."""
    also: tuple[tuple[str, str], ...] = ()
    """Headers whose names repeat and that cannot be joined into one, as Set-Cookie."""
    later: "Callable[[], Awaitable[Reply]] | None" = None
    """The reply is not known yet: this runs on the server's event loop and returns it. The rest is a placeholder."""
    still: "Callable[[], Reply | None] | None" = None
    """Asked just before the first byte of a reply that takes its time: what leaves instead, if this one may not."""
    takeover: Callable[[Any, bytes], None] | None = None
    """Whoever takes the Connection over once the head is sent, and what has come after the request."""
    brings: "Callable[[Deliver, Instead], PendingAnswer] | None" = None
    """The quick way to what `later` returns, without a task that waits for it.

    This asks for it. Later, one of the two is called.
    """

    @property
    def slow(self) -> bool:
        """Whether more is to happen than that its bytes are sent."""
        return self.wire is not None or bool(self.pause) or self.later is not None or self.takeover is not None

    @classmethod
    def json(cls, status: int, value: object, headers: Mapping[str, str] = NOTHING) -> Self:
        return cls(status, encode(value), {"Content-Type": "application/json", **headers})

    def then(self, make: "Callable[[Reply], Reply]") -> "Reply":
        """What is made of this reply, also where that is known only later."""
        if self.later is None:
            return make(self)
        wait = self.later

        async def later() -> Reply:
            return (await wait()).then(make)

        return replace(self, later=later, brings=None)

    def value(self) -> Any:
        """The body as JSON, or None where there is none."""
        return json.loads(self.content) if self.content else None

    def with_headers(self, headers: Mapping[str, str]) -> "Reply":
        if not headers:
            return self
        # Field by field, because some do so with every answer, and `replace` takes four times as long.
        return Reply(
            self.status,
            self.content,
            {**self.headers, **headers},
            self.pause,
            self.wire,
            self.also,
            self.later,
            self.still,
            self.takeover,
            self.brings,
        )

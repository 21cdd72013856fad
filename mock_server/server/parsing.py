"""Bytes from a client as whole requests, or as the reason why they are not one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import httptools

from mock_server.server.request import BadHeadError, Endpoints, Refusal, Request, read_head

# Chunk framing may cost this many times the body before it counts as an attack.
FRAMING = 8
CHUNK = 20  # bytes of framing that a chunk may have for nothing: its size in sixteen digits, and two line breaks
# The methods that the parser knows; RFC 9110 section 9.1 lets any token be one.
METHODS = frozenset(
    b"DELETE GET HEAD POST PUT CONNECT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND "
    b"UNBIND ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK "
    b"UNLINK".split()
)
METHOD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})(?: |\Z)")
END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds; past a limit the client gets an answer, then the connection ends."""

    target_bytes: int = 16 * 1024
    head_bytes: int = 32 * 1024
    """Also of a request's trailers and chunk extensions together."""
    body_bytes: int = 1024 * 1024
    large_body_bytes: int = 16 * 1024 * 1024
    large_bodies: frozenset[str] = frozenset()
    """Paths whose bodies may be large."""
    discarded_bytes: int = 64 * 1024 * 1024
    """What is read and thrown away after a refusal, so that a client still sending comes to read the answer."""

    head_seconds: float = 30.0
    """From a request's first byte to the end of its head; what a slow-loris client runs into."""
    body_seconds: float = 75.0
    """From the end of a head to the end of its body."""
    idle_seconds: float = 75.0
    """Between requests."""
    stalled_seconds: float = 75.0
    """For a client to read what it was sent, or to stop sending what was refused."""
    grace_seconds: float = 5.0
    """For answers under way when the server is told to stop."""

    def body(self, path: str) -> int:
        """How long a body sent to that path may be."""
        return self.large_body_bytes if path in self.large_bodies else self.body_bytes


class _RefusedError(Exception):
    """Stops the parser from inside a callback; its arguments are status and reason."""


class Reader:
    """Feeds one connection's bytes to the parser and delivers requests in order, one for each `feed`.

    After a refusal, or a request that does not keep the connection alive, `finished` is true and further
    bytes are ignored. `open` is true inside a request; `begun` and `done` count requests.
    """

    def __init__(
        self, peer: Endpoints, limits: Limits, deliver: Callable[[Request | Refusal], None], expects: Callable[[], None]
    ) -> None:
        self.peer = peer
        self.limits = limits
        self.deliver = deliver
        self.expects = expects
        self.parser = httptools.HttpRequestParser(self)
        self.begun = 0
        self.done = 0
        self.finished = False
        self._clear()

    def _clear(self) -> None:
        self.open = False
        self.upgrading = False
        self.keep_alive = False
        self.method: str | None = None
        self.target = b""
        self.fields: list[tuple[bytes, bytes]] = []
        self.request: Request | None = None
        self.body: list[bytes] = []
        self.size = 0
        self.most = self.limits.body_bytes
        self.early = b""  # of a method that is not whole yet
        self.last = b""  # the three bytes before, in which an end may have begun
        self.wire = 0
        self.coded = 0  # bytes after the head, with what frames the body
        self.chunks = 0

    def feed(self, data: bytes) -> bytes:
        """Take bytes up to the end of one request, which is delivered before this returns; what is left comes back."""
        done = self.done
        while data and not self.finished and done == self.done:
            if self.early or not self.open:
                data = self._begin(data)
                if not data:
                    break
            cut = self._end(data)
            if cut < len(data):
                self._parse(data[:cut])
                data = data[cut:]
            else:
                self._parse(data)
                data = b""
        return b"" if self.finished else data

    def end(self) -> None:
        """The client sends no more; a request cut short is refused."""
        if self.open and not self.finished:
            self._give_up(400, "The request ended before it was complete.")

    def time_out(self) -> None:
        """The request under way has taken too long and is refused."""
        self._give_up(408, "The request took too long to arrive.")

    # Where a request begins and ends.

    def _begin(self, data: bytes) -> bytes:
        """A request's first bytes, with GET for a method that the parser does not know; none if more must come."""
        space = data.find(b" ")
        if space > 0 and data[:space] in METHODS and not self.early:
            return data
        data = (self.early + data).lstrip(b"\r\n")
        self.early = b""
        match = METHOD.match(data)
        if match is None:
            return data  # the parser says what is wrong with it
        if match.end() == match.end(1):
            self.early = data
            if not self.open:
                self._open()
            return b""
        if match[1] in METHODS:
            return data
        self.method = match[1].decode("ascii")
        return b"GET" + data[match.end(1) :]

    def _end(self, data: bytes) -> int:
        """How much of the data to parse at once: no more than up to where a request may end."""
        request = self.request
        if request is not None and "transfer-encoding" not in request.headers:
            return max(1, request.length() - self.size)
        found = data.find(END) if not self.last else (self.last + data).find(END) - len(self.last)
        return found + len(END) if found + len(self.last) >= 0 else len(data)

    def _parse(self, data: bytes) -> None:
        fresh = not self.open
        if not fresh:
            self.wire += len(data)
        if self.request is not None:
            self.coded += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline(data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, _RefusedError):
                raise
            self._give_up(*error.__context__.args)
        except httptools.HttpParserError as error:
            if not self.finished:  # after `Connection: close` whatever follows is not ours to judge
                self._give_up(400, f"The request is not valid HTTP/1.1: {error}{_mended(data)}.")
        else:
            if self.open:
                self.last = (self.last + data)[-3:]
                if not fresh:
                    self._measure()

    # Called by the parser.

    def on_message_begin(self) -> None:
        if not self.open:
            self._open()

    def on_url(self, part: bytes) -> None:
        self.target += part
        if len(self.target) > self.limits.target_bytes:
            self._refuse(414, f"The request target is longer than {self.limits.target_bytes} bytes.")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.request is None:  # nobody asks for trailers
            self.fields.append((name, value))

    def on_headers_complete(self) -> None:
        if self.request is not None:  # the second reading of a head whose upgrade was declined
            return
        parser, limits = self.parser, self.limits
        self.keep_alive = parser.should_keep_alive()
        if self.wire and sum(len(name) + len(value) for name, value in self.fields) > limits.head_bytes:
            self._refuse(*self._long_head())
        method = self.method or parser.get_method().decode("ascii")
        try:
            request = read_head(method, self.target, parser.get_http_version(), self.fields, self.peer)
        except BadHeadError as error:
            self._refuse(400, str(error))
        request.keep_alive = self.keep_alive
        self.request = request
        self.last = b""
        self.upgrading = parser.should_upgrade()
        headers = request.headers
        if "content-length" in headers or "transfer-encoding" in headers:
            self.most = limits.body(request.path)
            if request.length() > self.most:
                self._refuse(*self._long_body())
            if not request.old and headers.get("expect", "").lower() == "100-continue":
                self.expects()

    def on_chunk_header(self) -> None:
        self.chunks += 1

    def on_body(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > self.most:
            self._refuse(*self._long_body())
        self.body.append(part)

    def on_message_complete(self) -> None:
        request = self.request
        if self.upgrading or request is None:
            return
        if self._overframed():
            self._refuse(*self._long_framing())
        body = self.body
        if body:
            request.body = body[0] if len(body) == 1 else b"".join(body)
        self.finished = not request.keep_alive
        self.done = request.place = self.done + 1
        self._clear()
        self.deliver(request)

    # Detours.

    def _open(self) -> None:
        self.open = True
        self.begun += 1

    def _decline(self, rest: bytes) -> None:
        """Read on below a head that frames the request the same and does not ask for an upgrade.

        A server may ignore Upgrade (RFC 9110 section 7.8), and clients that try HTTP/2 first count on that; the
        parser, though, reads no body after it.
        """
        request = self.request
        if request is None:
            return
        self.parser = httptools.HttpRequestParser(self)
        self.upgrading = False
        lines = ["POST / HTTP/1.1"]
        framing = ("content-length", "transfer-encoding")
        lines += [f"{name}: {request.headers[name]}" for name in framing if name in request.headers]
        if not self.keep_alive:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.coded -= len(head)
        self._parse(head + rest)

    def _measure(self) -> None:
        """Give up on a message that outgrows its limits without coming to an end."""
        if self.request is None:
            if self.wire > self.limits.head_bytes:
                self._give_up(*self._long_head())
        elif self.wire > self.limits.head_bytes + FRAMING * self.most:
            self._give_up(*self._long_body())
        elif self._overframed():
            self._give_up(*self._long_framing())

    def _overframed(self) -> bool:
        """Whether more comes with the body's chunks than a head may have."""
        return self.coded - self.size > self.limits.head_bytes + CHUNK * self.chunks

    def _long_head(self) -> tuple[int, str]:
        return 431, f"The request head is longer than {self.limits.head_bytes} bytes."

    def _long_body(self) -> tuple[int, str]:
        return 413, f"The request body is longer than {self.most} bytes."

    def _long_framing(self) -> tuple[int, str]:
        return 431, f"The trailers and the chunks' extensions are longer than {self.limits.head_bytes} bytes together."

    def _refuse(self, status: int, reason: str) -> NoReturn:
        raise _RefusedError(status, reason)

    def _give_up(self, status: int, reason: str) -> None:
        request = self.request
        self.finished = True
        self._clear()
        self.deliver(Refusal(status, reason, request))


def _mended(data: bytes) -> str:
    """What to write in place of what no target may have, if the request line has such."""
    target = data.partition(b"\r\n")[0].partition(b" ")[2].rpartition(b" HTTP/")[0]
    unfit = next((byte for byte in target if not 0x20 < byte < 0x7F), None)
    return "" if unfit is None else f"; byte 0x{unfit:02x} of the target is written %{unfit:02X}"

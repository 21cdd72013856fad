"""Bytes from a client as whole requests, or as the reason why they are not one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NoReturn

import httptools

from mock_server.web.environ import BODY, BadHeadError, Environ, Fields, fill
from mock_server.web.limits import Limits

# The parser knows only registered methods; RFC 9110 section 9.1 lets any token be one, and answers it with 405.
ANY_METHOD = re.compile(rb"(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) [^ \r\n]+ HTTP/1\.[01]\r\n")
# Chunk framing may cost this many times the body before it counts as an attack.
FRAMING = 8


@dataclass(slots=True)
class Request:
    """One request, read to its end."""

    environ: Environ
    keep_alive: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why what the client sent is not served; the environ is there if the head could be read."""

    status: int
    reason: str
    environ: Environ | None


class _RefusedError(Exception):
    """Stops the parser from inside a callback; `Reader.reason` says why."""


class Reader:
    """Feeds one connection's bytes to the parser and delivers requests in order.

    After a refusal, or a request that does not keep the connection alive, `finished` is true and further
    bytes are ignored.
    """

    __slots__ = (
        "base",
        "begun",
        "body",
        "deliver",
        "done",
        "environ",
        "expects",
        "fields",
        "finished",
        "keep_alive",
        "limits",
        "method",
        "open",
        "parser",
        "peer",
        "reason",
        "size",
        "target",
        "upgrading",
        "wire",
    )

    def __init__(
        self,
        base: Mapping[str, Any],
        limits: Limits,
        peer: tuple[str, str],
        deliver: Callable[[Request | Refusal], None],
        expects: Callable[[], None],
    ) -> None:
        self.base = base
        self.limits = limits
        self.peer = peer
        self.deliver = deliver
        self.expects = expects
        self.parser = httptools.HttpRequestParser(self)
        self.begun = 0
        self.done = 0
        self.finished = False
        self.reason = (400, "")
        self._clear()

    def _clear(self) -> None:
        self.open = False
        self.upgrading = False
        self.keep_alive = False
        self.method: str | None = None
        self.target = b""
        self.fields: Fields = []
        self.environ: Environ | None = None
        self.body: list[bytes] = []
        self.size = 0
        self.wire = 0

    def feed(self, data: bytes) -> None:
        """Take some bytes; requests are delivered and refusals found before this returns."""
        while data and not self.finished:
            data = self._fed(data)

    def _fed(self, data: bytes) -> bytes:
        """Parse; what comes back is to be parsed again, by a parser that will not stumble over it."""
        done, fresh = self.done, not self.open
        if not fresh:
            self.wire += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return self._declined(data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, _RefusedError):
                raise
            self._give_up()
        except httptools.HttpParserError as error:
            if fresh and done == self.done and self.environ is None:
                renamed = self._renamed(data)
                if renamed:
                    return renamed
            if not self.finished:  # after `Connection: close` whatever follows is not ours to judge
                self.reason = (400, f"The request is not valid HTTP/1.1: {error}.")
                self._give_up()
        else:
            if self.open and self.wire:
                self._measure()
        return b""

    def end(self) -> None:
        """The client sends no more; a request cut short is refused."""
        if self.open and not self.finished:
            self.reason = (400, "The request ended before it was complete.")
            self._give_up()

    def time_out(self) -> None:
        """The request under way has taken too long and is refused."""
        self.reason = (408, "The request took too long to arrive.")
        self._give_up()

    # Called by the parser.

    def on_message_begin(self) -> None:
        self.open = True
        self.begun += 1

    def on_url(self, part: bytes) -> None:
        self.target += part
        if len(self.target) > self.limits.target_bytes:
            self._refuse(414, f"The request target is longer than {self.limits.target_bytes} bytes.")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name, value))

    def on_headers_complete(self) -> None:
        if self.environ is not None:  # the second reading of a head whose upgrade was declined
            return
        parser = self.parser
        version = parser.get_http_version()
        method = self.method or parser.get_method().decode("ascii")
        self.keep_alive = parser.should_keep_alive()
        if self.wire and sum(len(name) + len(value) for name, value in self.fields) > self.limits.head_bytes:
            self._refuse(*self._long_head())
        if version not in {"1.1", "1.0"}:
            self._refuse(400, f"HTTP/{version} is not spoken here; use HTTP/1.1.")
        environ = {**self.base, "REMOTE_ADDR": self.peer[0], "REMOTE_PORT": self.peer[1]}
        try:
            fill(environ, method, self.target, version, self.fields)
        except BadHeadError as error:
            self._refuse(400, str(error))
        self.environ = environ
        if "HTTP_TRANSFER_ENCODING" in environ:
            if version == "1.0":  # RFC 9112 section 6.1: the framing of such a message cannot be trusted
                self._refuse(400, "An HTTP/1.0 request has no Transfer-Encoding; use Content-Length.")
        elif "CONTENT_LENGTH" not in environ:
            self.upgrading = parser.should_upgrade()
            return
        elif int(environ["CONTENT_LENGTH"]) > self.limits.body_bytes:
            self._refuse(*self._long_body())
        self.upgrading = parser.should_upgrade()
        if version == "1.1" and environ.get("HTTP_EXPECT", "").lower() == "100-continue":
            self.expects()

    def on_body(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > self.limits.body_bytes:
            self._refuse(*self._long_body())
        self.body.append(part)

    def on_message_complete(self) -> None:
        environ = self.environ
        if self.upgrading or environ is None:
            return
        body = self.body
        environ[BODY] = content = body[0] if len(body) == 1 else b"".join(body)
        environ["wsgi.input"] = BytesIO(content)
        keep_alive = self.keep_alive
        self.finished = not keep_alive
        self.done += 1
        self._clear()
        self.deliver(Request(environ, keep_alive))

    # Odd requests.

    def _measure(self) -> None:
        """Give up on a message that outgrows its limits without coming to an end."""
        limits = self.limits
        if self.environ is None:
            if self.wire > limits.head_bytes:
                self.reason = self._long_head()
                self._give_up()
        elif self.wire > limits.head_bytes + FRAMING * limits.body_bytes:
            self.reason = self._long_body()
            self._give_up()

    def _declined(self, rest: bytes) -> bytes:
        """The bytes after a head that asked for an upgrade, below one that does not (RFC 9110 section 7.8)."""
        if self.environ is None:
            return b""
        lines = ["POST / HTTP/1.1"]
        for name, key in (("Content-Length", "CONTENT_LENGTH"), ("Transfer-Encoding", "HTTP_TRANSFER_ENCODING")):
            if key in self.environ:
                lines.append(f"{name}: {self.environ[key]}")
        if not self.keep_alive:
            lines.append("Connection: close")
        self._start_over()
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + rest

    def _renamed(self, data: bytes) -> bytes:
        """The same request with a method the parser knows; nothing if its method is not what it stumbled over."""
        match = ANY_METHOD.match(data)
        if match is None or self.method is not None:
            return b""
        self._start_over()
        self.method = match[1].decode("ascii")
        return b"GET" + data[match.end(1) :]

    def _start_over(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self.open = False
        self.upgrading = False
        self.target = b""
        self.fields = []

    def _long_head(self) -> tuple[int, str]:
        return 431, f"The request head is longer than {self.limits.head_bytes} bytes."

    def _long_body(self) -> tuple[int, str]:
        return 413, f"The request body is longer than {self.limits.body_bytes} bytes."

    def _refuse(self, status: int, reason: str) -> NoReturn:
        self.reason = (status, reason)
        raise _RefusedError

    def _give_up(self) -> None:
        environ, (status, reason) = self.environ, self.reason
        self.finished = True
        self._clear()
        self.deliver(Refusal(status, reason, environ))

"""Bytes from a client as whole requests, or as the reason why they are not one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NoReturn

import httptools

from mock_server.web.environ import BODY, BadHeadError, Environ, Fields, fill
from mock_server.web.limits import Limits
from mock_server.web.second_reading import declined, renamed

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
    """Stops the parser from inside a callback; its arguments are status and reason."""


class Reader:
    """Feeds one connection's bytes to the parser and delivers requests in order.

    After a refusal, or a request that does not keep the connection alive, `finished` is true and further
    bytes are ignored. `open` is true inside a request; `begun` and `done` count requests.
    """

    def __init__(
        self,
        base: Mapping[str, Any],
        limits: Limits,
        deliver: Callable[[Request | Refusal], None],
        expects: Callable[[], None],
    ) -> None:
        self.base = base
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
        self.fields: Fields = []
        self.environ: Environ | None = None
        self.body: list[bytes] = []
        self.size = 0
        self.most = self.limits.body_bytes
        self.wire = 0

    def feed(self, data: bytes) -> None:
        """Take some bytes; requests are delivered and refusals found before this returns."""
        while data and not self.finished:
            data = self._fed(data)

    def end(self) -> None:
        """The client sends no more; a request cut short is refused."""
        if self.open and not self.finished:
            self._give_up(400, "The request ended before it was complete.")

    def time_out(self) -> None:
        """The request under way has taken too long and is refused."""
        self._give_up(408, "The request took too long to arrive.")

    def _fed(self, data: bytes) -> bytes:
        """Parse; what comes back is to be parsed again, by a new parser that will not stumble over it."""
        done, fresh = self.done, not self.open
        if not fresh:
            self.wire += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return self._without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, _RefusedError):
                raise
            self._give_up(*error.__context__.args)
        except httptools.HttpParserError as error:
            if fresh and done == self.done and self.environ is None and self.method is None:
                again = renamed(data)
                if again is not None:
                    self._start_over()
                    self.method, data = again
                    return data
            if not self.finished:  # after `Connection: close` whatever follows is not ours to judge
                self._give_up(400, f"The request is not valid HTTP/1.1: {error}.")
        else:
            if self.open and self.wire:
                self._measure()
        return b""

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
        parser, limits = self.parser, self.limits
        self.keep_alive = parser.should_keep_alive()
        if self.wire and sum(len(name) + len(value) for name, value in self.fields) > limits.head_bytes:
            self._refuse(*self._long_head())
        environ = dict(self.base)
        method = self.method or parser.get_method().decode("ascii")
        try:
            fill(environ, method, self.target, parser.get_http_version(), self.fields)
        except BadHeadError as error:
            self._refuse(400, str(error))
        self.environ = environ
        self.upgrading = parser.should_upgrade()
        if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            self.most = limits.body(environ["PATH_INFO"])
            if int(environ.get("CONTENT_LENGTH", 0)) > self.most:
                self._refuse(*self._long_body())
            if environ.get("HTTP_EXPECT", "").lower() == "100-continue" and environ["SERVER_PROTOCOL"] == "HTTP/1.1":
                self.expects()

    def on_body(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > self.most:
            self._refuse(*self._long_body())
        self.body.append(part)

    def on_message_complete(self) -> None:
        environ = self.environ
        if self.upgrading or environ is None:
            return
        body = self.body
        environ[BODY] = content = body[0] if len(body) == 1 else b"".join(body)
        environ["wsgi.input"] = BytesIO(content)
        request = Request(environ, self.keep_alive)
        self.finished = not request.keep_alive
        self.done += 1
        self._clear()
        self.deliver(request)

    # Detours.

    def _without_upgrade(self, rest: bytes) -> bytes:
        if self.environ is None:
            return b""
        self._start_over()
        return declined(self.environ, rest, keep_alive=self.keep_alive)

    def _start_over(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self.open = False
        self.upgrading = False
        self.target = b""
        self.fields = []

    def _measure(self) -> None:
        """Give up on a message that outgrows its limits without coming to an end."""
        if self.environ is None:
            if self.wire > self.limits.head_bytes:
                self._give_up(*self._long_head())
        elif self.wire > self.limits.head_bytes + FRAMING * self.most:
            self._give_up(*self._long_body())

    def _long_head(self) -> tuple[int, str]:
        return 431, f"The request head is longer than {self.limits.head_bytes} bytes."

    def _long_body(self) -> tuple[int, str]:
        return 413, f"The request body is longer than {self.most} bytes."

    def _refuse(self, status: int, reason: str) -> NoReturn:
        raise _RefusedError(status, reason)

    def _give_up(self, status: int, reason: str) -> None:
        environ = self.environ
        self.finished = True
        self._clear()
        self.deliver(Refusal(status, reason, environ))

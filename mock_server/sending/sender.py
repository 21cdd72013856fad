"""The sender: takes one delivery to its receiver on the event loop, and tells what came back."""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from http import HTTPStatus
from time import perf_counter
from typing import Any, cast
from urllib.parse import unquote

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from mock_server.sending.address import Address, ReceiverAnswer, why_not_connected
from mock_server.sending.allowed import AllowedHosts, HostNotAllowedError

MOST_OF_AN_ANSWER = 8192  # bytes of a body that are read and kept
MOST_OF_A_HEAD = 65_536
BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Sender:
    """Posts, each on a connection of its own, and never follows a redirect."""

    def __init__(
        self,
        reach: AllowedHosts,
        timeout: float,
        control: str = "/__admin",
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        """`timeout` is real seconds for everything, from the look-up of the name to the end of the answer.

        `control` is where the mock's own control plane is, which no delivery reaches.
        """
        self._reach = reach
        self._control = control
        self._own_ports: frozenset[int] = frozenset()
        self._timeout = timeout
        self._timer = timer  # event loops count in milliseconds, which is how long a receiver may take

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def listens_at(self, ports: Collection[int]) -> None:
        """These are the mock's own ports."""
        self._own_ports = frozenset(ports)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> ReceiverAnswer:
        """The receiver's answer, or why there is none; HostNotAllowedError for a host that nobody allowed."""
        loop = asyncio.get_running_loop()
        started = self._timer()

        def failed(problem: str, *, reached: bool = True, late: bool = False) -> ReceiverAnswer:
            return ReceiverAnswer(self._timer() - started, problem=problem, reached=reached, late=late)

        reader: _Reader | None = None
        try:
            address = Address(url)
            async with asyncio.timeout(self._timeout):
                reader = await self._connected(loop, address, request(address, headers, body))
                await reader.done
        except TimeoutError:
            return failed(f"no answer within {self._timeout:g} s", reached=reader is not None, late=True)
        except (OSError, ValueError) as error:
            if reader is None:
                secure = url[:5].lower() == "https"
                return failed(f"no connection: {why_not_connected(error, secure=secure)}", reached=False)
            return failed(why_not_connected(error, secure=False))
        finally:
            if reader is not None:
                reader.hang_up()
        return reader.answer(self._timer() - started)

    async def _connected(self, loop: asyncio.AbstractEventLoop, address: Address, data: bytes) -> "_Reader":
        """A reader on a connection to the first of the host's addresses that takes one, the request sent."""
        addresses = await self._reach.addresses(address.host)
        if address.port in self._own_ports and _below(address.target, self._control) and any(map(_is_here, addresses)):
            raise HostNotAllowedError(
                f"{address.url[:200]} is this mock's own control plane, which no webhook may reach"
            )
        problem: OSError | None = None
        secure: dict[str, Any] = {"ssl": self._tls, "server_hostname": address.host} if address.secure else {}
        for each in addresses:
            try:
                _, reader = await loop.create_connection(lambda: _Reader(loop, data), each, address.port, **secure)
            except OSError as error:
                problem = problem or error
            else:
                return reader
        raise problem or OSError("the host has no address")


def request(address: Address, headers: Mapping[str, str], body: bytes) -> bytes:
    """The whole request; the connection is not used again. ValueError for what would be no request, or several."""
    for text in (address.authority, *headers.keys(), *headers.values()):
        if BREAKS.search(text):
            raise ValueError(f"{text[:80]!r} has a control character, which no header may have")
    lines = [f"POST {address.target} HTTP/1.1", f"Host: {address.authority}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def _below(target: str, prefix: str) -> bool:
    """Whether a path, however it is escaped, begins so."""
    path = target.partition("?")[0]
    return any(
        each.lstrip("/").startswith(prefix.lstrip("/")) for each in (path, unquote(path), unquote(unquote(path)))
    )


def _is_here(address: str) -> bool:
    """Whether an address is one of this machine's."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


class _Reader(asyncio.Protocol):
    """Sends a request when it is connected, and gathers the answer."""

    def __init__(self, loop: asyncio.AbstractEventLoop, data: bytes) -> None:
        self.done: asyncio.Future[None] = loop.create_future()
        self._data = data
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._reason = b""
        self._headers: dict[str, str] = {}
        self._body = b""
        self._size = 0
        self._headed = False
        self._status = 0

    def answer(self, seconds: float) -> ReceiverAnswer:
        return ReceiverAnswer(
            seconds, self._status, self._reason.decode("latin-1"), self._headers, self._body[:MOST_OF_AN_ANSWER]
        )

    def hang_up(self) -> None:
        """End the connection, abruptly where the answer is not complete."""
        if self._transport is None:
            return
        if self.done.done() and not self.done.cancelled() and self.done.exception() is None:
            self._transport.close()
        else:
            self._transport.abort()

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._data)

    def data_received(self, data: bytes) -> None:
        if self.done.done():
            return
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:  # 101, which nobody asked for; what follows it is no HTTP
            self.on_message_complete()
        except HttpParserError as error:
            self._fail(f"the answer is not HTTP: {error}")
        if not self._headed and self._size > MOST_OF_A_HEAD:
            self._fail(f"the answer's head is longer than {MOST_OF_A_HEAD} bytes")

    def connection_lost(self, error: Exception | None) -> None:
        if self.done.done():
            return
        lengths = self._headers.keys() & {"content-length", "transfer-encoding"}
        if self._headed and not lengths and error is None:
            self.done.set_result(None)  # RFC 9112 section 6.3: such a body ends with the connection
        else:
            self._fail("the connection was closed in the middle of the answer" if self._size else "no answer came")

    # What the parser calls; once the first answer is complete, whatever follows it is nobody's.

    def on_status(self, reason: bytes) -> None:
        if not self.done.done():
            self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.done.done():
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if not self.done.done():
            self._status = self._parser.get_status_code()
            self._headed = self._status >= HTTPStatus.OK or self._status == HTTPStatus.SWITCHING_PROTOCOLS

    def on_body(self, data: bytes) -> None:
        if self.done.done():
            return
        self._body += data
        if len(self._body) >= MOST_OF_AN_ANSWER:
            self.done.set_result(None)

    def on_message_complete(self) -> None:
        if self.done.done():
            return
        if self._headed:
            self.done.set_result(None)
        else:  # 100 Continue and its like come before the answer (RFC 9110 section 15.2)
            self._reason, self._headers = b"", {}

    def _fail(self, problem: str) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError(problem))
            self.done.exception()  # a caller that has given up does not miss it

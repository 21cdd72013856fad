"""What a client hears that takes the mock for its proxy."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from mock_server.proxy.passing import Passed, question, tunnel
from mock_server.proxy.upstream import PORTS, Line, UnreachableHostError, Upstream
from mock_server.server.connection import Connection
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.server.tls import Secure, secure_line

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """The host and port that the mock stands in for."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Proxy:
    """Answers CONNECT for the site with the mock itself; other hosts are passed on to, or refused in plain words.

    Only for a server that nobody but this machine reaches: whoever makes one sees to that.
    """

    def __init__(
        self,
        answer: Application,
        site: Site,
        secure: Callable[[], Secure],
        others: Upstream | None,
        refusal: str,
    ) -> None:
        """`secure` makes TLS when it is first needed; `others` is the way to other hosts, None to refuse them.

        `refusal` says why that is so, and what to do.
        """
        self._answer = answer
        self._site = site
        self._secure = secure
        self._others = others
        self._refusal = refusal
        self._refused: set[str] = set()

    def answer(self, request: Request) -> Reply:
        if request.method == "CONNECT":
            return self._connect(request)
        if request.scheme and not self._is_ours(request):
            return self._pass(request)
        return self._answer(request)

    def _connect(self, request: Request) -> Reply:
        host, port = _split(request.target, 0)
        if not host or not port:
            return _told(
                HTTPStatus.BAD_REQUEST, f"CONNECT names host and port, like {self._site}; this was {request.target!r}"
            )
        if (host, port) == (self._site.host, self._site.port):
            return self._secured(request)
        if self._others is None:
            return self._refuse(f"{host}:{port}")
        others = self._others
        return Reply(HTTPStatus.OK, later=lambda: _tunnelled(others.tunnel(host, port)))

    def _secured(self, request: Request) -> Reply:
        try:
            secure = self._secure()
        except Exception as error:  # noqa: BLE001 - a missing package, an unreadable folder: told to the client
            logger.warning("CONNECT %s: %s", self._site, error)
            return _told(HTTPStatus.BAD_GATEWAY, str(error))
        agent = request.headers.get("user-agent", "")

        def take(connection: Connection, came: bytes) -> None:
            if came:
                logger.warning("%s sent bytes before its CONNECT was granted; it is cut off", agent or "a client")
                connection.transport.close()
                return
            inner = Connection(connection.shared, self._site.host, self._site.port)
            secure_line(connection.transport, inner, secure, agent)

        return Reply(HTTPStatus.OK, takeover=take)

    def _is_ours(self, request: Request) -> bool:
        host, port = _split(request.headers.get("host", ""), PORTS.get(request.scheme, 0))
        reached = request.peer
        return host == self._site.host or (host in {"localhost", "127.0.0.1", "::1"} and port == reached.host_port)

    def _pass(self, request: Request) -> Reply:
        host, port = _split(request.headers["host"], PORTS.get(request.scheme, 0))
        if request.scheme not in PORTS or not host:
            return _told(HTTPStatus.BAD_REQUEST, f"{request.scheme}://{request.headers['host']} is not http or https")
        if self._others is None:
            return self._refuse(f"{host}:{port}")
        others, secure = self._others, request.scheme == "https"
        proxy = None if secure else others.proxy("http", host)
        if proxy is not None:
            asked = question(request, f"http://{request.headers['host']}{request.target}", proxy.headers())
            return Reply(HTTPStatus.OK, wire=Passed(lambda: others.through(proxy), asked, _unreachable))
        asked = question(request, request.target, {})
        opened = partial(others.tunnel, host, port, secure=True) if secure else partial(others.direct, host, port)
        return Reply(HTTPStatus.OK, wire=Passed(opened, asked, _unreachable))

    def _refuse(self, authority: str) -> Reply:
        text = f"{authority} is another host. {self._refusal}"
        if authority not in self._refused:  # once for each is enough
            self._refused.add(authority)
            logger.warning("proxy: %s", text)
        return _told(HTTPStatus.FORBIDDEN, text)


async def _tunnelled(opening: Awaitable[Line]) -> Reply:
    try:
        return Reply(HTTPStatus.OK, takeover=tunnel(await opening))
    except UnreachableHostError as error:
        return _unreachable(error)


def _unreachable(error: Exception) -> Reply:
    return _told(HTTPStatus.BAD_GATEWAY, str(error))


def _told(status: HTTPStatus, text: str) -> Reply:
    return Reply(status, f"{text}\n".encode(), {"Content-Type": "text/plain; charset=utf-8"})


def _split(authority: str, default: int) -> tuple[str, int]:
    """Host and port of an authority, without brackets and in lower case; an empty host for what is none."""
    host, separator, port = authority.rpartition(":")
    if not separator or "]" in port:
        host, port = authority, str(default)
    if not (port.isascii() and port.isdigit() and int(port) <= 65_535):
        return "", 0
    return host.strip("[]").lower().rstrip("."), int(port)

"""Ways in for one sandbox: a proxy and TLS of its own on a running server, in this process or elsewhere."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from mock_server.certificates.authority import Authority
from mock_server.certificates.serving import context_of
from mock_server.certificates.store import CERTIFICATE_FILE
from mock_server.certificates.telling import CERTIFICATE_TYPE, HandshakeLog
from mock_server.proxy.entrance import AUTHORITY_VARIABLE, Entrance
from mock_server.proxy.passing import Passed, question
from mock_server.proxy.proxy import Proxy
from mock_server.proxy.upstream import PORTS, Line, Upstream
from mock_server.proxy.wired import WiredKeys, site_of
from mock_server.server.background import BackgroundServer
from mock_server.server.options import Options
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.server.tls import Secure

CONTROL = "/__admin"
CERTIFICATE_PATH = f"{CONTROL}/certs/{CERTIFICATE_FILE}"
Through = Callable[[Application], Application]
OFFLINE = "trackflow-mock run was told --offline; leave that out to let other hosts be reached"


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies beyond the mock for a command: the user's way to other hosts, or none if they are out of reach."""

    upstream: Upstream | None

    @property
    def offline(self) -> bool:
        return self.upstream is None


@dataclass(frozen=True)
class Maker:
    """Makes entrances for the API that the document describes, under one authority by the wall clock `now`."""

    document: Mapping[str, Any]
    now: Callable[[], float]

    @contextlib.contextmanager
    def within(
        self,
        server: BackgroundServer,
        options: Options,
        key: str,
        outside: Outside,
        through: Through = lambda each: each,
    ) -> Iterator[Entrance]:
        """An entrance to a server of this process, whose connections are all the sandbox's.

        What is asked there comes `through` first.
        """
        wired = WiredKeys.of(self.document, key)
        authority, secure, inside = self._secure
        answer = _telling(authority.certificate, through(wired.answering(server.answer)))
        proxy = Proxy(answer, site_of(self.document), lambda: inside, outside.upstream, OFFLINE)
        opened = replace(options, refuse=wired.refusing(options.refuse), secure=secure)
        with server.another(proxy.answer, opened) as urls:
            yield self._entrance(urls[0], urls, key, authority, outside)

    @contextlib.contextmanager
    def beside(self, url: str, key: str, outside: Outside) -> Iterator[Entrance]:
        """An entrance in this process to a mock that runs elsewhere."""
        wired = WiredKeys.of(self.document, key)
        authority, secure, inside = self._secure
        relay = wired.answering(Relay(url).answer)
        proxy = Proxy(relay, site_of(self.document), lambda: inside, outside.upstream, OFFLINE)
        with BackgroundServer(proxy.answer, options=Options(secure=secure)) as server:
            urls = server.url, server.secure_url
            yield self._entrance(url.rstrip("/"), urls, key, authority, outside)

    @cached_property
    def _secure(self) -> tuple[Authority, Secure, Secure]:
        """An authority, and TLS by it: on a port, and inside a CONNECT, where a client has named itself."""
        authority = Authority.create(site_of(self.document).host, self.now())
        log = HandshakeLog(f"${AUTHORITY_VARIABLE}", easier="")
        on_port, inside = (Secure(context_of(authority, self.now, log.unknown), failed=log) for _ in range(2))
        return authority, on_port, inside

    def _entrance(self, base: str, urls: tuple[str, ...], key: str, authority: Authority, outside: Outside) -> Entrance:
        site = site_of(self.document)
        return Entrance(
            base_url=base,
            admin_url=f"{base}{CONTROL}",
            key=key,
            host=site.host,
            port=site.port,
            proxy=_address(urls[0]),
            secure=_address(urls[1]),
            authority=authority.certificate,
            offline=outside.offline,
        )


@dataclass(frozen=True, slots=True)
class Relay:
    """Answers with what the mock at another URL answers, byte for byte."""

    url: str

    def answer(self, request: Request) -> Reply:
        asked = question(request, urlsplit(self.url).path.rstrip("/") + request.target, {})
        return Reply(200, wire=Passed(self._open, asked, _gone))

    async def _open(self) -> Line:
        parts = urlsplit(self.url)
        port = parts.port or PORTS[parts.scheme]
        nobody = Upstream({})
        if parts.scheme == "https":
            return await nobody.tunnel(parts.hostname or "", port, secure=True)
        return await nobody.direct(parts.hostname or "", port)


def _telling(certificate: bytes, answer: Application) -> Application:
    """The answers, and the certificate of this entrance's own authority where the control plane has it."""

    def answered(request: Request) -> Reply:
        if request.target == CERTIFICATE_PATH and request.method in {"GET", "HEAD"}:
            return Reply(200, certificate, {"Content-Type": CERTIFICATE_TYPE})
        return answer(request)

    return answered


def _gone(error: Exception) -> Reply:
    return Reply(502, f"the mock is gone: {error}\n".encode(), {"Content-Type": "text/plain; charset=utf-8"})


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0

"""How other hosts are reached: directly, or through the proxy that the user has for them."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

SECONDS = 30.0  # for a connection to another host
PORTS = {"http": 80, "https": 443}
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class UnreachableHostError(Exception):
    """Another host that cannot be reached; says which and why."""


@dataclass(frozen=True, slots=True)
class UserProxy:
    """A proxy of the user's, from a variable like HTTPS_PROXY."""

    host: str
    port: int
    secure: bool
    credentials: str | None

    @classmethod
    def parse(cls, url: str) -> Self:
        """ValueError for what is no http or https URL."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(
                f"{url!r} cannot be gone through; proxies of http:// and https:// can, for others unset the variable"
            )
        given = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        return cls(parts.hostname, parts.port or PORTS[parts.scheme], parts.scheme == "https", given)

    def headers(self) -> dict[str, str]:
        if self.credentials is None:
            return {}
        return {"Proxy-Authorization": f"Basic {b64encode(self.credentials.encode()).decode()}"}


@dataclass(frozen=True, slots=True)
class Upstream:
    """The user's own way to other hosts: proxies by scheme, and the hosts that are reached without."""

    proxies: Mapping[str, UserProxy]
    unproxied: tuple[str, ...] = ()

    @classmethod
    def of(cls, user: Mapping[str, str]) -> Self:
        """What the variables say; ValueError for a proxy that cannot be gone through."""
        given = {scheme: proxy_url(user, scheme) for scheme in PORTS}
        proxies = {scheme: UserProxy.parse(url) for scheme, url in given.items() if url}
        listed = user.get("no_proxy") or user.get("NO_PROXY") or ""
        return cls(proxies, tuple(filter(None, map(str.strip, listed.split(",")))))

    def proxy(self, scheme: str, host: str) -> UserProxy | None:
        """The proxy that the user has for that host."""
        proxy = self.proxies.get(scheme)
        return None if proxy is None or any(covers(entry, host) for entry in self.unproxied) else proxy

    async def tunnel(self, host: str, port: int, *, secure: bool = False) -> Line:
        """A line to the host, with TLS on it if it is to be `secure`; UnreachableHostError if there is none."""
        proxy = self.proxy("https", host)
        context = ssl.create_default_context() if secure else None
        try:
            async with asyncio.timeout(SECONDS):
                if proxy is None:
                    return await asyncio.open_connection(host, port, ssl=context)
                line = await self.through(proxy)
                try:
                    await _granted(line, proxy, host, port)
                    if context is not None:
                        await line[1].start_tls(context, server_hostname=host)
                except BaseException:
                    line[1].close()
                    raise
                return line
        except (OSError, EOFError, ValueError) as error:  # TimeoutError is an OSError
            way = f" through the proxy {proxy.host}:{proxy.port}" if proxy else ""
            raise UnreachableHostError(f"{host}:{port} cannot be reached{way}: {error or 'no answer'}") from None

    async def direct(self, host: str, port: int) -> Line:
        """A line to the host, whatever proxies there are; UnreachableHostError if there is none."""
        try:
            async with asyncio.timeout(SECONDS):
                return await asyncio.open_connection(host, port)
        except OSError as error:
            raise UnreachableHostError(f"{host}:{port} cannot be reached: {error or 'no answer'}") from None

    async def through(self, proxy: UserProxy) -> Line:
        """A line to the proxy itself."""
        context = ssl.create_default_context() if proxy.secure else None
        return await asyncio.open_connection(proxy.host, proxy.port, ssl=context)


def proxy_url(user: Mapping[str, str], scheme: str) -> str | None:
    """The proxy that the variables name for the scheme, as curl reads them."""
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY")
    return next((user[name] for name in names if user.get(name)), None)


def covers(entry: str, host: str) -> bool:
    """Whether an entry of NO_PROXY means the host: by its name, a domain above it, or a star for all."""
    name = entry.lower().rpartition(":")[0] if entry.count(":") == 1 else entry.lower()
    name = name.removeprefix("*").lstrip(".")
    return not name or host == name or host.endswith(f".{name}")


async def _granted(line: Line, proxy: UserProxy, host: str, port: int) -> None:
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    lines += [f"{name}: {value}" for name, value in proxy.headers().items()]
    line[1].write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    head = await line[0].readuntil(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if not status or not status[0].startswith(b"2"):
        answer = head.split(b"\r\n", 1)[0].decode("latin-1")
        raise ValueError(f"it answers {answer}")

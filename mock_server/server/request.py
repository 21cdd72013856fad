"""A request as the client sent it, or as the reason why it is not served."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

Fields = Sequence[tuple[bytes, bytes]]

# RFC 9112 section 3.2: a host, or an IP address in brackets, and perhaps a port; empty where the target has none.
HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?")
MOST_DIGITS = 18  # of a Content-Length; leading zeros count, because nobody sends them in good faith


class BadHeadError(Exception):
    """A head that parses but must not be served; says which rule it breaks."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Both ends of a connection: the client's address and port, and the host and port that it reached."""

    address: str = ""
    port: int = 0
    host: str = ""
    host_port: int = 0
    secure: bool = False


@dataclass(slots=True)
class Request:
    """One request; `headers` are by lower-case name, repeated ones joined, and the body is there when it is delivered.

    `target` is path and query with their percent-encoding, also where it came in absolute form: the host is then in
    `headers`. Of `OPTIONS *` and `CONNECT host:port` it is what stands there.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    peer: Endpoints = Endpoints()
    body: bytes = b""
    old: bool = False
    """Whether it is of HTTP/1.0."""
    keep_alive: bool = True
    scheme: str = ""
    """Of a target in absolute form, as clients of a proxy send it."""
    place: int = 1
    """Which of its connection's requests it is."""
    echo: bool = False
    """Whether other processes are asked the same, and one of them counts for all."""

    @property
    def path(self) -> str:
        """The path of the target, with its percent-encoding undone."""
        path = self.target.partition("?")[0]
        return unquote(path, errors="replace") if "%" in path else path

    def length(self) -> int:
        """How long the body is said to be; 0 if nothing is said."""
        return int(self.headers.get("content-length", "0"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why what a client sent is not served; the request is there, less its body, if its head could be read."""

    status: int
    reason: str
    request: Request | None = None


@lru_cache(maxsize=1024)
def _lower(name: bytes) -> str:
    return name.decode("latin-1").lower()


@lru_cache(maxsize=1024)
def _check_host(host: str) -> None:
    if not HOST.fullmatch(host):
        raise BadHeadError(f"{host[:80]!r} is no host; Host is a name or an address, and perhaps a port.")


def read_head(method: str, target: bytes, version: str, fields: Fields, peer: Endpoints) -> Request:
    """The request that a head begins; BadHeadError if it must not be served."""
    if version not in {"1.1", "1.0"}:
        raise BadHeadError(f"HTTP/{version} is not spoken here; use HTTP/1.1.")
    headers: dict[str, str] = {}
    for name, value in fields:
        lower = _lower(name)
        text = value.decode("latin-1").rstrip(" \t")
        if lower not in headers:
            headers[lower] = text
        elif lower == "host":
            raise BadHeadError("A request has one Host header, not several.")
        else:
            headers[lower] += ("; " if lower == "cookie" else ", ") + text
    old = version == "1.0"
    host = headers.get("host")
    if host is not None:
        _check_host(host)
    elif not old:
        raise BadHeadError("An HTTP/1.1 request needs a Host header.")
    told = target.decode("latin-1")
    scheme = ""
    if not told.startswith("/"):
        scheme, authority, told = _origin_form(told)
        if authority is not None:
            # RFC 9112 section 3.2.2: the host of an absolute-form target wins over the header.
            _check_host(authority)
            headers = {"host": authority, **{name: text for name, text in headers.items() if name != "host"}}
    if "transfer-encoding" in headers:
        _check_coding(headers["transfer-encoding"], old=old)
    if len(headers.get("content-length", "")) > MOST_DIGITS:
        raise BadHeadError(f"No body has a Content-Length of more than {MOST_DIGITS} digits.")
    return Request(method, told, headers, peer, old=old, scheme=scheme)


def _origin_form(target: str) -> tuple[str, str | None, str]:
    """Scheme, authority and path of an absolute-form target; `*` and a CONNECT's host:port stay as they are."""
    scheme, separator, rest = target.partition("://")
    if not separator or not scheme.isalpha():
        return "", None, target
    cut = min((place for place in (rest.find("/"), rest.find("?")) if place >= 0), default=len(rest))
    authority, path = rest[:cut].rpartition("@")[2], rest[cut:]
    if not authority:
        raise BadHeadError(f"The request target {target!r} names no host.")
    return scheme.lower(), authority, path if path.startswith("/") else f"/{path}"


def _check_coding(coding: str, *, old: bool) -> None:
    if old:  # RFC 9112 section 6.1: the framing of such a message cannot be trusted
        raise BadHeadError("An HTTP/1.0 request has no Transfer-Encoding; use Content-Length.")
    if coding.lower() != "chunked":
        raise BadHeadError(f"The Transfer-Encoding {coding!r} is not understood here; use chunked.")

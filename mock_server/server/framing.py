"""How a reply tells its end, and whether the connection outlives it (RFC 9112 sections 6 and 9)."""

from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from mock_server.server.reply import Reply
from mock_server.server.request import Request

FRAMING_HEADERS = frozenset({"content-length", "connection", "transfer-encoding", "keep-alive", "date"})
LENGTHLESS = frozenset({*range(100, 200), 204, 304})
STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}" for status in HTTPStatus}


class StandingLines:
    """The lines that every reply carries: the date, right to the second, and perhaps who serves."""

    def __init__(self, banner: str | None, now: Callable[[], float]) -> None:
        self._now = now
        self._server = f"\r\nServer: {banner}" if banner else ""
        self._second = -1
        self._text = ""

    def text(self) -> str:
        second = int(self._now())
        if second != self._second:
            self._second = second
            self._text = f"Date: {formatdate(second, usegmt=True)}{self._server}"
        return self._text


class Framing:
    """One reply's head, less what is the server's to say, and the rules its body is written by."""

    __slots__ = ("bodiless", "date", "declared", "headers", "keep_alive", "lengthless", "old", "reply")

    def __init__(self, reply: Reply, request: Request | None, *, keep_alive: bool) -> None:
        self.reply = reply
        self.keep_alive = keep_alive
        self.old = request is not None and request.old
        self.declared: int | None = None
        self.date: str | None = None
        connecting = request is not None and request.method == "CONNECT" and reply.takeover is not None
        self.lengthless = reply.status in LENGTHLESS or connecting
        self.bodiless = self.lengthless or (request is not None and request.method == "HEAD")
        headers = reply.headers
        self.headers = self._own(headers) if _frames(tuple(headers)) else headers

    def _own(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        kept = {}
        for name, value in headers.items():
            match name.lower():
                case "content-length":
                    self.declared = int(value)
                case "connection":
                    self.keep_alive = self.keep_alive and "close" not in value.lower()
                case "date":  # where another clock than the server's counts
                    self.date = value
                case "transfer-encoding" | "keep-alive":
                    pass
                case _:
                    kept[name] = value
        return kept

    def whole(self, common: str) -> bytes:
        """Head and body in one; a declared length that the body does not reach ends the connection."""
        content = self.reply.content
        size = len(content)
        length = self.declared
        if length is None:
            length = size
        elif length != size and not self.bodiless:
            content = content[:length]
            self.keep_alive = self.keep_alive and length < size
        opening = self.opening(length, common)
        return opening if self.bodiless else opening + content

    def opening(self, length: int, common: str) -> bytes:
        """The head of a body of `length`; `common` is the lines that all replies carry, Date the first of them."""
        if self.date:
            _, mark, rest = common.partition("\r\n")
            common = f"Date: {self.date}{mark}{rest}"
        if not self.lengthless:
            common = f"Content-Length: {length}\r\n{common}"
        if not self.keep_alive:
            common += "\r\nConnection: close"
        elif self.old:
            common += "\r\nConnection: keep-alive"
        return head(self.reply.status, self.headers, self.reply.also, common)


@lru_cache(maxsize=1024)
def _frames(names: tuple[str, ...]) -> bool:
    """Whether one of the names is the server's to say."""
    return any(name.lower() in FRAMING_HEADERS for name in names)


def head(status: int, headers: Mapping[str, str], also: Iterable[tuple[str, str]] = (), further: str = "") -> bytes:
    """Status line and headers up to the empty line; `further` is ready-made header lines.

    Raises ValueError for a line break, which would let a value write headers of its own, and for text that is not
    ISO 8859-1.
    """
    lines = [STATUS_LINES.get(status) or f"HTTP/1.1 {status} Unknown"]
    for name, value in headers.items():
        lines.append(f"{name}: {value}")
    for name, value in also:
        lines.append(f"{name}: {value}")
    text = "\r\n".join(lines)
    breaks = len(lines) - 1
    if text.count("\n") != breaks or text.count("\r") != breaks:
        bad = next(line for line in lines if "\n" in line or "\r" in line)
        raise ValueError(f"{bad!r} holds a line break, which no header may; remove it")
    end = f"\r\n{further}\r\n\r\n" if further else "\r\n\r\n"
    return (text + end).encode("latin-1")

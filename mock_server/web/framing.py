"""How an answer tells its end, and whether the connection outlives it (RFC 9112 sections 6 and 9)."""

from mock_server.web.environ import Environ
from mock_server.web.transport import Headers, head

FRAMING_HEADERS = frozenset({"content-length", "connection", "transfer-encoding", "keep-alive", "date"})


class Framing:
    """One answer's head, less what is the server's to say, and the rules its body is written by."""

    __slots__ = ("bodiless", "date", "declared", "headers", "keep_alive", "lengthless", "old", "status")

    def __init__(self, status: int | str, headers: Headers, environ: Environ | None, *, keep_alive: bool) -> None:
        self.status = status
        self.keep_alive = keep_alive
        self.old = environ is not None and environ["SERVER_PROTOCOL"] == "HTTP/1.0"
        self.declared: int | None = None
        self.date: str | None = None
        code = str(status)[:3]
        self.lengthless = code in {"204", "304"} or code[0] == "1"
        self.bodiless = self.lengthless or (environ is not None and environ["REQUEST_METHOD"] == "HEAD")
        for name, _ in headers:
            if name.lower() in FRAMING_HEADERS:
                self.headers = self._own(headers)
                break
        else:
            self.headers = headers

    def _own(self, headers: Headers) -> Headers:
        kept = []
        for name, value in headers:
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
                    kept.append((name, value))
        return kept

    def whole(self, content: bytes, common: str) -> bytes:
        """Head and body in one; a declared length that the body does not reach ends the connection."""
        size = len(content)
        length = self.declared
        if length is None:
            length = size
        elif length != size and not self.bodiless:
            content = content[:length]
            self.keep_alive = self.keep_alive and length < size
        opening = self.opening(length, common)
        return opening if self.bodiless else opening + content

    def opening(self, length: int | None, common: str) -> bytes:
        """The head of a body of `length`; without a length the body is chunked, or ends with the connection."""
        if self.date:
            _, mark, rest = common.partition("\r\n")
            common = f"Date: {self.date}{mark}{rest}"
        if length is None and not self.lengthless:
            if self.old:
                self.keep_alive = False
            else:
                common += "\r\nTransfer-Encoding: chunked"
        if not self.keep_alive:
            common += "\r\nConnection: close"
        elif self.old:
            common += "\r\nConnection: keep-alive"
        return head(self.status, self.headers, None if self.lengthless else length, further=common)

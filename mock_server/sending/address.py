"""Where a delivery goes, and what its receiver says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ssl import SSLEOFError
from urllib.parse import quote as percent

from mock_server.domain.webhooks.urls import host_of, parts_of

URL_MARKS = "/?:@!$&'()*+,;=-._~%#[]"  # RFC 3986 section 2.2, and the percent sign of what is already encoded


@dataclass(frozen=True, slots=True)
class ReceiverAnswer:
    """What came back after so many seconds; without a status, `problem` says why nothing did."""

    seconds: float
    status: int | None = None
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    problem: str | None = None
    reached: bool = True
    late: bool = False

    def __str__(self) -> str:
        return f"{self.status or self.problem} in {self.seconds * 1000:.0f} ms"


def why_not_connected(error: Exception, *, secure: bool) -> str:
    """Why no connection came about, also where the system has no words for it."""
    text = getattr(error, "strerror", None) or str(error)
    if secure and "WRONG_VERSION_NUMBER" in text:
        return "the other side does not speak TLS; if that is meant, the url begins with http://"
    refused = isinstance(error, ConnectionRefusedError)
    if secure and not refused and (isinstance(error, ConnectionError | SSLEOFError) or not text):
        return "the other side closed it in the middle of the TLS handshake" + (f" ({text})" if text else "")
    return text or type(error).__name__


class Address:
    """Where deliveries go; ValueError says what is wrong with the URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = parts_of(url)
        self.host, self.secure = host_of(parts), parts.scheme == "https"
        self.port = parts.port or (443 if self.secure else 80)
        self.authority = parts.netloc.removesuffix(":")  # RFC 9110 section 4.2.3: an empty port is none
        self.target = percent((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=URL_MARKS)

"""Where a delivery goes, and what its receiver says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit
from urllib.parse import quote as percent

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


class Address:
    """Where deliveries go; ValueError says what is wrong with the URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = _usable(url)
        if parts is None:
            raise ValueError(
                f"{url!r} is no address to deliver to; give one like http://127.0.0.1:5000/hooks/trackflow"
            )
        self.host, self.secure = parts.hostname or "", parts.scheme == "https"
        self.port = parts.port or (443 if self.secure else 80)
        self.authority = parts.netloc.rpartition("@")[2]
        self.target = percent((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=URL_MARKS)


def _usable(url: str) -> SplitResult | None:
    """The parts of a URL that a connection can be opened to."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None

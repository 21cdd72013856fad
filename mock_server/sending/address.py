"""Where a delivery goes, and what its receiver says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ssl import SSLCertVerificationError, SSLEOFError, SSLError
from types import MappingProxyType
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


# What to do about a certificate that is not to be trusted, by OpenSSL's numbers (x509_vfy.h) for why not.
_MISNAMED = "it is for other names, so use one of them in the url, or make one for this"
_MENDED = MappingProxyType(
    {9: "see that the clocks of both machines are right", 10: "make a new one", 62: _MISNAMED, 64: _MISNAMED}
)
_VOUCHED = "set SSL_CERT_FILE to the certificate of who vouches for it"
_ALERTS = MappingProxyType(
    {
        "PROTOCOL_VERSION": "it speaks another version of TLS, and 1.2 or newer is spoken here",
        "CERTIFICATE_REQUIRED": "it wants a certificate of whoever calls, and deliveries have none",
    }
)


def why_not_connected(error: Exception, *, secure: bool) -> str:
    """Why no connection came about, also where the system has no words for it."""
    if isinstance(error, SSLCertVerificationError):
        why = error.verify_message.rstrip(".")
        return f"the certificate is not to be trusted: {why}; {_MENDED.get(error.verify_code, _VOUCHED)}"
    text = getattr(error, "strerror", None) or str(error)
    if secure and "WRONG_VERSION_NUMBER" in text:
        return "the other side does not speak TLS; if that is meant, the url begins with http://"
    if isinstance(error, SSLError) and "ALERT_" in (error.reason or ""):
        alert = error.reason.partition("ALERT_")[2]
        return f"the other side ended the TLS handshake: {_ALERTS.get(alert, alert.lower().replace('_', ' '))}"
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

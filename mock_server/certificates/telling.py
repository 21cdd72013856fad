"""How clients are told of the authority, and a log that says so once to those that do not know it."""

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path

CERTIFICATE_TYPE = "application/x-x509-ca-cert"
RUN = "or put `trackflow-mock run --` before the command, which sets all of it"
NAMES = "the certificate is for the API's host and this machine"
MOST_SAID = 100  # a client that tries name after name must not fill the log
UNTOLD = frozenset({"", "UNEXPECTED_EOF_WHILE_READING", "CALLBACK_FAILED"})  # nothing to tell, or told already
UNTRUSTED = ("UNKNOWN_CA", "CERTIFICATE_UNKNOWN", "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClientKind:
    """A kind of client: how its User-Agent begins, and what makes it trust the certificate in a file."""

    name: str
    agents: tuple[str, ...]
    how: str

    def told(self, file: Path | str) -> str:
        return self.how.replace("<FILE>", str(file))


CLIENTS = (
    ClientKind("curl", ("curl/",), "CURL_CA_BUNDLE=<FILE>, or --cacert <FILE>"),
    ClientKind("Python requests", ("python-requests/",), "REQUESTS_CA_BUNDLE=<FILE>"),
    ClientKind("Python httpx, aiohttp, urllib3, http.client", ("python",), "SSL_CERT_FILE=<FILE>"),
    ClientKind("Node", ("node", "undici", "axios/", "got "), "NODE_EXTRA_CA_CERTS=<FILE>"),
    ClientKind(
        "Java",
        ("java",),
        "keytool -importcert -noprompt -alias trackflow-mock -file <FILE> -keystore trust.p12 -storepass changeit, "
        "then java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit",
    ),
    ClientKind("Ruby", ("ruby", "faraday"), "SSL_CERT_FILE=<FILE>"),
    ClientKind("Go", ("go-http-client",), "SSL_CERT_FILE=<FILE> (on macOS and Windows, the system's store)"),
    ClientKind("PHP", ("php", "guzzlehttp"), "php -d curl.cainfo=<FILE> -d openssl.cafile=<FILE>"),
    ClientKind("Perl", ("libwww-perl", "http-tiny"), "SSL_CERT_FILE=<FILE> PERL_LWP_SSL_CA_FILE=<FILE>"),
    ClientKind("wget", ("wget/",), "wget --ca-certificate=<FILE>"),
    ClientKind(".NET, Rust on Linux", (".net", "reqwest"), "SSL_CERT_FILE=<FILE>"),
    ClientKind("Debian, Ubuntu", (), "cp <FILE> /usr/local/share/ca-certificates/ && update-ca-certificates"),
    ClientKind("Fedora", (), "cp <FILE> /etc/pki/ca-trust/source/anchors/ && update-ca-trust"),
    ClientKind("macOS", (), "security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db <FILE>"),
    ClientKind("Windows", (), "certutil -user -addstore Root <FILE>"),
    ClientKind("Firefox", ("mozilla/",), "Settings, Certificates, Import: <FILE>, to identify websites"),
)


def table(file: Path | str) -> str:
    """One line a kind of client."""
    width = max(len(each.name) for each in CLIENTS)
    return "\n".join(f"{each.name.ljust(width)}  {each.told(file)}" for each in CLIENTS)


class HandshakeLog:
    """Says why handshakes failed, and what to set: once for each reason and kind of client."""

    def __init__(self, file: Path | str, easier: str = f"; {RUN}") -> None:
        """`file` is where clients find the authority's certificate; `easier` tells of a way to need not."""
        self._file = file
        self._easier = easier
        self._said: set[str] = set()

    def __call__(self, error: Exception, agent: str) -> None:
        text = self._text(error, agent)
        if text:
            self._say(text)

    def unknown(self, name: str) -> None:
        """Hear of a client that asked for a server of that name."""
        self._say(f"a client asked for another server's name, {name[:100]!r}; {NAMES}")

    def _say(self, text: str) -> None:
        if text not in self._said and len(self._said) < MOST_SAID:
            self._said.add(text)
            logger.warning("TLS: %s", text)

    def _text(self, error: Exception, agent: str) -> str | None:
        reason = getattr(error, "reason", None) or ""
        if any(each in reason for each in UNTRUSTED):
            kind = _kind(agent)
            if kind is not None:
                name = agent.split(" ", maxsplit=1)[0]
                return f"{name} does not trust {self._file}: {kind.told(self._file)}{self._easier}"
            return f"a client does not trust {self._file}{self._easier}. By hand:\n{table(self._file)}"
        if reason == "HTTP_REQUEST":
            return "a client spoke plain HTTP where TLS is spoken; its URL begins with https://"
        if isinstance(error, ssl.SSLError) and reason not in UNTOLD:
            return f"a handshake failed: {reason}"
        return None


def _kind(agent: str) -> ClientKind | None:
    lower = agent.lower()
    return next((each for each in CLIENTS if lower.startswith(each.agents or ("\0",))), None)

"""Sending bytes and getting bytes, nothing interpreted on the way."""

import ipaddress
import time
import zlib
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from contract_tests.contract.operations import Operation
from contract_tests.exchange import Response, SentRequest

CONNECT_SECONDS = 10
READ_SECONDS = 40
LARGEST_BODY = 16 << 20  # a hundred times the directory of carriers
_PIECE = 1 << 16


class NoAnswerError(Exception):
    """The connection failed or ended before an answer; the message says how."""


class SilenceError(NoAnswerError):
    """The connection stood, and no answer came for as long as anyone waits; `operation` is what was asked."""

    def __init__(self, message: str, operation: Operation | None = None) -> None:
        super().__init__(message)
        self.operation = operation


class Transport(Protocol):
    def send(self, request: SentRequest) -> Response: ...

    def close(self) -> None: ...


class HttpTransport:
    """HTTP with connections kept open; redirects are answers like others, and the target is sent as it is written."""

    def __init__(self, *, verify: bool | str = True) -> None:
        self._session = requests.Session()
        self._session.mount("http://", HTTPAdapter(pool_maxsize=16))
        self._session.mount("https://", HTTPAdapter(pool_maxsize=16))
        self._verify = verify
        self._environments: dict[tuple[str, str], dict[str, Any]] = {}
        if verify is False:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def send(self, request: SentRequest) -> Response:
        prepared = requests.PreparedRequest()
        prepared.prepare(request.method, "http://unset", dict(request.headers))
        prepared.url = request.url
        prepared.body = request.body
        if request.body is not None:
            prepared.headers["Content-Length"] = str(len(request.body))
        elif request.method in {"POST", "PUT", "PATCH"}:
            prepared.headers["Content-Length"] = "0"
        try:
            answer = self._session.send(prepared, **self._environment(request.url))
            body = _read(answer.raw)
        except (urllib3.exceptions.ReadTimeoutError, requests.exceptions.ReadTimeout):
            raise SilenceError(f"no answer within {READ_SECONDS} s") from None
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswerError(f"{type(error).__name__}: {error}") from None
        except requests.RequestException as error:
            raise NoAnswerError(_plain(error)) from None
        decoded = _decoded(body, answer.headers)
        headers = tuple(answer.headers.items())
        return Response(answer.status_code, headers, body if decoded is None else decoded, decoded is not None)

    def close(self) -> None:
        self._session.close()

    def _environment(self, url: str) -> dict[str, Any]:
        """Proxies and certificates as requests takes them from the environment; no proxy is for this machine."""
        parts = urlsplit(url)
        place = (parts.scheme, parts.netloc)
        if place not in self._environments:
            found: dict[str, Any] = dict(
                self._session.merge_environment_settings(url, {}, stream=True, verify=self._verify, cert=None)
            )
            if loopback(parts.hostname):
                found["proxies"] = {}
            limits = {"timeout": (CONNECT_SECONDS, READ_SECONDS), "allow_redirects": False}
            self._environments[place] = {**found, **limits}
        return self._environments[place]


def loopback(host: str | None) -> bool:
    """Whether the host is this machine by its name or number."""
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _read(raw: urllib3.HTTPResponse) -> bytes:
    """The body as it was sent; one that never ends, or comes in drops, is given up."""
    body, began = bytearray(), time.monotonic()
    while piece := raw.read1(_PIECE, decode_content=False):
        body += piece
        if len(body) > LARGEST_BODY:
            raw.close()
            raise NoAnswerError(f"the body is longer than {LARGEST_BODY >> 20} MB, or never ends")
        if time.monotonic() - began > READ_SECONDS:
            raw.close()
            raise SilenceError(f"the answer began and did not end within {READ_SECONDS} s")
    return bytes(body)


def _decoded(body: bytes, headers: Mapping[str, str]) -> bytes | None:
    """The body without its content coding; None if it does not have the coding that it names."""
    if not body or headers.get("Content-Encoding", "").lower() not in {"gzip", "x-gzip", "deflate"}:
        return body
    try:
        return zlib.decompress(body, wbits=47)  # either header is recognised
    except zlib.error:
        return None


def _plain(error: requests.RequestException) -> str:
    """The innermost cause, which is what people recognise: refused, reset, timed out."""
    cause: BaseException = error
    while (deeper := getattr(cause, "reason", None) or cause.__cause__ or cause.__context__) is not None:
        if not isinstance(deeper, BaseException):
            break
        cause = deeper
    return f"{type(error).__name__}: {cause}"

"""Sending bytes and getting bytes, nothing interpreted on the way."""

import zlib
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from contract_tests.exchange import Request, Response

CONNECT_SECONDS = 10
READ_SECONDS = 40
_LOOPBACK = ("127.", "localhost", "[::1]")


class NoAnswerError(Exception):
    """The connection failed or ended before an answer; the message says how."""


class Transport(Protocol):
    def send(self, request: Request) -> Response: ...

    def close(self) -> None: ...


class HttpTransport:
    """HTTP with connections kept open; redirects are answers like others, and the target is sent as it is written."""

    def __init__(self, origin: str) -> None:
        self._session = requests.Session()
        self._session.mount("http://", HTTPAdapter(pool_maxsize=16))
        self._session.mount("https://", HTTPAdapter(pool_maxsize=16))
        self._environment: dict[str, Any] = {}
        # A proxy named in the environment is for other machines than this one.
        if not urlsplit(origin).netloc.startswith(_LOOPBACK):
            self._environment |= self._session.merge_environment_settings(origin, {}, None, None, None)
        self._environment |= {"timeout": (CONNECT_SECONDS, READ_SECONDS), "allow_redirects": False, "stream": True}

    def send(self, request: Request) -> Response:
        prepared = requests.PreparedRequest()
        prepared.prepare(request.method, "http://unset", dict(request.headers))
        prepared.url = request.url
        prepared.body = request.body
        if request.body is not None:
            prepared.headers["Content-Length"] = str(len(request.body))
        elif request.method in {"POST", "PUT", "PATCH"}:
            prepared.headers["Content-Length"] = "0"
        try:
            answer = self._session.send(prepared, **self._environment)
            body = answer.raw.read(decode_content=False)
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswerError(f"{type(error).__name__}: {error}") from None
        except requests.RequestException as error:
            raise NoAnswerError(_plain(error)) from None
        decoded = _decoded(body, answer.headers)
        headers = tuple(answer.headers.items())
        return Response(answer.status_code, headers, body if decoded is None else decoded, decoded is not None)

    def close(self) -> None:
        self._session.close()


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

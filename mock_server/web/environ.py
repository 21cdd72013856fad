"""An HTTP request head as the WSGI environ of PEP 3333, and the few keys the application adds to it."""

from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

Environ = dict[str, Any]
Fields = list[tuple[bytes, bytes]]

HEADERS = "trackflow.headers"
"""Every header as (lower-case name, value), in the order they came."""
BODY = "trackflow.body"
"""The whole body as bytes."""


class BadHeadError(Exception):
    """A head that parses but must not be served; says which rule it breaks."""


@lru_cache(maxsize=1024)
def _names(name: bytes) -> tuple[str, str | None]:
    """A header's lower-case name and its environ key.

    A name with an underscore has no key: it would pass for the same name with a dash, which a proxy in front
    may have checked.
    """
    text = name.decode("latin-1").lower()
    if "_" in text:
        return text, None
    key = text.upper().replace("-", "_")
    return text, key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


def fill(environ: Environ, method: str, target: bytes, version: str, fields: Fields) -> None:
    """Enter a request head into an environ that knows the server and the peer; raises BadHeadError.

    RAW_URI is the target as it was sent; REQUEST_URI is its path and query, also where the target came in
    absolute form, and neither is percent-decoded.
    """
    if version not in {"1.1", "1.0"}:
        raise BadHeadError(f"HTTP/{version} is not spoken here; use HTTP/1.1.")
    environ["REQUEST_METHOD"] = method
    environ["SERVER_PROTOCOL"] = "HTTP/1.1" if version == "1.1" else "HTTP/1.0"
    environ["RAW_URI"] = raw = target.decode("latin-1")
    authority = None
    if not raw.startswith("/"):
        authority, raw = _origin_form(raw)
    environ["REQUEST_URI"] = raw
    path, _, environ["QUERY_STRING"] = raw.partition("?")
    environ["PATH_INFO"] = unquote_to_bytes(path.encode("latin-1")).decode("latin-1") if "%" in path else path
    environ[HEADERS] = headers = _decoded(fields, environ)
    if version == "1.1" and "HTTP_HOST" not in environ:
        raise BadHeadError("An HTTP/1.1 request needs a Host header.")
    if authority is not None:
        # RFC 9112 section 3.2.2: the host of an absolute-form target wins over the header.
        environ["HTTP_HOST"] = authority
        headers[:] = [("host", authority), *(pair for pair in headers if pair[0] != "host")]
    if "HTTP_TRANSFER_ENCODING" in environ:
        _check_coding(environ["HTTP_TRANSFER_ENCODING"], version)


def _decoded(fields: Fields, environ: Environ) -> list[tuple[str, str]]:
    """The headers as text, entered into the environ on the way; repeated ones are joined there."""
    headers = []
    for name, value in fields:
        lower, key = _names(name)
        text = value.decode("latin-1").rstrip(" \t")
        headers.append((lower, text))
        if key is None:
            continue
        if key not in environ:
            environ[key] = text
        elif key == "HTTP_HOST":
            raise BadHeadError("A request has one Host header, not several.")
        else:
            environ[key] += ("; " if key == "HTTP_COOKIE" else ", ") + text
    return headers


def _origin_form(target: str) -> tuple[str | None, str]:
    """Authority and path of an absolute-form target; `*` and a CONNECT's host:port stay as they are."""
    scheme, separator, rest = target.partition("://")
    if not separator or not scheme.isalpha():
        return None, target
    cut = min((place for place in (rest.find("/"), rest.find("?")) if place >= 0), default=len(rest))
    authority, path = rest[:cut].rpartition("@")[2], rest[cut:]
    if not authority:
        raise BadHeadError(f"The request target {target!r} names no host.")
    return authority, path if path.startswith("/") else f"/{path}"


def _check_coding(coding: str, version: str) -> None:
    if version == "1.0":  # RFC 9112 section 6.1: the framing of such a message cannot be trusted
        raise BadHeadError("An HTTP/1.0 request has no Transfer-Encoding; use Content-Length.")
    if coding.lower() != "chunked":
        raise BadHeadError(f"The Transfer-Encoding {coding!r} is not understood here; use chunked.")

"""WSGI on one side, calls and replies on the other: the only translator between them (PEP 3333)."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from mock_server.contract.messages import Reply
from mock_server.web.environ import BODY, HEADERS, Environ
from mock_server.web.transport import Pause, Script, Send

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def target(environ: Environ) -> str:
    """The raw path and query as the client sent them, percent-encoding and all."""
    raw: str = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if raw.startswith("/"):
        return raw
    from urllib.parse import quote  # noqa: PLC0415 - only servers that do not keep the raw target need it

    path = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/:@!$&'()*+,;=~-._")
    return f"{path}?{query}" if (query := environ.get("QUERY_STRING")) else path


def headers(environ: Environ) -> Mapping[str, str]:
    """Request headers by lower-case name; repeated ones are joined, as WSGI joins them."""
    pairs: list[tuple[str, str]] | None = environ.get(HEADERS)
    if pairs is not None:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        found["content-type"] = environ["CONTENT_TYPE"]
    return found


def body(environ: Environ) -> bytes:
    """The request's body, which the server has already bounded."""
    given: bytes | None = environ.get(BODY)
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) if given is None else given


def respond(reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
    """The reply as a WSGI response; a pause becomes a step that the server waits out without holding a worker."""
    given = list(reply.headers.items())
    if reply.content:
        given.append(("Content-Length", str(len(reply.content))))
    start_response(STATUS_LINES.get(reply.status) or f"{reply.status} Unknown", given)
    return Script((Pause(reply.pause), Send(reply.content))) if reply.pause else [reply.content]

"""WSGI on one side, calls and replies on the other: the only translator between them (PEP 3333)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from mock_server.contract.messages import Reply
from mock_server.faults import wire
from mock_server.web.environ import BODY, HEADERS, Environ
from mock_server.web.transport import Close, Pause, Reset, Script, Send, Step, head

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def target(environ: Environ) -> str:
    """The raw path and query as the client sent them, percent-encoding and all."""
    raw: str = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if raw.startswith("/"):
        return raw
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
    """The reply as a WSGI response; pauses and whatever goes wrong on the wire become steps that the server plays."""
    given = list(reply.headers.items())
    scripted = reply.wire is not None or reply.pause > 0
    if scripted and reply.content:  # a whole body is framed by the server, a script's must be promised
        given.append(("Content-Length", str(len(reply.content))))
    status = STATUS_LINES.get(reply.status) or f"{reply.status} Unknown"
    start_response(status, given)
    if reply.wire is not None:
        return _script(reply, status)
    return Script((Pause(reply.pause), Send(reply.content))) if reply.pause else [reply.content]


def _script(reply: Reply, status: str) -> Script:
    """What happens on the wire, in the words of faults/wire.py, as the steps that bring it about."""
    pause = Pause(reply.pause)
    match reply.wire:
        case wire.Dribble(pieces, seconds):
            return Script((pause, Send(b""), *_dribbled(reply.content, pieces, seconds)))
        case wire.Cut(bytes_sent):
            return Script((pause, Send(reply.content[:bytes_sent]), Close()))
        case wire.Reset():
            return Script((pause, Reset()))
        case wire.Nothing():
            return Script((pause, Close()))
        case wire.BrokenChunk(garbage):
            opening = head(status, [*reply.headers.items(), ("Transfer-Encoding", "chunked")])
            return Script((pause, Send(opening), Send(garbage), Close()), raw=True)
        case wire.Noise(garbage):
            return Script((pause, Send(garbage), Close()), raw=True)
        case _:
            raise TypeError(f"{reply.wire!r} is nothing that happens on the wire; faults/wire.py has what does")


def _dribbled(content: bytes, pieces: int, seconds: float) -> Iterator[Step]:
    """The content in so many pieces, each a wait after what was before it."""
    size, larger = divmod(len(content), pieces)
    start = 0
    for number in range(pieces):
        end = start + size + (number < larger)
        yield Pause(seconds / pieces)
        yield Send(content[start:end])
        start = end

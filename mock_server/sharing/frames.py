"""What processes of one mock say to each other: a request as a value, and a reply's bytes as they come."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from struct import Struct
from typing import Any

from mock_server.server.request import Endpoints, Request

QUESTION = Struct(">II")  # bytes of the head, and of the body
ANSWER = Struct(">BI")  # kind, and bytes
BETWEEN = "\0"  # of the parts of a head
YES = "1"


class FrameEnd(IntEnum):
    """What follows the bytes of a frame."""

    MORE = 0
    LAST = 1
    """Nothing; the connection can be used again."""
    CLOSE = 2
    """The connection ends with FIN."""
    RESET = 3
    """It ends with RST."""


@dataclass(frozen=True, slots=True)
class ForwardedRequest:
    """A request on its way to who answers it; `notes` say how, as far as that is not what everybody does."""

    request: Request
    notes: dict[str, Any] = field(default_factory=dict)


def packed(question: ForwardedRequest) -> bytes:
    """The question as bytes; ValueError for a text that no request can have."""
    request = question.request
    peer = request.peer
    parts = [
        json.dumps(question.notes) if question.notes else "",
        request.method,
        request.target,
        request.scheme,
        f"{peer.secure:d}{request.old:d}{request.keep_alive:d}",
        str(request.place),
        peer.address,
        str(peer.port),
        peer.host,
        str(peer.host_port),
    ]
    for each in request.headers.items():
        parts += each
    text = BETWEEN.join(parts)
    if text.count(BETWEEN) != len(parts) - 1:
        raise ValueError(f"{request.method} {request.target!r} has a NUL, which no request may")
    head = text.encode("utf-8", "surrogatepass")
    return QUESTION.pack(len(head), len(request.body)) + head + request.body


def unpacked(data: bytes | bytearray, place: int = 0) -> tuple[ForwardedRequest, int] | None:
    """The question that begins there, and where it ends; None if it is not whole yet."""
    begin = place + QUESTION.size
    if len(data) < begin:
        return None
    size, length = QUESTION.unpack_from(data, place)
    body = begin + size
    end = body + length
    if len(data) < end:
        return None
    parts = data[begin:body].decode("utf-8", "surrogatepass").split(BETWEEN)
    notes, method, target, scheme, flags, number, address, port, host, host_port, *fields = parts
    peer = _endpoints(address, port, host, host_port, flags[0])
    headers = dict(zip(fields[::2], fields[1::2], strict=True))
    old, keep_alive = flags[1] == YES, flags[2] == YES
    request = Request(method, target, headers, peer, bytes(data[body:end]), old, keep_alive, scheme, int(number))
    return ForwardedRequest(request, json.loads(notes) if notes else {}), end


@lru_cache(maxsize=1024)
def _endpoints(address: str, port: str, host: str, host_port: str, secure: str) -> Endpoints:
    """Those of a connection, whose requests come one after the other."""
    return Endpoints(address, int(port), host, int(host_port), secure == YES)


def framed(kind: FrameEnd, data: bytes | bytearray | memoryview = b"") -> bytes:
    return ANSWER.pack(kind, len(data)) + data


def frames(buffer: bytearray) -> Iterator[tuple[FrameEnd, bytes]]:
    """The frames that are whole; they are taken out of the buffer."""
    while len(buffer) >= ANSWER.size:
        kind, size = ANSWER.unpack_from(buffer)
        end = ANSWER.size + size
        if len(buffer) < end:
            return
        data = bytes(buffer[ANSWER.size : end])
        del buffer[:end]
        yield FrameEnd(kind), data

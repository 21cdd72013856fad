"""What processes of one mock say to each other: a request as a value, and a reply's bytes as they come."""

import marshal
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from struct import Struct
from typing import Any

from mock_server.server.request import Endpoints, Request

QUESTION = Struct(">I")  # bytes that follow
ANSWER = Struct(">BI")  # kind, and bytes
FORMAT = 2  # of marshal, which every Python reads; later ones take longer for what is told once
PEER, END = 10, 15  # where a request's connection is told; what follows is of a newer version


class FrameEnd(IntEnum):
    """What follows the bytes of a frame."""

    MORE = 0
    LAST = 1
    """Nothing; the connection can be used again."""
    CLOSE = 2
    """The connection ends with FIN."""
    RESET = 3
    """It ends with RST."""


@dataclass(slots=True)
class ForwardedRequest:
    """A request on its way to who answers it, perhaps as the owner of a key that it is about.

    `notes` say how, as far as that is not what everybody does.
    """

    request: Request
    notes: dict[str, Any] = field(default_factory=dict)
    key: str | None = None


def packed(question: ForwardedRequest) -> bytes:
    """The question as bytes; ValueError for what no request can have."""
    request = question.request
    peer, headers = request.peer, request.headers
    told = marshal.dumps(
        (
            question.notes,
            question.key,
            request.method,
            request.target,
            headers if type(headers) is dict else dict(headers),  # no other mapping can be written
            request.body,
            request.old,
            request.keep_alive,
            request.scheme,
            request.place,
            peer.address,
            peer.port,
            peer.host,
            peer.host_port,
            peer.secure,
        ),
        FORMAT,
    )
    return QUESTION.pack(len(told)) + told


def unpacked(data: bytes | bytearray, place: int = 0) -> tuple[ForwardedRequest, int] | None:
    """The question that begins there, and where it ends; None if it is not whole yet."""
    begin = place + QUESTION.size
    if len(data) < begin:
        return None
    end = begin + QUESTION.unpack_from(data, place)[0]
    if len(data) < end:
        return None
    told = marshal.loads(data[begin:end])  # noqa: S302 - from processes that know the secret, and their store
    notes, key, method, target, headers, body, old, keep_alive, scheme, number = told[:PEER]
    request = Request(method, target, headers, _endpoints(*told[PEER:END]), body, old, keep_alive, scheme, number)
    return ForwardedRequest(request, notes, key), end


@lru_cache(maxsize=1024)
def _endpoints(address: str, port: int, host: str, host_port: int, secure: bool) -> Endpoints:
    """Those of a connection, whose requests come one after the other."""
    return Endpoints(address, port, host, host_port, secure)


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

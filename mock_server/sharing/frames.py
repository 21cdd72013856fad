"""What processes of one mock say to each other: a request as a value, and a reply's bytes as they come."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from struct import Struct
from typing import Any

from mock_server.server.request import Peer, Request

QUESTION = Struct(">II")  # bytes of the head, and of the body
ANSWER = Struct(">BI")  # kind, and bytes


class Kind(IntEnum):
    """What follows the bytes of a frame."""

    MORE = 0
    LAST = 1
    """Nothing; the connection can be used again."""
    CLOSE = 2
    """The connection ends with FIN."""
    RESET = 3
    """It ends with RST."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request on its way to who answers it; `notes` say how, as far as that is not what everybody does."""

    request: Request
    notes: dict[str, Any] = field(default_factory=dict)


def packed(question: Question) -> bytes:
    request = question.request
    head = json.dumps(
        [
            request.method,
            request.target,
            dict(request.headers),
            asdict(request.peer),
            request.old,
            request.keep_alive,
            request.scheme,
            request.place,
            question.notes,
        ],
        separators=(",", ":"),
    ).encode()
    return QUESTION.pack(len(head), len(request.body)) + head + request.body


def unpacked(data: bytes | bytearray) -> tuple[Question, int] | None:
    """The question that the bytes begin with, and how many it takes; None if it is not whole yet."""
    if len(data) < QUESTION.size:
        return None
    size, length = QUESTION.unpack_from(data)
    body = QUESTION.size + size
    if len(data) < body + length:
        return None
    method, target, headers, peer, old, keep_alive, scheme, place, notes = json.loads(data[QUESTION.size : body])
    request = Request(
        method,
        target,
        headers,
        Peer(**peer),
        bytes(data[body : body + length]),
        old,
        keep_alive,
        scheme,
        place,
    )
    return Question(request, notes), body + length


def framed(kind: Kind, data: bytes | bytearray | memoryview = b"") -> bytes:
    return ANSWER.pack(kind, len(data)) + data


def frames(buffer: bytearray) -> Iterator[tuple[Kind, bytes]]:
    """The frames that are whole; they are taken out of the buffer."""
    while len(buffer) >= ANSWER.size:
        kind, size = ANSWER.unpack_from(buffer)
        end = ANSWER.size + size
        if len(buffer) < end:
            return
        data = bytes(buffer[ANSWER.size : end])
        del buffer[:end]
        yield Kind(kind), data

"""Requests that two readers of HTTP could understand differently: none may be taken for two, or for another one.

Each is sent on a connection of its own with a second request behind it that only a desynchronised reader would see.
"""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import h11

from benchmarks.attack.target import AttackedMock

HEAD = b"POST /v2/track/batch HTTP/1.1\r\nHost: localhost\r\nX-API-Key: tf_test_enterprise_smuggle\r\n"
HIDDEN = b"GET /v2/hidden HTTP/1.1\r\nHost: localhost\r\nX-Smuggled: 1\r\n\r\n"
LENGTHS = [
    b"0",
    b"5",
    b"+5",
    b"-5",
    b"5,5",
    b"5, 6",
    b"0x5",
    b"5 5",
    b" 5",
    b"5\t",
    b"05",
    b"",
    b"5.0",
    b"1e1",
    b"9" * 5000,
]
CODINGS = [
    *(
        b"chunked",
        b"Chunked",
        b"xchunked",
        b"chunked, identity",
        b"identity",
        b"gzip, chunked",
        b"chunked,",
        b"\x0bchunked",
    ),
    *(b"chunked;q=1", b'"chunked"', b"chunk\xc5\xbfed", b"chunked\x00", b" chunked", b"chunked, chunked", b""),
]
NAMES = [
    *(
        b"Transfer-Encoding",
        b"Transfer-Encoding ",
        b" Transfer-Encoding",
        b"Transfer_Encoding",
        b"Transfer-Encoding\x00",
    ),
    *(b"X: y\rTransfer-Encoding", b"X: y\nTransfer-Encoding", b"Content-Length", b"Content-Length ", b"Content_Length"),
]
ENDS = [b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r\n", b"\x00\r\n"]
CHUNKS = [
    *(b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"5;a=b\r\nhello\r\n0\r\n\r\n"),
    *(b"5\nhello\n0\n\n", b"-5\r\nhello\r\n0\r\n\r\n", b"+5\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n"),
    *(b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n", b"5\r\nhello0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"00000000000\r\n\r\n"),
    *(b"5;\x00\r\nhello\r\n0\r\n\r\n", b"5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n"),
]
STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) [A-Za-z' -]*\r\n")
WAIT = 5.0
REFUSALS = {400, 408, 413, 414, 431, 501, 505}


@dataclass(slots=True)
class Smuggled:
    """What came of it. A desync is a request heard where h11, a strict reader of HTTP, hears none or another number."""

    tried: int = 0
    refused: int = 0
    desyncs: int = 0
    silent: int = 0


def requests() -> Iterator[bytes]:
    """Every combination, each a head and a body in which the hidden request stands."""
    for length, coding, end in product(LENGTHS, CODINGS, ENDS):
        fields = b"Content-Length: " + length + end + b"Transfer-Encoding: " + coding + b"\r\n"
        yield HEAD + fields + b"\r\n" + b"0\r\n\r\n" + HIDDEN
    for name, value in product(NAMES, [*LENGTHS[:14], *CODINGS]):
        yield HEAD + name + b": " + value + b"\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN
    for chunk, coding in product(CHUNKS, CODINGS[:4]):
        yield HEAD + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + chunk
    for first, second in product(LENGTHS[:14], repeat=2):
        yield HEAD + b"Content-Length: " + first + b"\r\nContent-Length: " + second + b"\r\n\r\n" + HIDDEN


def smuggle(target: AttackedMock) -> Smuggled:
    """Send all of them."""
    found = Smuggled()
    for data in requests():
        found.tried += 1
        statuses = statuses_of(sent(target, data))
        served = [status for status in statuses if status not in REFUSALS]
        found.refused += len(served) < len(statuses)
        found.silent += not statuses
        found.desyncs += len(served) > heard(data)
    return found


def heard(data: bytes) -> int:
    """How many whole requests h11 hears in those bytes before it refuses one."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    count = 0
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.EndOfMessage):
                count += 1
                connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                connection.start_next_cycle()
            elif event is h11.NEED_DATA or event is h11.PAUSED:
                return count
    except (h11.RemoteProtocolError, h11.LocalProtocolError):
        return count


def statuses_of(answers: bytes) -> list[int]:
    """The statuses of the final answers in those bytes."""
    return [int(each) for each in STATUS.findall(answers) if each >= b"200"]


def sent(target: AttackedMock, data: bytes) -> bytes:
    """All that comes back for those bytes."""
    with socket.create_connection(("127.0.0.1", target.port), timeout=WAIT) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        content = b""
        try:
            while more := connection.recv(65_536):
                content += more
        except OSError:
            pass
        return content

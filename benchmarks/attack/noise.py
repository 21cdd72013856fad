"""Random bytes, and requests with something random done to them: none may be heard that h11 does not hear."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.attack.smuggling import heard, sent, statuses_of
from benchmarks.attack.target import AttackedMock

KEY = b"X-API-Key: tf_test_enterprise_noise\r\n"
HOST = b"Host: localhost\r\n"
BATCH = b'{"shipments":[{"tracking_number":"1Z204E380338943508"}]}'
CHUNKS = b"5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n"
CORPUS = [
    b"GET /v2/track/1Z204E380338943508?carrier=ups HTTP/1.1\r\n" + HOST + KEY + b"\r\n",
    b"GET /v2/carriers HTTP/1.1\r\n" + HOST + KEY + b"Connection: keep-alive\r\n\r\n",
    b"POST /v2/track/batch HTTP/1.1\r\n" + HOST + KEY + b"Content-Length: %d\r\n\r\n" % len(BATCH) + BATCH,
    b"POST /v2/webhooks HTTP/1.1\r\n" + HOST + KEY + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    b"GET /__admin/health HTTP/1.1\r\n" + HOST + b"Accept: */*\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    b"HEAD /v2/carriers HTTP/1.1\r\n" + HOST + KEY + b"Expect: 100-continue\r\nConnection: close\r\n\r\n",
]
SIGNS = [b"\r", b"\n", b"\r\n", b"\x00", b" ", b"\t", b":", b",", b";", b"%", b"\xff", b"HTTP/1.1", b"chunked"]
SIGNS += [b"0\r\n\r\n"]
# What RFC 9112 lets servers take and h11 does not: empty lines before a request (2.2), more spaces in its line (3).
EMPTY_LINES = re.compile(rb"(\A|\r?\n\r?\n)[\r\n]+(?=[A-Z]+ )")
SPACES = re.compile(rb"(?m)^([A-Z]+) +([^ \r\n]+) +(HTTP/1\.[01]\r?)$")
REFUSAL = 400


@dataclass(slots=True)
class NoiseOutcome:
    """What came of it; a desync as for smuggling."""

    tried: int = 0
    desyncs: int = 0
    unasked: int = 0


def streams(count: int, seed: int = 0) -> Iterator[bytes]:
    """So many streams of bytes, the same for the same seed."""
    random = Random(seed)
    for place in range(count):
        if place % 10 == 0:
            yield random.randbytes(random.randint(1, 400))
            continue
        data = b"".join(random.choice(CORPUS) for _ in range(random.randint(1, 3)))
        for _ in range(random.randint(1, 4)):
            data = random.choice(CHANGES)(data, random)
        yield data


def attack(target: AttackedMock, count: int) -> NoiseOutcome:
    """Send them, each on a connection of its own."""
    found = NoiseOutcome()
    for data in streams(count):
        found.tried += 1
        statuses = statuses_of(sent(target, data))
        # The last answer may be the refusal of what is no request, whichever of its flaws comes first.
        whole = statuses[:-1] if statuses and statuses[-1] >= REFUSAL else statuses
        found.desyncs += len(whole) > heard(tidy(data))
        found.unasked += 500 in statuses
    return found


def tidy(data: bytes) -> bytes:
    """The stream without what only h11 minds."""
    return SPACES.sub(rb"\1 \2 \3", EMPTY_LINES.sub(rb"\1", data))


def _flipped(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]


def _inserted(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    return data[:place] + random.choice(SIGNS) + data[place:]


def _cut(data: bytes, random: Random) -> bytes:
    first, last = sorted(random.randrange(len(data)) for _ in "ab")
    return data[:first] + data[min(last, first + 20) :] or b"\r"


def _repeated(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\r\n")
    place = random.randrange(len(lines))
    return b"\r\n".join([*lines[:place], lines[place], *lines[place:]])


CHANGES: list[Callable[[bytes, Random], bytes]] = [_flipped, _inserted, _cut, _repeated]

"""What a reader of HTTP delivers, for tests."""

from mock_server.server.parsing import Limits, Reader
from mock_server.server.request import Endpoints, Refusal, Request

HOST = b"Host: mock\r\n"
SMALL = Limits(target_bytes=100, head_bytes=300, body_bytes=50)


class DeliveredRequests:
    """What a reader delivered, in order, and how often a client asked whether it may go on."""

    def __init__(self, limits: Limits = SMALL) -> None:
        self.delivered: list[Request | Refusal] = []
        self.expected = 0
        self.reader = Reader(Endpoints(), limits, self.delivered.append, self._expect)

    def _expect(self) -> None:
        self.expected += 1

    def read(self, *pieces: bytes) -> list[tuple[object, ...]]:
        for piece in pieces:
            rest = piece
            while rest:
                before = len(self.delivered)
                rest = self.reader.feed(rest)
                assert len(self.delivered) - before <= 1
        return [told(request) for request in self.delivered]


def told(request: Request | Refusal) -> tuple[object, ...]:
    if isinstance(request, Refusal):
        return (request.status, request.request is not None)
    return (request.method, request.target, request.body, request.keep_alive)

"""A way to a server inside this process: as slow as it is told to be, on a clock that is handed in, and as bad."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from threading import RLock
from urllib.parse import parse_qsl, urlsplit

from contract_tests.clock import ManualClock
from contract_tests.exchange import Response, SentRequest
from contract_tests.tests.servers.messages import Call
from contract_tests.tests.servers.wire import Server
from contract_tests.transport import NoAnswerError

_PAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>502 Bad Gateway</body></html>"
_UNAVAILABLE = b'{"success": false, "error": {"code": "carrier_unavailable", "message": "Try again."}}'


@dataclass(slots=True)
class Connection:
    """Asks the server itself; of every hundred answers the gateway spoils so many, the server's work done or not.

    `lacks` are the provider states that its control plane does not know.
    """

    server: Server
    clock: ManualClock
    seconds: float = 0.0
    spoilt: float = 0.0
    chance: Random = field(default_factory=lambda: Random(0))
    lock: RLock = field(default_factory=RLock)
    lacks: tuple[str, ...] = ()

    def send(self, request: SentRequest) -> Response:
        with self.lock:
            control = "/_states" in request.url
            if control and any(each.encode() in (request.body or b"") for each in self.lacks):
                return Response(404, (), b"")
            self.before(control=control)
            self.clock.sleep(0 if control else self.seconds / 2)
            strikes = not control and self.chance.random() < self.spoilt
            kind = self.chance.choice(("before", "after", "cut", "half", "page", "lost", "503")) if strikes else ""
            answer = None if kind in {"before", "503"} else self.answer(request)
            self.clock.sleep(0 if control else self.seconds / 2)
            return self._through(answer, kind)

    def before(self, *, control: bool) -> None:
        """What else reaches the server before the request does."""

    def close(self) -> None:
        """Nothing is open."""

    def answer(self, request: SentRequest) -> Response:
        url = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers}
        query, names = dict(parse_qsl(url.query, keep_blank_values=True)), tuple(name for name, _ in request.headers)
        call = Call(request.method, url.path, query, headers, request.body or b"", names=names)
        reply = self.server.answer(call)
        body = b"" if request.method == "HEAD" or reply.status == 204 else reply.body
        return Response(reply.status, tuple(reply.headers.items()), body)

    def _through(self, answer: Response | None, kind: str) -> Response:
        html = (("Content-Type", "text/html"), ("Server", "gateway"))
        if kind in {"lost", "before"}:
            raise NoAnswerError("ProtocolError: the connection was reset")
        if kind == "cut":
            raise NoAnswerError("IncompleteRead: 20 bytes read, 400 more expected")
        if kind == "503" or answer is None:
            return Response(503, (("Content-Type", "application/json"),), _UNAVAILABLE)
        if kind == "half" and len(answer.body) > 1:
            return Response(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
        if kind in {"page", "after", "half"}:
            return Response(502 if kind != "after" else 504, html, _PAGE)
        return answer


@dataclass(slots=True)
class Shared(Connection):
    """A way that somebody else goes too: requests of their own, one before each of ours and one every so often."""

    theirs: Sequence[SentRequest] = ()
    every: float = 0.5
    sent: int = 0
    since: float | None = None

    def before(self, *, control: bool) -> None:
        if control:
            return
        now = self.clock.now()
        self.since = now if self.since is None else self.since
        due = 1 + int((now - self.since) / self.every)
        self.since = now
        for each in self.theirs[self.sent : self.sent + due]:
            self.answer(each)
        self.sent += due

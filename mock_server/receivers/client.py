"""Posting deliveries to a receiver, one connection at a time, and telling what came back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from shlex import quote
from ssl import SSLError
from types import TracebackType
from typing import Self

from mock_server.sending.address import Address, ReceiverAnswer, why_not_connected

MOST_OF_AN_ANSWER = 65_536  # bytes of a body that are read; senders look at the status only


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """One request to a receiver; `pieces` says in how many parts the body is sent, with a pause before each."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    pieces: int = 1

    def parts(self) -> tuple[bytes, ...]:
        size = -(-len(self.body) // self.pieces) or 1
        return tuple(self.body[start : start + size] for start in range(0, len(self.body), size))


class FinalResponse(HTTPResponse):
    """The answer, read past whatever comes before it: 103 Early Hints and its like (RFC 9110 section 15.2)."""

    def _read_status(self) -> tuple[str, int, str]:
        read = 0
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]  # http.client skips 100 alone there
            if not HTTPStatus.CONTINUE <= status < HTTPStatus.OK or status == HTTPStatus.SWITCHING_PROTOCOLS:
                return version, status, reason
            while (line := self.fp.readline(MOST_OF_AN_ANSWER)).strip():
                read += len(line)
            read += 1
            if read > MOST_OF_AN_ANSWER:
                raise HTTPException(f"more than {MOST_OF_AN_ANSWER} bytes came before an answer")


class ReceiverConnection:
    """A connection that deliveries follow each other on, opened anew after an answer that says it closes."""

    def __init__(
        self, address: Address, timeout: float, timer: Callable[[], float], pause: Callable[[], object]
    ) -> None:
        """`timeout` is seconds for a whole answer; `pause` is called between the parts of a body."""
        self._address = address
        self._timeout = timeout
        self._timer = timer
        self._pause = pause
        kind = HTTPSConnection if address.secure else HTTPConnection
        self._connection = kind(address.host, address.port, timeout=timeout)
        self._connection.response_class = FinalResponse

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def post(self, delivery: DeliveryRequest) -> ReceiverAnswer:
        """The receiver's answer; redirects are answers like any other."""
        started = self._timer()
        try:
            if self._connection.sock is None:
                self._connection.connect()
        except OSError as error:
            problem = f"no connection: {why_not_connected(error, secure=self._address.secure)}"
            return self._failed(started, problem, reached=False)
        try:
            return self._exchanged(delivery, started)
        except TimeoutError:
            return self._failed(started, f"no answer within {self._timeout:g} s", late=True)
        except ConnectionError:  # RemoteDisconnected is one
            return self._failed(started, "closed the connection without an answer")
        except SSLError as error:
            return self._failed(started, f"no HTTP answer: {why_not_connected(error, secure=False)}")
        except (HTTPException, OSError) as error:
            return self._failed(started, f"no HTTP answer: {error!r}")

    def begin(self, delivery: DeliveryRequest) -> None:
        """Send a delivery but for the second half of its body, and leave it so; OSError if that fails."""
        self._send_head(delivery)
        self._connection.send(delivery.body[: len(delivery.body) // 2])

    def _exchanged(self, delivery: DeliveryRequest, started: float) -> ReceiverAnswer:
        try:
            self._send_head(delivery)
            for part in delivery.parts():
                if delivery.pieces > 1:
                    self._pause()
                self._connection.send(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may have answered before it had read everything, as with 413; then that answer is to be had
        response = self._connection.getresponse()
        body = response.read(MOST_OF_AN_ANSWER)
        if not response.isclosed():
            self._connection.close()
        seconds = self._timer() - started
        if seconds > self._timeout:
            return self._failed(started, f"no answer within {self._timeout:g} s", late=True)
        return ReceiverAnswer(seconds, response.status, response.reason, dict(response.getheaders()), body)

    def _send_head(self, delivery: DeliveryRequest) -> None:
        connection = self._connection
        connection.putrequest(delivery.method, self._address.target, skip_accept_encoding=True)
        for name, value in delivery.headers.items():
            connection.putheader(name, value.encode("latin-1"))
        if delivery.method != "GET":
            connection.putheader("Content-Length", str(len(delivery.body)))
        connection.endheaders()

    def _failed(self, started: float, problem: str, *, reached: bool = True, late: bool = False) -> ReceiverAnswer:
        self._connection.close()
        return ReceiverAnswer(self._timer() - started, problem=problem, reached=reached, late=late)


def as_curl(url: str, delivery: DeliveryRequest) -> str:
    """The delivery as a command for a POSIX shell."""
    words = ["curl", "-i", "-X", delivery.method, quote(url)]
    for name, value in delivery.headers.items():
        # An empty header needs a semicolon, or curl leaves it out.
        words += ["-H", quote(f"{name}: {value}" if value else f"{name};")]
    if delivery.body:
        words += ["--data-binary", quote(delivery.body.decode("utf-8", "replace"))]
    return " ".join(words)

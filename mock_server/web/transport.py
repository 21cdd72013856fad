"""What an answer may do to the wire: bytes, pauses, resets, and heads written by hand."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing happens on this connection for so long; others are served meanwhile."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes, in a write of their own; the next step waits until the client takes them."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection ends with RST: the client sees ECONNRESET after what has reached it by then."""


@dataclass(frozen=True, slots=True)
class Close:
    """The connection ends with FIN, whatever the head had promised."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole ordinary answer, framed by the server: status code or line, headers, body."""

    status: int | str
    headers: Headers = ()
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Await:
    """Steps that are not known yet: `start` runs on the server's event loop and returns them."""

    start: Callable[[], Awaitable[Iterable["Step"]]]


Step = Pause | Send | Reset | Close | Answer | Await


@dataclass(frozen=True, slots=True)
class Script:
    """A WSGI response iterable that this project's server plays step by step.

    Return it from the application itself, or as `flask.Response(script, direct_passthrough=True)`, which
    hands it on untouched. The head given to `start_response` goes out with the first `Send`, so a `Pause`
    before it delays the whole answer; an `Answer` replaces that head. With `raw` the server writes no head:
    the sent bytes are the reply, and they must frame themselves if the connection is to be used again.

    Any other WSGI server iterates instead: it gets the bytes up to the first `Close` or `Reset`, without
    pauses, below a head of its own, and a RuntimeError for an `Await`, which only an event loop can wait for.
    """

    steps: tuple[Step, ...]
    raw: bool = False

    def __iter__(self) -> Iterator[bytes]:
        for step in self.steps:
            match step:
                case Send(data) | Answer(content=data):
                    yield data
                case Close() | Reset():
                    return
                case Await():
                    raise RuntimeError("this WSGI server cannot wait for an Await step; use mock_server.web.server")
                case Pause():
                    pass


def status_line(status: int | str) -> str:
    """`404` and `"404 Not Found"` both as `404 Not Found`; an unregistered code has an empty phrase."""
    if isinstance(status, str):
        return status
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} "


def head(
    status: int | str, headers: Iterable[tuple[str, str]], length: int | None = None, *, further: str = ""
) -> bytes:
    """Status line and headers up to the empty line, with Content-Length where `length` is given.

    `further` is ready-made header lines. Raises ValueError for a line break, which would let a value write
    headers of its own, and for text that is not ISO 8859-1 (PEP 3333).
    """
    lines = [f"HTTP/1.1 {status_line(status)}"]
    for name, value in headers:
        lines.append(f"{name}: {value}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    text = "\r\n".join(lines)
    breaks = len(lines) - 1
    if text.count("\n") != breaks or text.count("\r") != breaks:
        bad = next(line for line in lines if "\n" in line or "\r" in line)
        raise ValueError(f"{bad!r} holds a line break, which no status line or header may; remove it")
    end = f"\r\n{further}\r\n\r\n" if further else "\r\n\r\n"
    return (text + end).encode("latin-1")

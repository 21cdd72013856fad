"""The server's side of WSGI (PEP 3333): calls the application and gathers what it answers."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from mock_server.web.environ import Environ
from mock_server.web.transport import Answer, Headers, Script

Application = Callable[[Environ, Any], Iterable[bytes]]
Refuse = Callable[[int, str, Environ | None], Answer]
"""Renders an answer the server gives itself: status, reason, and the environ where the head could be read.

This is also the place to record such a request: it never reaches the application. For 413 the environ lacks
only the body, so the application may run its own checks before the size counts.
"""

logger = logging.getLogger(__name__)


def plain(status: int, reason: str, _environ: Environ | None) -> Answer:
    """A refusal in plain text, for applications that hand in no better one."""
    return Answer(status, [("Content-Type", "text/plain; charset=utf-8")], reason.encode())


def _write(_data: bytes) -> NoReturn:
    raise NotImplementedError("write() is a relic of PEP 3333 that this server leaves out; return the body instead")


class _Opening:
    """What the application said through `start_response`."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] | None = None

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], NoReturn]:
        if self.headers is not None and exc_info is None:
            raise RuntimeError("start_response was called a second time without exc_info (PEP 3333)")
        self.status = status
        self.headers = headers
        return _write


@dataclass(frozen=True, slots=True)
class Gateway:
    """An application, and how to refuse what it cannot be asked."""

    application: Application
    refuse: Refuse = plain

    def call(self, environ: Environ) -> tuple[int | str, Headers, bytes | Script]:
        """Status, headers and body of the application's answer; raises whatever the application raises."""
        opening = _Opening()
        chunks = self.application(environ, opening)
        body = chunks if isinstance(chunks, Script) else _gathered(chunks)
        if opening.headers is None:
            raise RuntimeError("the application returned without calling start_response (PEP 3333)")
        return opening.status, opening.headers, body

    def refused(self, status: int, reason: str, environ: Environ | None) -> Answer:
        """The refusal as the application's side renders it, or in plain text where that fails too."""
        try:
            return self.refuse(status, reason, environ)
        except Exception:
            logger.exception("refusing with %s %r failed", status, reason)
            return plain(status, reason, environ)


def _gathered(chunks: Iterable[bytes]) -> bytes:
    if type(chunks) is list and len(chunks) == 1:
        only: bytes = chunks[0]
        return only
    try:
        return b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()

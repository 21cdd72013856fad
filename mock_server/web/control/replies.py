"""How the control plane answers, and refuses."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from mock_server.server.reply import Reply, encode
from mock_server.web.problems import Problem

JSON = "application/json"


def answer(value: Any, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply whose body is that value as JSON, on a line of its own."""
    return Reply(status, encoded(value) + b"\n", {"Content-Type": JSON, **(headers or {})})


def encoded(value: Any) -> bytes:
    """That value as JSON."""
    try:
        return encode(value)
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can say and UTF-8 cannot
        return json.dumps(value, separators=(",", ":")).encode()


@contextmanager
def refused(error: type[Exception], status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Iterator[None]:
    """Problem in the words of an error that says what is wrong with what the caller gave."""
    try:
        yield
    except error as problem:
        raise Problem(status, getattr(problem, "detail", None) or str(problem)) from None

"""Errors of the mock itself: `application/problem+json` (RFC 9457)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from contract_tests.contract.files import DocumentError
from mock_server.contract.forms import Flaw, FormError
from mock_server.server.reply import NOTHING, Reply, encode
from mock_server.web.bridge import respond

# A field for each, because not every browser finds the second challenge of a list.
CHALLENGES = ("Bearer", 'Basic realm="TrackFlow mock: any name, and the token as the password", charset="UTF-8"')
MEDIA_TYPE = "application/problem+json"
OF_A_BODY = frozenset({"content-type", "content-length"})  # headers
PATHS_ARE_IN = "GET /__admin/docs/guides/control-plane has them all"


class Problem(Exception):
    """A control call that cannot be carried out; `detail` names the value, the rule and the fix.

    `flaws` are all the places of a body that are wrong, for the extension member `errors` (RFC 9457 section 3.2).
    """

    def __init__(
        self, status: HTTPStatus, detail: str, flaws: Sequence[Flaw] = (), headers: Mapping[str, str] = NOTHING
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.flaws = flaws
        self.headers = headers

    def reply(self) -> Reply:
        """The problem as RFC 9457 section 3 writes it."""
        members: dict[str, object] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.flaws:
            members["errors"] = [asdict(flaw) for flaw in self.flaws]
        challenges = CHALLENGES if self.status is HTTPStatus.UNAUTHORIZED else ()
        also = tuple(("WWW-Authenticate", challenge) for challenge in challenges)
        return Reply(self.status, encode(members), {"Content-Type": MEDIA_TYPE, **self.headers}, also=also)


def render(problem: Problem) -> Response:
    """The problem as a view returns it."""
    return respond(problem.reply())


def problem_of(error: HTTPException, path: str, near: Callable[[str], str] | None = None) -> Problem:
    """A wrong route or method of the control plane as a problem, with the headers that HTTP wants beside it.

    `near` knows the path that was probably meant.
    """
    detail = error.description or ""
    if isinstance(error, NotFound):
        meant = f"the nearest is {near(path)}, and " if near else ""
        detail = f"{path[:200]!r} is no path of the control plane; {meant}{PATHS_ARE_IN}"
    elif isinstance(error, MethodNotAllowed) and error.valid_methods:
        detail = f"{path[:200]!r} takes {', '.join(sorted(error.valid_methods))}; {PATHS_ARE_IN}"
    headers = {name: value for name, value in error.get_headers() if name.lower() not in OF_A_BODY}
    return Problem(HTTPStatus(error.code or 500), detail, headers=headers)


def of_error(error: Exception) -> Problem | None:
    """What callers are told of an error that says what is wrong with what they gave; None for any other."""
    return next((made(error) for kind, made in PROBLEMS.items() if isinstance(error, kind)), None)


def _of_form(error: FormError) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, error.flaw.detail, [error.flaw])


def _of_document(error: DocumentError) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, str(error))


PROBLEMS: Mapping[type[Exception], Callable[[Any], Problem]] = MappingProxyType(
    {FormError: _of_form, DocumentError: _of_document}
)
"""What callers are told of errors that say what is wrong with what they gave."""

"""`/capsule`: a session under one key as one file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from mock_server.server.reply import Reply, in_parts
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import JSON, encoded
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.turns import in_thread
from mock_server.web.problems import Problem

ITEM = 2  # how deep in a capsule one exchange is


def take_capsule(call: ControlCall) -> Reply:
    """The capsule of what has been done under the key; 409 if nobody knows any more how that began."""
    from mock_server.capsules import taking  # noqa: PLC0415 - few ask for one

    if call.key is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "say whose session it is, with ?key=")
    call.check_key(call.key)
    anonymise = call.truth("anonymise")
    with _told():
        written = taking.taken(call.worlds, call.key)
    return in_thread(lambda: _content(written, anonymise=anonymise), _taken)


def _content(written: Callable[[], dict[str, Any]], *, anonymise: bool) -> bytes:
    """The capsule as JSON, if need be of the same session about other numbers; Problem if there is none."""
    from mock_server.capsules.anonymous import anonymised  # noqa: PLC0415 - few ask for one

    with _told():
        capsule = written()
    if anonymise:
        with _told(HTTPStatus.CONFLICT):
            capsule = anonymised(capsule)
    return b"".join((*in_parts(capsule, ITEM, encoded), b"\n"))


def _taken(content: bytes) -> Reply:
    from mock_server.capsules.form import SUFFIX  # noqa: PLC0415 - few ask for one

    disposition = f'attachment; filename="session{SUFFIX}"'
    return Reply(HTTPStatus.OK, content, {"Content-Type": JSON, "Content-Disposition": disposition})


@contextmanager
def _told(status: HTTPStatus = HTTPStatus.NOT_FOUND) -> Iterator[None]:
    """Why there can be no capsule, as a problem."""
    from mock_server.capsules.form import CapsuleError, LostBeginningError  # noqa: PLC0415 - few ask for one

    try:
        yield
    except LostBeginningError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from None
    except CapsuleError as error:
        raise Problem(status, str(error)) from None


ROUTES = (ControlRoute("GET", "/capsule", take_capsule),)

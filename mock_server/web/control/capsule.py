"""`/capsule`: a session under one key as one file."""

from http import HTTPStatus
from typing import Any

from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, Route, answer
from mock_server.web.control.turns import in_thread
from mock_server.web.problems import Problem


def take_capsule(call: ControlCall) -> Reply:
    """The capsule of what has been done under the key; 409 if nobody knows any more how that began."""
    from mock_server.capsules import taking  # noqa: PLC0415 - few ask for one
    from mock_server.capsules.form import SUFFIX, CapsuleError, LostBeginningError  # noqa: PLC0415 - as above

    if call.key is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "say whose session it is, with ?key=")
    call.check_key(call.key)
    anonymise = call.truth("anonymise")
    try:
        capsule = taking.take(call.worlds, call.key)
    except LostBeginningError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from None
    except CapsuleError as error:
        raise Problem(HTTPStatus.NOT_FOUND, str(error)) from None
    headers = {"Content-Disposition": f'attachment; filename="session{SUFFIX}"'}
    if not anonymise:
        return answer(capsule, headers=headers)
    return in_thread(lambda: _anonymised(capsule), lambda other: answer(other, headers=headers))


def _anonymised(capsule: dict[str, Any]) -> dict[str, Any]:
    """The capsule of the same session about other numbers; Problem 409 if there is none that means the same."""
    from mock_server.capsules.anonymous import anonymised  # noqa: PLC0415 - few ask for one
    from mock_server.capsules.form import CapsuleError  # noqa: PLC0415 - as above

    try:
        return anonymised(capsule)
    except CapsuleError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from None


ROUTES = (Route("GET", "/capsule", take_capsule),)

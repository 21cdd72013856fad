"""The control plane: looking into the mock and steering it, under WireMock's names and verbs."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, request

from contract_tests.contract.files import DocumentError
from mock_server.api.routes import IDENTITY
from mock_server.contract.forms import FormError
from mock_server.domain.webhooks.signing import SIGNATURE_HEADER
from mock_server.sending.scheduler import Scheduler
from mock_server.web.bridge import respond
from mock_server.web.control import (
    about,
    certificates,
    clock,
    faults,
    keys,
    metrics,
    misses,
    pages,
    report,
    requests,
    scenario,
    shipments,
    snapshot,
    states,
    webhooks,
)
from mock_server.web.control.call import ControlCall, Handler, Plane
from mock_server.web.guard import Guard
from mock_server.web.problems import Problem, render
from mock_server.world import Worlds

NOUNS = (
    about,
    certificates,
    keys,
    clock,
    faults,
    scenario,
    shipments,
    requests,
    misses,
    report,
    metrics,
    pages,
    states,
    snapshot,
    webhooks,
)


def control_plane(
    worlds: Worlds, version: str, scheduler: Scheduler, certificate: Callable[[], bytes] | None = None
) -> Blueprint:
    """The blueprint of one mock's control plane."""
    blueprint = Blueprint("control", __name__)
    settings = worlds.foundation.settings
    signatures = (worlds.foundation.terms.scheme.header, SIGNATURE_HEADER)
    guard = Guard(settings.host, settings.admin_token, signatures, settings.allow_host)

    @blueprint.before_request
    def guarded() -> None:
        guard.check(request.remote_addr, request.headers, reads=request.method in {"GET", "HEAD"})
        if request.content_encoding not in {None, "", IDENTITY} and request.get_data():
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                f"Content-Encoding {request.content_encoding[:40]!r} is not undone here; send the body as it is",
                headers={"Accept-Encoding": IDENTITY},
            )

    plane = Plane(worlds, version, scheduler, certificate=certificate)
    for route in (route for noun in NOUNS for route in noun.ROUTES):
        blueprint.add_url_rule(
            route.path, f"{route.method}_{route.handler.__name__}", _view(plane, route.handler), methods=[route.method]
        )
    for error, problem in PROBLEMS.items():
        blueprint.register_error_handler(error, lambda raised, problem=problem: render(problem(raised)))
    return blueprint


def _view(plane: Plane, handler: Handler) -> Callable[..., Response]:
    """A view of Flask's that asks the handler."""

    def view(**places: Any) -> Response:
        call = ControlCall(plane, request.args, request.get_data(), request.mimetype, request.path)
        return respond(handler(call, **places))

    return view


def _of_form(error: FormError) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, error.flaw.detail, [error.flaw])


def _of_document(error: DocumentError) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, str(error))


PROBLEMS: Mapping[type[Exception], Callable[[Any], Problem]] = MappingProxyType(
    {FormError: _of_form, DocumentError: _of_document}
)
"""What callers are told of errors that say what is wrong with what they gave."""

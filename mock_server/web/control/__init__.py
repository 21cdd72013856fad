"""The control plane: looking into the mock and steering it, under WireMock's names and verbs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, g, request

from mock_server.api.refusals import IDENTITY
from mock_server.domain.clock import still
from mock_server.domain.webhooks.signing import SIGNATURE_HEADER
from mock_server.own_paths import CONTROL_PREFIX
from mock_server.sending.scheduler import Scheduler
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.web.bridge import ECHO, request_of, respond
from mock_server.web.callers import Callers
from mock_server.web.control import (
    about,
    capsule,
    certificates,
    changes,
    clock,
    faults,
    inbox,
    keys,
    live,
    metrics,
    misses,
    report,
    requests,
    scenario,
    shipments,
    snapshot,
    states,
    webhooks,
)
from mock_server.web.control.call import ControlCall, Plane
from mock_server.web.control.carrying import carried_out
from mock_server.web.control.replies import JSON
from mock_server.web.control.route import ControlRoute, Handler
from mock_server.web.guard import Guard
from mock_server.web.peer_group import PeerGroup
from mock_server.web.problems import PROBLEMS, Problem, render
from mock_server.world import Worlds

NO_PAGES: Mapping[str, Handler] = MappingProxyType({})
NOUNS = (
    about,
    certificates,
    changes,
    keys,
    clock,
    faults,
    scenario,
    shipments,
    requests,
    misses,
    live,
    report,
    metrics,
    states,
    snapshot,
    capsule,
    webhooks,
    inbox,
)
ROUTES = tuple(route for noun in NOUNS for route in noun.ROUTES)
NAME = "control"
"""What the blueprint is called."""


def control_plane(
    worlds: Worlds,
    version: str,
    scheduler: Scheduler,
    callers: Callers,
    *,
    answer: Callable[[Request], Reply],
    certificate: Callable[[], bytes] | None = None,
    ready: Callable[[], bool] = lambda: True,
    peer_group: Callable[[], PeerGroup | None] = lambda: None,
    pages: Mapping[str, Handler] = NO_PAGES,
    more: Sequence[ControlRoute] = (),
) -> Blueprint:
    """The blueprint of one mock's control plane.

    `callers` hold the tokens that it asks for. `pages` answer browsers at paths where programs get JSON, `more` are
    routes that belong to pages alone.
    """
    blueprint = Blueprint(NAME, __name__)
    settings = worlds.foundation.settings
    signatures = (worlds.foundation.terms.scheme.header, SIGNATURE_HEADER)
    guard = Guard(settings.host, callers, signatures, settings.allow_host)

    told_to_all = {endpoint_of(route) for route in ROUTES if route.told_to_all}

    @blueprint.before_app_request
    def guarded() -> None:
        """Also of a path or method that no route has, which Flask asks no blueprint about."""
        if not request.path.startswith(CONTROL_PREFIX):
            return
        reads = request.method in {"GET", "HEAD"}
        g.caller = guard.check(
            request.remote_addr, request.headers, reads=reads, told_to_all=reads and request.endpoint in told_to_all
        )
        given = request.environ["REQUEST_METHOD"]
        if given != request.method and request.url_rule is not None:
            raise Problem(
                HTTPStatus.METHOD_NOT_ALLOWED,
                f"{given[:40]!r} is no method: case matters (RFC 9110 section 9.1); send {request.method}",
                headers={"Allow": ", ".join(sorted(request.url_rule.methods or ()))},
            )
        if request.content_encoding not in {None, "", IDENTITY} and request.get_data():
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                f"Content-Encoding {request.content_encoding[:40]!r} is not undone here; send the body as it is",
                headers={"Accept-Encoding": IDENTITY},
            )

    plane = Plane(
        worlds, version, scheduler, answer, certificate=certificate, ready=ready, peer_group=peer_group, routes=ROUTES
    )
    for route in (*ROUTES, *more):
        blueprint.add_url_rule(
            route.path,
            _name(route),
            _view(plane, route, pages.get(route.path) if route.method == "GET" else None),
            methods=[route.method],
        )
    for error, problem in PROBLEMS.items():
        blueprint.register_error_handler(error, lambda raised, problem=problem: render(problem(raised)))
    return blueprint


def endpoint_of(route: ControlRoute) -> str:
    """What a Flask application calls the route by that has the blueprint."""
    return f"{NAME}.{_name(route)}"


def _name(route: ControlRoute) -> str:
    """What Flask calls the route by."""
    return f"{route.method}_{route.handler.__name__}"


def _view(plane: Plane, route: ControlRoute, page: Handler | None) -> Callable[..., Response]:
    """A view of Flask's that asks the handler, or for a browser the page at the path."""

    def view(**places: Any) -> Response:
        handler: Handler = page if page and _wants_page() else route.handler
        call = ControlCall(
            plane,
            request.args,
            request.get_data(),
            request.mimetype,
            request.path,
            request.host_url.rstrip("/"),
            g.caller,
            request.environ.get(ECHO, False),
            _asking(plane),
        )
        with still(plane.worlds.clock):
            reply = carried_out(call, route, handler, places)
        return respond(reply.then(_for_some) if page else reply)

    return view


def _asking(plane: Plane) -> Callable[[str, bytes | None], Reply] | None:
    """Asks all processes, where there are several, in the name of who makes this call."""
    peer_group = plane.peer_group()
    if peer_group is None:
        return None
    asked = request_of(request.environ, b"")
    headers = {**asked.headers, "accept": JSON, "content-type": JSON}
    headers.pop("content-length", None)

    def ask(target: str, body: bytes | None) -> Reply:
        method = "GET" if body is None else "POST"
        return peer_group.ask(replace(asked, method=method, target=target, headers=headers, body=body or b""))

    return ask


def _for_some(reply: Reply) -> Reply:
    """The reply, saying that who asks for another media type gets another."""
    return reply.with_headers({"Vary": ", ".join(filter(None, (reply.headers.get("Vary"), "Accept")))})


def _wants_page() -> bool:
    """Whether the caller asks for HTML by name, as browsers do and programs do not."""
    accepted = request.accept_mimetypes
    return "text/html" in accepted.values() and accepted["text/html"] >= accepted["application/json"]

"""The control plane: looking into the mock and steering it, under WireMock's names and verbs."""

from flask import Blueprint, request

from mock_server.domain.webhooks.signing import SIGNATURE_HEADER
from mock_server.sending.scheduler import Scheduler
from mock_server.web.control import (
    about,
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
from mock_server.web.control.plane import Plane
from mock_server.web.guard import Guard
from mock_server.world import Worlds

NOUNS = (
    about,
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


def control_plane(worlds: Worlds, version: str, scheduler: Scheduler) -> Blueprint:
    """The blueprint of one mock's control plane."""
    blueprint = Blueprint("control", __name__)
    settings = worlds.foundation.settings
    signatures = (worlds.foundation.terms.scheme.header, SIGNATURE_HEADER)
    guard = Guard(settings.host, settings.admin_token, signatures)

    @blueprint.before_request
    def guarded() -> None:
        guard.check(request.remote_addr, request.headers, reads=request.method in {"GET", "HEAD"})

    plane = Plane(worlds, version, blueprint, scheduler)
    for noun in NOUNS:
        noun.register(plane)
    return blueprint

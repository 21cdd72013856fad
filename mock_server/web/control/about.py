"""`/health`, `/ready`, `/version`, `/settings`, `/openapi.json`, `/contract.json`, `/reset`: the mock as a whole."""

from dataclasses import fields
from http import HTTPStatus
from pathlib import Path
from typing import Any

from mock_server.domain.clients.journal import masked
from mock_server.domain.clock import to_text
from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.settings import MEMORY
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import answer
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import INSTANCES, ordered
from mock_server.web.documents import arazzo_document, asyncapi_document, openapi_document

TROUBLED = " Some of its own work failed; the log tells what, and GET /__admin/deliveries which deliveries."


def health(call: ControlCall) -> Reply:
    troubled = sum(world.webhooks.queue.troubled for world in call.worlds.all())
    return answer(
        {
            "status": "degraded" if troubled else "healthy",
            "message": f"The mock is up.{TROUBLED if troubled else ''}",
            "troubles": troubled,
            "version": call.plane.version,
            "uptimeInSeconds": max(0, int(call.worlds.clock.base.now() - call.worlds.started)),
            "timestamp": to_text(call.plane.wall.now()),
        }
    )


def ready(call: ControlCall) -> Reply:
    """200 while calls should come here, 503 once it is about to stop; health stays 200."""
    if call.plane.ready():
        return answer({"status": "ready"})
    return answer({"status": "draining"}, HTTPStatus.SERVICE_UNAVAILABLE)


def instances(call: ControlCall) -> Reply:
    """Who is up, and how many keys each has; this one, since each mock is a process of its own."""
    this = {
        "name": call.origin.partition("://")[2],
        "url": call.origin,
        "version": call.plane.version,
        "ready": call.plane.ready(),
        "keys": len(call.worlds.all()),
        "started_at": to_text(call.worlds.started),
    }
    return answer({"instances": [this], "meta": {"total": 1}})


def show_version(call: ControlCall) -> Reply:
    return answer({"version": call.plane.version})


def show_settings(call: ControlCall) -> Reply:
    settings = call.worlds.foundation.settings
    return answer({field.name: shown(field.name, getattr(settings, field.name)) for field in fields(settings)})


def openapi(call: ControlCall) -> Reply:
    """The contract for tools; `?soft=1` for generators that strict schemas defeat."""
    return answer(openapi_document(call.worlds.foundation, call.origin, soft=call.truth("soft")))


def webhooks_for_tools(call: ControlCall) -> Reply:
    return answer(asyncapi_document(call.worlds.foundation, call.origin))


def tour(call: ControlCall) -> Reply:
    return answer(arazzo_document(call.worlds.foundation, call.origin))


def contract(call: ControlCall) -> Reply:
    return answer(call.worlds.foundation.specification.document)


def reset(call: ControlCall) -> Steps[Reply]:
    if call.key is not None:
        call.check_key(call.key)
    used = len(call.known())
    yield from call.worlds.resetting(call.key)
    return answer({"status": "reset", "keys": used})


def shown(name: str, value: Any) -> Any:
    """A setting's value as JSON, a secret one masked."""
    if name == "admin_token" and value:
        return masked(value)
    if name == "store" and value != MEMORY:
        from mock_server.persistence.shared.address import StoreAddress  # noqa: PLC0415 - only who shares needs it

        return StoreAddress.read(value).name
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return str(value) if isinstance(value, Path) else value


ROUTES = (
    ControlRoute("GET", "/health", health, told_to_all=True),
    ControlRoute("GET", "/ready", ready, told_to_all=True),
    ControlRoute("GET", "/instances", instances, spread=INSTANCES),
    ControlRoute("GET", "/version", show_version),
    ControlRoute("GET", "/settings", show_settings),
    ControlRoute("GET", "/openapi.json", openapi),
    ControlRoute("GET", "/asyncapi.json", webhooks_for_tools),
    ControlRoute("GET", "/arazzo.json", tour),
    ControlRoute("GET", "/contract.json", contract),
    ControlRoute("POST", "/reset", reset, spread=ordered("keys")),
)

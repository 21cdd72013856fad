"""`/health`, `/version`, `/settings`, `/openapi.json` and `/reset`: the mock as a whole."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from flask import Response, jsonify

from mock_server.domain.clients.journal import masked
from mock_server.domain.clock import to_text
from mock_server.web.control.plane import Plane

TROUBLED = " Some of its own work failed; the log tells what, and GET /__admin/deliveries which deliveries."


def register(plane: Plane) -> None:
    worlds, version = plane.worlds, plane.version
    settings = worlds.foundation.settings

    @plane.blueprint.get("/health")
    def health() -> Response:
        troubled = sum(world.webhooks.queue.troubled for world in worlds.all())
        return jsonify(
            status="degraded" if troubled else "healthy",
            message=f"The mock is up.{TROUBLED if troubled else ''}",
            troubles=troubled,
            version=version,
            uptimeInSeconds=int(worlds.clock.base.now() - worlds.started),
            timestamp=to_text(plane.wall.now()),
        )

    @plane.blueprint.get("/version")
    def show_version() -> Response:
        return jsonify(version=version)

    @plane.blueprint.get("/settings")
    def show_settings() -> Response:
        return jsonify({field.name: shown(field.name, getattr(settings, field.name)) for field in fields(settings)})

    @plane.blueprint.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(worlds.foundation.specification.document)

    @plane.blueprint.post("/reset")
    def reset() -> Response:
        if plane.key is not None:
            plane.check_key(plane.key)
        used = len(plane.known())
        worlds.reset(plane.key)
        return jsonify(status="reset", keys=used)


def shown(name: str, value: Any) -> Any:
    """A setting's value as JSON, a secret one masked."""
    if name == "admin_token" and value:
        return masked(value)
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return str(value) if isinstance(value, Path) else value

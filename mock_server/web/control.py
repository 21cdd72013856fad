"""The control plane: looking into the mock and steering it, under WireMock's names and verbs."""

from dataclasses import fields
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request

from mock_server.domain.clock import SystemClock, to_text
from mock_server.domain.journal import Journal, masked, newest
from mock_server.web import entries
from mock_server.web.guard import Guard
from mock_server.web.problems import Problem
from mock_server.world import World, Worlds

CONTROL_PREFIX = "/__admin"
MOST_ENTRIES = 1000


def control_plane(worlds: Worlds, version: str) -> Blueprint:
    """The blueprint of one mock's control plane."""
    plane = Blueprint("control", __name__)
    settings = worlds.foundation.settings
    guard = Guard(settings.host, settings.admin_token)
    key_header = worlds.foundation.specification.key_header
    wall = SystemClock()
    started = wall.now()

    def chosen() -> list[World]:
        key = request.args.get("key")
        if key is None:
            return list(worlds.all())
        world = worlds.known(key)
        return [world] if world else []

    def journals() -> list[Journal]:
        stray = [] if "key" in request.args else [worlds.stray]
        return [*(world.journal for world in chosen()), *stray]

    @plane.before_request
    def guarded() -> None:
        guard.check(request.remote_addr, request.headers)

    @plane.get("/health")
    def health() -> Response:
        now = wall.now()
        return jsonify(
            status="healthy",
            message="The mock is up.",
            version=version,
            uptimeInSeconds=int(now - started),
            timestamp=to_text(now),
        )

    @plane.get("/version")
    def show_version() -> Response:
        return jsonify(version=version)

    @plane.get("/settings")
    def show_settings() -> Response:
        return jsonify({field.name: _shown(field.name, getattr(settings, field.name)) for field in fields(settings)})

    @plane.post("/reset")
    def reset() -> Response:
        worlds.reset(request.args.get("key"))
        return jsonify(status="reset", keys=len(worlds.all()))

    @plane.get("/keys")
    def list_keys() -> Response:
        known = [{"key": world.account.key, "plan": world.account.plan.name} for world in chosen()]
        return jsonify(keys=known, meta={"total": len(known)})

    @plane.post("/keys")
    def new_key() -> tuple[Response, HTTPStatus]:
        plan = _object().get("plan", settings.default_plan)
        try:
            account = worlds.new_account(plan)
        except ValueError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None
        return jsonify(key=account.key, plan=account.plan.name), HTTPStatus.CREATED

    @plane.get("/requests")
    def list_requests() -> Response:
        found = newest(journals(), limit=_number("limit", 100, MOST_ENTRIES), since=_number("since", 0))
        shown = [entries.to_json(entry, key_header) for entry in found]
        return jsonify(requests=shown, meta={"total": sum(map(len, journals()))})

    @plane.get("/requests/<int:entry_id>")
    def show_request(entry_id: int) -> Response:
        for journal in journals():
            for entry in journal.entries():
                if entry.id == entry_id:
                    return jsonify(entries.to_json(entry, key_header))
        raise Problem(HTTPStatus.NOT_FOUND, f"the journal has no request {entry_id}; old ones are let go")

    @plane.delete("/requests")
    def forget_requests() -> Response:
        for journal in journals():
            journal.clear()
        return jsonify(status="forgotten")

    @plane.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(worlds.foundation.specification.document)

    return plane


def _object() -> dict[str, Any]:
    """The call's JSON object; none sent is an empty one."""
    value = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(value, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
    return value


def _number(name: str, default: int, most: int | None = None) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit():
        raise Problem(HTTPStatus.BAD_REQUEST, f"{name}={text!r} is not a whole number")
    return min(int(text), most) if most else int(text)


def _shown(name: str, value: Any) -> Any:
    if name == "admin_token" and value:
        return masked(value)
    return (
        [str(each) for each in value] if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value
    )

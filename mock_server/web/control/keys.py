"""`/keys`: the API keys in use, and new ones."""

from http import HTTPStatus

from flask import Response, jsonify

from mock_server.web.control.plane import Plane
from mock_server.web.problems import Problem


def register(plane: Plane) -> None:
    worlds = plane.worlds

    @plane.blueprint.get("/keys")
    def list_keys() -> Response:
        known = [{"key": world.account.key, "plan": world.account.plan.name} for world in plane.known()]
        return jsonify(keys=known, meta={"total": len(known)})

    @plane.blueprint.post("/keys")
    def new_key() -> tuple[Response, HTTPStatus]:
        plan = plane.read("control.schema.json#/$defs/key").get("plan", worlds.foundation.settings.default_plan)
        try:
            account = worlds.new_account(plan)
        except ValueError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None
        return jsonify(key=account.key, plan=account.plan.name), HTTPStatus.CREATED

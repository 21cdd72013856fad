"""`/snapshot`: the worlds as one file, and back."""

from http import HTTPStatus

from flask import Response, jsonify

from mock_server.contract.forms import FormError
from mock_server.persistence import snapshots
from mock_server.web.control.plane import Plane, body
from mock_server.web.problems import Problem


def register(plane: Plane) -> None:
    worlds = plane.worlds

    @plane.blueprint.get("/snapshot")
    def take_snapshot() -> Response:
        plane.world()
        return jsonify(snapshots.take(worlds, plane.key))

    @plane.blueprint.put("/snapshot")
    def restore_snapshot() -> Response:
        value = body()
        plane.world()
        try:
            differences = snapshots.restore(worlds, value, plane.key)
        except FormError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, error.flaw.detail, [error.flaw]) from None
        return jsonify(status="restored", keys=len(plane.known()), differences=differences)

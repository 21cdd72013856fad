"""`/scenario`: how a sandbox starts, or all of them."""

from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request

from contract_tests.contract.files import DocumentError
from mock_server.contract.bodies import misread
from mock_server.contract.forms import FormError
from mock_server.faults import scenarios
from mock_server.faults.scenarios import FORM, Scenario
from mock_server.web.control.plane import Plane
from mock_server.web.problems import Problem

YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})  # RFC 9512 and before it


def register(plane: Plane) -> None:
    worlds = plane.worlds
    stage = worlds.foundation.stage

    def shown() -> Response:
        world = plane.world()
        scenario = world.scenario if world else worlds.scenario
        document = dict(scenario.document)
        return jsonify(name=scenario.name, document=document, available=scenarios.shipped())

    def asked() -> Scenario:
        """The scenario that the call brings, by name or in full; DocumentError or FormError if it is none."""
        if request.mimetype in YAML:
            return scenarios.read(_text(), "given", stage, source="the body")
        order: dict[str, Any] = plane.read(f"{FORM}#/$defs/order")
        document, name = order.get("document"), order.get("name", "given")
        if document is None:
            return scenarios.load(name, stage)
        if isinstance(document, str):
            return scenarios.read(document, name, stage, source="document")
        return stage(name, document)

    @plane.blueprint.get("/scenario")
    def show_scenario() -> Response:
        return shown()

    @plane.blueprint.put("/scenario")
    def play_scenario() -> Response:
        plane.world()
        try:
            scenario = asked()
        except DocumentError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None
        except FormError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, error.flaw.detail, [error.flaw]) from None
        worlds.play(scenario, plane.key)
        return shown()


def _text() -> str:
    try:
        return request.get_data().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"the body is not UTF-8 text: {misread(error)}") from None

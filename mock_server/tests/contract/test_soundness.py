"""Overlays that leave a contract nobody could serve are refused at the start, with place and fix."""

import json
from pathlib import Path
from typing import Any

import pytest

from mock_server.contract.files import DocumentError
from mock_server.contract.specification import Specification

OK = {"200": {"description": "Fine."}}


def path(template: str, **operation: Any) -> dict[str, Any]:
    return {"target": "$.paths", "update": {template: {"get": {"operationId": "new", "responses": OK, **operation}}}}


def answering(**schema: Any) -> dict[str, Any]:
    return {"200": {"description": "Fine.", "content": {"application/json": {"schema": schema}}}}


def overlay(folder: Path, action: dict[str, Any]) -> Path:
    file = folder / "ours.json"
    file.write_text(json.dumps({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [action]}))
    return file


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        ({"target": "$.paths", "remove": True}, "/paths: /paths names nothing"),
        ({"target": "$.servers[0]", "remove": True}, "/servers/0/url: "),
        ({"target": "$.x-quota", "remove": True}, "x-quota is gone; put it back"),
        (
            {"target": "$.x-plans.plans[0]", "update": {"requests_per_minute": "ten"}},
            '/x-plans/plans/0/requests_per_minute: requests_per_minute: "ten" is not an integer or null',
        ),
        ({"target": "$.x-plans", "update": {"plans": ["gold"]}}, '/x-plans/plans/4: "gold" is not an object'),
        (path("new"), "/paths/new: 'new' does not begin with a slash; write '/new'"),
        (path("/new/{id}"), "/paths/~1new~1{id}/get: {id} of the path is no parameter of the operation"),
        (path("/new", responses={"404": {"description": "No."}}), "/get/responses: there is no status of success"),
        (path("/new", responses={"2XX": {"description": "Fine."}}), "such as 200 among them (2XX); add one"),
        (path("/new", responses=answering(**{"x-faker": "nmae"})), "/schema/x-faker: 'nmae' is no Faker provider"),
        (path("/new", responses=answering(**{"x-faker": "enum"})), "'enum' takes arguments"),
    ],
)
def test_what_could_not_be_served_stops_the_start(tmp_path: Path, action: dict[str, Any], complaint: str) -> None:
    file = overlay(tmp_path, action)
    with pytest.raises(DocumentError) as refused:
        Specification.load([file])
    assert str(refused.value).startswith(f"{file}: ")
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    "action",
    [
        {
            "target": "$.x-plans",
            "update": {
                "plans": [{"name": "gold", "requests_per_minute": 5, "requests_per_day": None, "batch_size": 2}]
            },
        },
        path("/new/{id}", parameters=[{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]),
        path("/new", responses=answering(**{"x-faker": "name"})),
    ],
)
def test_what_can_be_served_needs_no_provenance(tmp_path: Path, action: dict[str, Any]) -> None:
    assert Specification.load([overlay(tmp_path, action)]).plans

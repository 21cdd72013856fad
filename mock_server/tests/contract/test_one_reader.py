"""Mock and suite read one contract: the same overlays are refused, in the same words, and the same change both."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests.contract.document import load
from contract_tests.contract.files import DocumentError
from mock_server.contract.specification import Specification

OK = {"200": {"description": "Fine."}}
HEAD = "overlay: 1.1.0\ninfo: {title: ours, version: 1.0.0}\n"


def path(template: str, **operation: Any) -> dict[str, Any]:
    return {"target": "$.paths", "update": {template: {"get": {"operationId": "new", "responses": OK, **operation}}}}


def answering(**schema: Any) -> dict[str, Any]:
    return {"200": {"description": "Fine.", "content": {"application/json": {"schema": schema}}}}


def overlay(folder: Path, action: dict[str, Any]) -> Path:
    file = folder / "ours.json"
    file.write_text(json.dumps({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [action]}))
    return file


def refused(file: Path) -> str:
    """What mock and suite both say of the file, its name left out."""
    said = []
    for read in (Specification.load, load):
        with pytest.raises(DocumentError) as error:
            read([file])
        said.append(str(error.value))
    assert said[0] == said[1]
    assert said[0].startswith(f"{file}: ")
    return said[0].removeprefix(f"{file}: ")


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
        (
            {"target": "$.components.schemas.Error['$defs'].code.oneOf", "remove": True},
            "/$defs/code/oneOf names nothing",
        ),
        (
            {"target": "$.components.schemas.Webhook", "remove": True},
            "/schema: $ref /components/schemas/Webhook/$defs/request names",
        ),
        ({"target": "$.components.securitySchemes.apiKey.in", "remove": True}, "none is a key in a header; keep one"),
        (path("new"), "/paths/new: 'new' does not begin with a slash; write '/new'"),
        (path("/new/{id}"), "/paths/~1new~1{id}/get: {id} of the path is no parameter of the operation"),
        (path("/new", parameters=[{"in": "query"}]), 'a parameter ({"in": "query"}) has no name; give it one'),
        (path("/new", requestBody={}), "/get/requestBody: has no content; say which media types it takes"),
        (path("/new", responses={"404": {"description": "No."}}), "/get/responses: there is no status of success"),
        (path("/new", responses={"4XX": {"description": "No."}}), "such as 200 among them (4XX); add one"),
        (path("/new", responses=answering(**{"x-faker": "nmae"})), "/schema/x-faker: 'nmae' is no Faker provider"),
        (path("/new", responses=answering(**{"x-faker": "enum"})), "'enum' takes arguments"),
        (
            path("/new", responses=answering(**{"$ref": "#node"})),
            "$ref #node names nothing: no schema has that $anchor",
        ),
        (path("/new", responses=answering(**{"$ref": "other.json"})), "begins with no # and is no schema's $id"),
    ],
)
def test_what_could_not_be_served_stops_the_start(tmp_path: Path, action: dict[str, Any], complaint: str) -> None:
    assert complaint in refused(overlay(tmp_path, action))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            HEAD + "actions:\n- {target: $.info, updte: {x: 1}}\n",
            "line 4 (/actions/0): updte is not known here; did you",
        ),
        (
            HEAD + "actions:\n- target: $.info\n  update: {x-a: 1, x-a: 2}\n",
            "line 5 column 20: not YAML: the name 'x-a'",
        ),
        (
            HEAD.replace("1.1.0", "9.0.0") + "actions: [{target: $.info}]\n",
            "line 1 (/overlay): version '9.0.0' is not known",
        ),
        ("info: {title: ours, version: 1.0.0}\nactions: [{target: $.info}]\n", "overlay is missing"),
        ("overlay: 1.1.0\nactions: [{target: $.info}]\n", "info is missing"),
        (HEAD, "actions is missing"),
        (HEAD + "actions: []\n", "(/actions): has 0 items, fewer than 1"),
        (HEAD + "actions: [{update: {x: 1}}]\n", "(/actions/0): target is missing"),
        (HEAD + "actions: [{target: info, update: {}}]\n", '(/actions/0/target): "info" does not match'),
        (HEAD + "actions: [{target: $.info, remove: 'yes'}]\n", '(/actions/0/remove): "yes" is not a boolean'),
        (HEAD + "actions: [{target: '$[', remove: true}]\n", "'$[' is not a JSONPath (RFC 9535)"),
        (HEAD + "actions: [{target: $, remove: true}]\n", "$ is the whole document, which cannot be removed"),
        (HEAD + "actions: [{target: $.info, update: 3}]\n", "a primitive 3 cannot replace an object at /info"),
        (
            HEAD + "actions: [{target: $.info, update: {title: []}}]\n",
            "an array [] cannot replace a primitive at /info/title",
        ),
        (HEAD + 'actions: [{target: \'$.info["title", "license"]\', update: x}]\n', ""),
        (HEAD + "actions: [{target: '$.*', update: {x-a: 1}}]\n", "all must be of one kind; narrow the query"),
        (HEAD + "actions: [{target: $.info, update: {}, copy: $.info}]\n", "has both update and copy; keep one"),
        (HEAD + "actions: [{target: $.info, copy: $.tags.*}]\n", "nodes, and copy takes exactly one"),
        (HEAD + "actions: [{$ref: '#/components/actions/none', target: $.info}]\n", "(/actions/0/$ref)"),
        (HEAD + "actions: [{target: $.components.schemas.Error, update: {type: strnig}}]\n", "not a JSON Schema"),
        (
            HEAD + "actions: [{target: $, update: {openapi: 3.0.3}}]\n",
            "/openapi: '3.0.3' is not a version that is read",
        ),
        (HEAD + "actions: [", "not YAML: "),
        ("[]", "is not an object"),
        ("overlay", "is not an object"),
        ("", "is not an object"),
    ],
)
def test_what_is_no_overlay_is_refused_by_both_in_the_same_words(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(text)
    assert complaint in refused(file)


def test_a_file_that_cannot_be_read_is_refused_by_both(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(HEAD.encode() + b"x-note: caf\xe9\n")
    assert refused(tmp_path / "none.yaml") == "cannot be read: No such file or directory"
    assert "is not UTF-8 text; save it as UTF-8" in refused(tmp_path / "latin.yaml")


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
    file = overlay(tmp_path, action)
    assert Specification.load([file]).document == load([file]).document


def test_without_an_overlay_both_read_the_same_document() -> None:
    assert Specification.load().document == load().document

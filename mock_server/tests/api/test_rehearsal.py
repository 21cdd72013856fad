"""What an overlay asks for and nothing can be made of is told at the start, with its file, line and place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.contract.files import DocumentError
from mock_server.settings import Settings
from mock_server.web.mock import Mock

SCHEMAS = "$.components.schemas"
PICKUP = "/paths/~1pickups/get/responses/200"
BODY = f"{PICKUP}/content/application~1json/schema"


def overlay(folder: Path, *actions: Any) -> Path:
    file = folder / "ours.yaml"
    head = {"overlay": "1.0.0", "info": {"title": "ours", "version": "1.0.0"}}
    file.write_text(yaml.safe_dump({**head, "actions": list(actions)}, sort_keys=False))
    return file


def answering(schema: Any, **response: Any) -> dict[str, Any]:
    """The action that adds an operation with that answer."""
    content = {"content": {"application/json": {"schema": schema}}} | response
    get = {"operationId": "listPickups", "responses": {"200": {"description": "Fine.", **content}}}
    return {"target": "$.paths", "update": {"/pickups": {"get": get}}}


def refusal(file: Path) -> str:
    with pytest.raises(DocumentError) as refused:
        Mock(Settings(overlay=(file,)))
    return str(refused.value)


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"type": "string", "pattern": "^[A-Z]{3}$", "minLength": 5}, "/minLength"),
        ({"type": "string", "pattern": "^abc$", "format": "date"}, "/format"),
        ({"allOf": [{"type": "string", "pattern": "^a$"}, {"pattern": "^b$"}]}, "/allOf/1/pattern"),
        ({"required": ["a"], "properties": {"a": {"type": "string", "pattern": "^(?=b)a$"}}}, "/properties/a/pattern"),
        ({"type": "array", "minItems": 1, "items": {"enum": []}}, "/items"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "/maximum"),
        ({"type": "number", "minimum": 0.8, "maximum": 1.3, "multipleOf": 0.7}, "/maximum"),
        (False, ""),
    ],
)
def test_a_schema_that_nothing_keeps_is_told_with_its_line(schema: Any, place: str, tmp_path: Path) -> None:
    file = overlay(tmp_path, answering(schema))
    said = refusal(file)
    keyword = place.rpartition("/")[2]
    line = next(
        (n for n, text in enumerate(file.read_text().splitlines(), 1) if text.strip(" -").startswith(keyword)), 0
    )
    assert said.startswith(f"{file}: line ")
    assert f": {BODY}{place}: nothing can be generated that keeps it (" in said
    if keyword in {"minLength", "format", "maximum"}:
        assert f"line {line}: " in said


def test_a_component_is_told_where_it_stands(tmp_path: Path) -> None:
    label = {"type": "object", "required": ["code"], "properties": {"code": {"type": "string", "pattern": "^(?=b)a$"}}}
    file = overlay(
        tmp_path,
        {"target": SCHEMAS, "update": {"Label": label}},
        answering({"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Label"}}),
    )
    assert ": /components/schemas/Label/properties/code/pattern: nothing can be generated" in refusal(file)


def test_other_answers_than_the_first_are_tried_too(tmp_path: Path) -> None:
    action = answering({})
    media = {"application/json": {"schema": {"type": "string", "pattern": "^(?=b)a$"}}}
    action["update"]["/pickups"]["get"]["responses"]["409"] = {"description": "No.", "content": media}
    assert "/responses/409/content/application~1json/schema/pattern: " in refusal(overlay(tmp_path, action))


def test_headers_and_other_media_types_are_tried_too(tmp_path: Path) -> None:
    header = {"X-Lot": {"required": True, "schema": {"type": "string", "pattern": "^(?=b)a$"}}}
    assert f"{PICKUP}/headers/X-Lot/schema/pattern: " in refusal(overlay(tmp_path, answering({}, headers=header)))
    content = {"application/zip": {"schema": {"type": "object"}}}
    said = refusal(overlay(tmp_path, answering({}, content=content)))
    assert "/content/application~1zip/schema: " in said
    assert "give it an example" in said


@pytest.mark.parametrize(
    ("target", "update", "place"),
    [
        (
            f"{SCHEMAS}.Tracking.properties",
            {"lot": {"type": "string", "pattern": "^(?=b)a$"}},
            "/components/schemas/Tracking/properties/lot/pattern",
        ),
        (f"{SCHEMAS}.Tracking.properties.tracking_number", {"maxLength": 3}, "/properties/tracking_number/maxLength"),
        (
            f"{SCHEMAS}.Error.properties",
            {"hint": {"type": "string", "pattern": "^(?=b)a$"}},
            "/components/schemas/Error",
        ),
    ],
)
def test_what_the_mock_says_itself_must_have_room(target: str, update: Any, place: str, tmp_path: Path) -> None:
    assert place in refusal(overlay(tmp_path, {"target": target, "update": update}))

"""The contract's files as one document: what is taken in, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.contract.bundle import references
from contract_tests.contract.files import DocumentError
from contract_tests.contract.loading import fixture, load, lookup, resolve

ROOT = """
openapi: 3.1.0
info: {title: Parcels, version: "1"}
x-plans: {$ref: plans.json}
paths:
  /parcels/{id}:
    get:
      operationId: findParcel
      responses:
        "200":
          description: found
          content:
            application/json: {schema: {$ref: parcel.schema.json}}
        "400":
          description: odd
          content:
            application/json: {schema: {$ref: parcel.schema.json#/$defs/odd}}
components:
  schemas:
    Parcel: {$ref: parcel.schema.json}
"""
PARCEL = """
{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.com/parcel",
 "title": "Parcel", "type": "object",
 "properties": {"odd": {"$ref": "#/$defs/odd"}, "inner": {"$ref": "#"}, "place": {"$ref": "place.schema.json"}},
 "$defs": {"odd": {"type": "string"}}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "openapi.yaml").write_text(ROOT)
    (tmp_path / "parcel.schema.json").write_text(PARCEL)
    (tmp_path / "place.schema.json").write_text('{"title": "Place", "type": "string"}')
    (tmp_path / "plans.json").write_text('{"$schema": "plan.schema.json", "plans": [{"name": "free"}]}')
    return tmp_path / "openapi.yaml"


def overlay(folder: Path, *actions: Any) -> Path:
    path = folder / "fix.overlay.yaml"
    document = {"overlay": "1.1.0", "info": {"title": "fix", "version": "1"}, "actions": list(actions)}
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def test_a_schema_file_becomes_the_component_of_its_title(root: Path) -> None:
    schemas = load(root=root)["components"]["schemas"]
    assert list(schemas) == ["Parcel", "Place"]
    assert schemas["Place"] == {"title": "Place", "type": "string"}
    assert schemas["Parcel"].keys() == {"title", "type", "properties", "$defs"}


def test_references_follow_their_files_into_the_document(root: Path) -> None:
    document = load(root=root)
    assert set(references(document)) == {
        ("/paths/~1parcels~1{id}/get/responses/200/content/application~1json/schema", "#/components/schemas/Parcel"),
        (
            "/paths/~1parcels~1{id}/get/responses/400/content/application~1json/schema",
            "#/components/schemas/Parcel/$defs/odd",
        ),
        ("/components/schemas/Parcel/properties/odd", "#/components/schemas/Parcel/$defs/odd"),
        ("/components/schemas/Parcel/properties/inner", "#/components/schemas/Parcel"),
        ("/components/schemas/Parcel/properties/place", "#/components/schemas/Place"),
    }


def test_a_file_that_is_no_schema_takes_the_place_of_its_reference(root: Path) -> None:
    assert load(root=root)["x-plans"] == {"plans": [{"name": "free"}]}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("plans.json", "planes.json", "openapi.yaml: refers to planes.json, and there is no such file"),
        ("plans.json}", "plans.json#/none}", "openapi.yaml: refers to plans.json#/none, but /none names nothing"),
        ("json#/$defs/odd", "json#/$defs/even", "400/content/application~1json/schema: .* no 'even' among odd"),
        ("operationId: findParcel", "summary: find", "/get: the operation has no operationId"),
        ("openapi: 3.1.0", "openapi: 3.0.3", "/openapi: '3.0.3' is not a version that is read"),
        (
            "components:",
            "  /parcels/{number}:\n    get: {operationId: other}\ncomponents:",
            "/parcels/{number} and /parcels/{id} match the same requests",
        ),
        (
            "components:",
            "  /other:\n    get: {operationId: findParcel}\ncomponents:",
            "operationId 'findParcel' is taken by /paths/~1parcels~1{id}/get",
        ),
    ],
)
def test_a_contract_that_cannot_be_worked_with_is_refused(root: Path, old: str, new: str, complaint: str) -> None:
    root.write_text(ROOT.replace(old, new))
    with pytest.raises(DocumentError) as refused:
        load(root=root)
    start, _, end = complaint.partition(" .* ")
    assert start in str(refused.value)
    assert end in str(refused.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [('{"type": "string"}', "None is no name"), ('{"title": "Parcel"}', "another schema file is titled Parcel too")],
)
def test_a_schema_file_needs_a_title_of_its_own(root: Path, text: str, complaint: str) -> None:
    (root.parent / "place.schema.json").write_text(text)
    with pytest.raises(DocumentError, match=f"place.schema.json: /title: {complaint}"):
        load(root=root)


def test_an_overlay_changes_the_bundled_document(root: Path) -> None:
    path = overlay(root.parent, {"target": "$.components.schemas.Place", "update": {"minLength": 2}})
    assert load([path], root=root)["components"]["schemas"]["Place"]["minLength"] == 2


def test_overlays_are_applied_in_order(root: Path) -> None:
    first = overlay(root.parent, {"target": "$", "update": {"x-last": "first"}})
    second = first.rename(first.with_name("second.yaml"))
    first = overlay(root.parent, {"target": "$", "update": {"x-last": "really first"}})
    assert load([first, second], root=root)["x-last"] == "first"
    assert load([second, first], root=root)["x-last"] == "really first"


def test_an_overlay_that_does_not_fit_names_file_and_line(root: Path) -> None:
    path = overlay(root.parent, {"target": "$.info", "update": {}}, {"target": "$.info", "update": {"title": []}})
    line = path.read_text().splitlines().index("    title: []") + 1
    with pytest.raises(
        DocumentError, match=rf"overlay.yaml: line {line} \(/actions/1/update/title\): an arr"
    ) as refused:
        load([path], root=root)
    assert refused.value.file == path


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        (
            {"target": "$.components.schemas.Place", "update": {"type": "strnig"}},
            "/components/schemas/Place/type: not a JSON Schema",
        ),
        (
            {"target": "$.components.schemas.Place", "update": {"pattern": "["}},
            '/components/schemas/Place/pattern: not a JSON Schema: pattern: "[" is not a valid regex',
        ),
        (
            {"target": "$..content['application/json'].schema", "update": {"minimum": "one"}},
            "application~1json/schema/minimum: not a JSON Schema",
        ),
        ({"target": "$.components.schemas.Place", "remove": True}, "$ref /components/schemas/Place names nothing"),
        ({"target": "$.components.schemas.Place", "update": {"$ref": "x.json"}}, "x.json is outside the document"),
    ],
)
def test_what_an_overlay_breaks_is_found_at_the_start(root: Path, action: Any, complaint: str) -> None:
    path = overlay(root.parent, action)
    with pytest.raises(DocumentError) as refused:
        load([path], root=root)
    assert str(refused.value).startswith(str(path))
    assert complaint in str(refused.value)


def test_resolve_follows_a_reference_a_node_or_nothing(root: Path) -> None:
    document = load(root=root)
    place = {"title": "Place", "type": "string"}
    assert resolve(document, "#/components/schemas/Place") == place
    assert resolve(document, {"$ref": "#/components/schemas/Parcel/properties/place"}) == place
    assert resolve(document, {"type": "null"}) == {"type": "null"}
    assert resolve(document, "#/paths/~1parcels~1%7Bid%7D/get/operationId") == "findParcel"
    assert lookup(document, "#/components/schemas/Parcel/properties/place") == {"$ref": "#/components/schemas/Place"}


def test_resolve_refuses_a_circle() -> None:
    with pytest.raises(LookupError, match="refers to itself"):
        resolve({"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}, "#/a")


def test_a_missing_fixture_is_named() -> None:
    with pytest.raises(DocumentError, match=r"fixtures/unicorns\.json: cannot be read"):
        fixture("unicorns.json")

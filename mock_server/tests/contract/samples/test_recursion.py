"""Data of schemas that contain themselves ends, and discriminators have their values."""

from random import Random
from typing import Any

import pytest

from contract_tests.contract.validation import validator
from mock_server.contract.samples import sample
from mock_server.contract.shapes import Shape


def of(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def with_one(name: str, **schema: Any) -> dict[str, Any]:
    return {"type": "object", "required": [name], "properties": {name: schema}}


MAPPING = {"propertyName": "kind", "mapping": {"katze": "#/components/schemas/Cat", "dog": "Dog"}}
SCHEMAS: dict[str, Any] = {
    "NullFirst": with_one("up", oneOf=[{"type": "null"}, of("NullFirst")]),
    "NullLast": with_one("up", anyOf=[of("NullLast"), {"type": "null"}]),
    "Optional": {"type": "object", "properties": {"left": of("Optional"), "right": of("Optional")}},
    "Listed": {
        "type": "object",
        "required": ["kids"],
        "properties": {"kids": {"type": "array", "items": of("Listed")}},
    },
    "Full": with_one("kids", type="array", minItems=2, items={"oneOf": [of("Full"), {"type": "integer"}]}),
    "A": with_one("b", **of("B")),
    "B": {"type": "object", "properties": {"a": of("A"), "all": {"type": "array", "items": of("A")}}},
    "Expression": {"oneOf": [{**with_one("l", **of("Expression")), "additionalProperties": False}, {"type": "number"}]},
    "Map": {"type": "object", "minProperties": 1, "additionalProperties": {"anyOf": [of("Map"), {"type": "string"}]}},
    "Maybe": {"type": ["object", "null"], "required": ["next"], "properties": {"next": of("Maybe")}},
    "Pet": {**with_one("kind", type="string"), "discriminator": MAPPING},
    "Cat": {"allOf": [of("Pet"), with_one("purrs", type="boolean")]},
    "Dog": {"allOf": [of("Pet"), with_one("barks", type="boolean")]},
    "Either": {"oneOf": [of("Cat"), of("Dog")], "discriminator": MAPPING},
    "Plain": {"oneOf": [of("Cat"), of("Dog")], "discriminator": {"propertyName": "kind"}},
}
DOCUMENT = {"components": {"schemas": SCHEMAS}}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_draw_ends_soon_and_keeps_the_schema(name: str) -> None:
    drawn = [sample(of(name), DOCUMENT, Random(seed)) for seed in range(60)]
    checked = validator(of(name), DOCUMENT)
    assert [value for value in drawn if not checked.is_valid(value)] == []
    assert max(len(str(value)) for value in drawn) < 1000


@pytest.mark.parametrize("name", ["Cat", "Dog", "Pet", "Either"])
def test_a_discriminator_has_the_value_that_stands_for_what_was_drawn(name: str) -> None:
    for seed in range(20):
        drawn = sample(of(name), DOCUMENT, Random(seed))
        assert drawn["kind"] == ("katze" if "purrs" in drawn else "dog")


def test_a_discriminator_without_a_mapping_has_the_schemas_name() -> None:
    assert {sample(of("Plain"), DOCUMENT, Random(seed))["kind"] for seed in range(20)} <= {"katze", "dog", "Cat", "Dog"}


def test_facts_are_written_into_a_schema_inside_itself_as_deep_as_they_go() -> None:
    node = {
        "type": "object",
        "properties": {
            "label": {"x-value": "name"},
            "up": {"oneOf": [{"type": "null"}, of("Node")], "x-value": "parent"},
        },
    }
    shape = Shape(of("Node"), {"components": {"schemas": {"Node": node}}})
    facts = {"name": "a", "parent": {"name": "b", "parent": None}}
    assert shape.write(facts, Random(0)) == {"label": "a", "up": {"label": "b", "up": None}}
    assert shape.read({"label": "a", "up": {"label": "b", "up": None}}) == facts

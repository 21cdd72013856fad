"""Schemas within schemas, and what OpenAPI 3.0 said in them otherwise."""

from typing import Any

import pytest

from contract_tests.contract.schema_flaws import check_metaschema
from contract_tests.contract.subschemas import subschemas


def test_every_schema_is_found_and_nothing_else() -> None:
    schema = {
        "properties": {"nullable": {"a": 1}, "items": {"items": {"b": 1}}},
        "oneOf": [{"not": {"c": 1}}, True],
        "example": {"properties": {"d": {}}},
        "additionalProperties": False,
    }
    assert {steps for steps, _ in subschemas(schema)} == {
        (),
        ("properties", "nullable"),
        ("properties", "items"),
        ("properties", "items", "items"),
        ("oneOf", 0),
        ("oneOf", 0, "not"),
    }


@pytest.mark.parametrize(
    ("schema", "place", "fix"),
    [
        ({"type": "string", "nullable": True}, "/nullable", "write type: [string, 'null']"),
        (
            {"properties": {"a": {"type": "integer", "enum": [], "nullable": True}}},
            "/properties/a/nullable",
            "its enum",
        ),
        ({"items": {"$ref": "#/x", "nullable": True}}, "/items/nullable", "write anyOf with what is here"),
        ({"exclusiveMinimum": True}, "/exclusiveMinimum", "write the bound itself as exclusiveMinimum"),
    ],
)
def test_the_words_of_openapi_3_0_are_told_with_those_of_3_1(schema: Any, place: str, fix: str) -> None:
    ((found, complaint),) = check_metaschema({"components": {"schemas": {"Parcel": schema}}})
    assert found == f"/components/schemas/Parcel{place}"
    assert fix in complaint


def test_a_property_may_be_called_nullable() -> None:
    schema = {"properties": {"nullable": {"type": "boolean", "nullable": False}}, "examples": [{"nullable": True}]}
    assert list(check_metaschema({"components": {"schemas": {"Parcel": schema}}})) == []

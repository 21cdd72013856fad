"""Bodies are judged by the form that their discriminator names, and need not bring what only the server sets."""

from typing import Any

import pytest

from contract_tests.contract.violations import sentence
from mock_server.contract.request_schemas import request_validator

DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Cat": {"type": "object", "required": ["kind", "name"], "properties": {"name": {"type": "string"}}},
            "Dog": {"type": "object", "required": ["kind", "bark"], "properties": {"bark": {"type": "string"}}},
        }
    }
}
FORMS = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
NAMED = {"propertyName": "kind", "mapping": {"dog": "Dog"}}


def complaints(schema: Any, value: Any) -> list[str]:
    return [sentence(error) for error in request_validator(schema, DOCUMENT).iter_errors(value)]


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"kind": "dog", "bark": "woof"}, None),
        ({"kind": "Cat", "name": "Tom", "bark": "none"}, None),
        ({"kind": "dog", "name": "Rex"}, "bark is missing"),
        ({"kind": "cow"}, 'kind: "cow" is not one of "Cat", "dog"'),
        ({"kind": ["dog"]}, 'kind: ["dog"] is not one of "Cat", "dog"'),
        ({"name": "Tom"}, "kind is missing"),
        ({"kind": "dog", "bark": 1}, "bark: 1 is not a string"),
    ],
)
def test_a_discriminator_names_the_form(keyword: str, value: Any, complaint: str | None) -> None:
    assert complaints({keyword: FORMS, "discriminator": NAMED}, value) == ([complaint] if complaint else [])


def test_without_one_the_forms_are_tried() -> None:
    assert complaints({"oneOf": FORMS}, {"kind": "cow", "name": "Bo"}) == []
    assert complaints({"oneOf": [True], "discriminator": NAMED}, {"kind": "cow"}) == []


def test_what_is_read_only_need_not_be_sent() -> None:
    schema = {"required": ["id", "name"], "properties": {"id": {"type": "string", "readOnly": True}}}
    assert complaints(schema, {"name": "a"}) == []
    assert complaints(schema, {}) == ["name is missing"]
    assert complaints(schema, {"id": 1, "name": "a"}) == ["id: 1 is not a string"]

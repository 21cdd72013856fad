"""References by `$id` and anchor lead to the places of what they name."""

from typing import Any

import pytest

from contract_tests.contract.addresses import by_place
from contract_tests.contract.bundle import copied

A = "/components/schemas/A"


def placed(**schemas: Any) -> dict[str, Any]:
    """The schemas with their references made into ones by place."""
    found: dict[str, Any] = copied(schemas)
    by_place(
        {"components": {"schemas": found}}, [(f"/components/schemas/{name}", each) for name, each in found.items()]
    )
    return found


@pytest.mark.parametrize(
    ("schema", "reference"),
    [
        ({"$anchor": "a", "items": {"$ref": "#a"}}, f"#{A}"),
        ({"$dynamicAnchor": "a", "items": {"$dynamicRef": "#a"}}, f"#{A}"),
        ({"$id": "https://e.example/a", "items": {"$ref": "#"}}, f"#{A}"),
        ({"$id": "https://e.example/a", "items": {"$ref": "https://e.example/a"}}, f"#{A}"),
        ({"$id": "https://e.example/x/a", "items": {"$ref": "../x/a#"}}, f"#{A}"),
        ({"$id": "urn:x:a", "items": {"$ref": "#/$defs/b"}, "$defs": {"b": True}}, f"#{A}/$defs/b"),
        ({"$id": "a", "items": {"$ref": "#/$defs/b%20c"}, "$defs": {"b c": True}}, f"#{A}/$defs/b c"),
        ({"$id": "a", "items": {"$ref": "b"}, "$defs": {"x": {"$id": "b"}}}, f"#{A}/$defs/x"),
        ({"$id": "a", "items": {"$ref": "#y"}, "$defs": {"x": {"$anchor": "y"}}}, f"#{A}/$defs/x"),
        # Many mean the whole document by `#`, whatever is named around it.
        ({"$id": "a", "items": {"$ref": f"#{A}"}}, f"#{A}"),
        # What leads nowhere stays as it is.
        ({"$anchor": "a", "items": {"$ref": "#b"}}, "#b"),
        ({"$id": "a", "$anchor": "b", "items": {"$id": "c", "$ref": "#b"}}, "#b"),
        ({"$id": "a", "items": {"$ref": "#/$defs/b"}}, "#/$defs/b"),
        ({"items": {"$ref": "https://elsewhere.example/a"}}, "https://elsewhere.example/a"),
    ],
)
def test_a_reference_by_name_becomes_one_by_place(schema: Any, reference: str) -> None:
    found = placed(A=schema)["A"]
    assert found["items"] == {"$ref": reference}
    assert not {"$id", "$anchor", "$dynamicAnchor"} & found.keys()


def test_schemas_refer_to_each_other_by_name() -> None:
    schemas = placed(A={"$id": "https://e.example/a", "not": {"$ref": "b"}}, B={"$id": "https://e.example/b"})
    assert schemas == {"A": {"not": {"$ref": "#/components/schemas/B"}}, "B": {}}


def test_a_dynamic_reference_that_may_mean_several_stays() -> None:
    base = {"$id": "base", "$dynamicAnchor": "n", "items": {"$dynamicRef": "#n"}}
    schemas = placed(A=base, B={"$id": "strict", "$dynamicAnchor": "n", "$ref": "base"})
    assert schemas == {"A": {"items": {"$dynamicRef": "#n"}}, "B": {"$ref": f"#{A}"}}


def test_without_names_nothing_is_changed() -> None:
    schema = {"items": {"$ref": "#/components/schemas/A"}, "properties": {"$id": {"type": "string"}}}
    assert placed(A=schema)["A"] == schema

"""What an overlay can make of the API's bodies without a line of code."""

from random import Random
from typing import Any

import pytest

from contract_tests.contract.loading import load
from contract_tests.contract.overlay import apply
from contract_tests.contract.validation import validator
from mock_server.contract.shapes import Shape
from mock_server.tests.contract.shapes.bodies import ERROR, PAGE, REFUSAL, TEXT, TRACKING, record


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return load()


def overlaid(document: Any, *actions: Any) -> dict[str, Any]:
    return apply(document, {"overlay": "1.1.0", "info": {"title": "t", "version": "1"}, "actions": list(actions)})


def test_an_overlay_can_rename_a_property(document: dict[str, Any]) -> None:
    schema = "$.components.schemas.Tracking"
    changed = overlaid(
        document,
        {"target": f"{schema}.properties", "update": {"eta": {}}},
        {"target": f"{schema}.properties.eta", "copy": f"{schema}.properties.estimated_delivery"},
        {"target": f"{schema}.properties.eta", "update": {"x-value": "estimated_delivery"}},
        {"target": f"{schema}.properties.estimated_delivery", "remove": True},
        {"target": f"{schema}..required[?@ == 'estimated_delivery']", "remove": True},
    )
    body = Shape(TRACKING, changed).write(PAGE, Random(0))
    validator(TRACKING, changed).validate(body)
    assert body == {name: each for name, each in PAGE.items() if name != "estimated_delivery"} | {
        "eta": PAGE["estimated_delivery"]
    }


def test_an_overlay_can_flatten_and_rename_the_error_envelope(document: dict[str, Any]) -> None:
    flat = record(type={**TEXT, "x-value": "code"}, detail={**TEXT, "x-value": "message"}, status={"const": "error"})
    changed = overlaid(
        document,
        {"target": "$.components.schemas['Error']['required', 'properties']", "remove": True},
        {"target": "$.components.schemas['Error']", "update": flat},
    )
    body = Shape(ERROR, changed).write(REFUSAL, Random(0))
    assert body == {"type": "not_found", "detail": "No such thing.", "status": "error"}


def test_an_overlay_can_add_a_property_and_the_mock_fills_it(document: dict[str, Any]) -> None:
    weight = {"type": "number", "exclusiveMinimum": 0, "maximum": 70}
    changed = overlaid(
        document,
        {
            "target": "$.components.schemas.Tracking",
            "update": {"properties": {"weight_kg": weight}, "allOf": [{"required": ["weight_kg"]}]},
        },
    )
    body = Shape(TRACKING, changed).write(PAGE, Random(0))
    validator(TRACKING, changed).validate(body)
    assert list(body) == [*PAGE, "weight_kg"]

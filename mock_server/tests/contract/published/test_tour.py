"""The tour, walked against the mock by a small reader of Arazzo's expressions."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from contract_tests.contract.pointers import follow
from mock_server.contract.published.tour import arazzo
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock
from mock_server.world import Foundation

FOUNDATION = Foundation(Settings())
OPERATIONS = FOUNDATION.specification.operations
TOUR = arazzo("http://127.0.0.1:8080/__admin/openapi.json", OPERATIONS)
STEPS = [step for each in TOUR["workflows"] for step in each["steps"]]


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with RunningMock(Settings()) as mock:
        yield mock


def value(told: Any, inputs: dict[str, Any], outputs: dict[str, dict[str, Any]]) -> Any:
    """What is meant by an expression, or by a body that holds some."""
    if isinstance(told, dict):
        return {key: value(each, inputs, outputs) for key, each in told.items()}
    if isinstance(told, list):
        return [value(each, inputs, outputs) for each in told]
    if isinstance(told, str) and told.startswith("$inputs."):
        return inputs[told.removeprefix("$inputs.")]
    found = re.fullmatch(r"\$steps\.(\w+)\.outputs\.(\w+)", told) if isinstance(told, str) else None
    return outputs[found[1]][found[2]] if found else told


@pytest.mark.parametrize("workflow", TOUR["workflows"], ids=lambda each: each["workflowId"])
def test_every_step_of_the_tour_goes_as_it_says(workflow: dict[str, Any], mock: RunningMock) -> None:
    inputs = {name: each["default"] for name, each in workflow["inputs"]["properties"].items()}
    outputs: dict[str, dict[str, Any]] = {}
    for step in workflow["steps"]:
        operation = OPERATIONS[step["operationId"]]
        given = {"path": {}, "header": {}, "query": {}}  # type: dict[str, dict[str, str]]
        for each in step["parameters"]:
            given[each["in"]][each["name"]] = value(each["value"], inputs, outputs)
        body = value(step["requestBody"]["payload"], inputs, outputs) if "requestBody" in step else None
        url = f"{mock.url}/v2{operation.path.format(**given['path'])}"
        got = requests.request(
            operation.method, url, headers=given["header"], params=given["query"], json=body, timeout=30
        )
        (criterion,) = step["successCriteria"]
        assert criterion["condition"] == f"$statusCode == {got.status_code}", got.text
        outputs[step["stepId"]] = {
            name: got.headers[told.removeprefix("$response.header.")]
            if told.startswith("$response.header.")
            else follow(got.json(), told.removeprefix("$response.body#"))
            for name, told in step.get("outputs", {}).items()
        }
    assert all(value(told, inputs, outputs) is not None for told in workflow["outputs"].values())


def test_the_tour_visits_every_operation_with_statuses_that_the_contract_has() -> None:
    assert {step["operationId"] for step in STEPS} == set(OPERATIONS)
    for step in STEPS:
        (criterion,) = step["successCriteria"]
        assert int(criterion["condition"].removeprefix("$statusCode == ")) in OPERATIONS[step["operationId"]].statuses


def test_its_numbers_are_those_of_the_mock() -> None:
    defaults = {
        name: each["default"] for flow in TOUR["workflows"] for name, each in flow["inputs"]["properties"].items()
    }
    numbers = FOUNDATION.magic.by_error("ups")
    assert defaults["unknown"] == numbers["not_found"]
    assert defaults["unavailable"] == numbers["carrier_unavailable"]


def test_without_an_operation_the_workflows_that_need_it_are_gone() -> None:
    left = arazzo("openapi.json", [each for each in OPERATIONS if each != "deleteWebhook"])
    assert [each["workflowId"] for each in left["workflows"]] == ["meetRefusals"]

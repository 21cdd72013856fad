import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft7Validator

from contract_tests.contract.loading import resolve
from mock_server.contract.published import published
from mock_server.contract.published.events import asyncapi
from mock_server.contract.specification import Specification

FLAT = published(Specification.load().document, "http://127.0.0.1:8080/v2")
DOCUMENT = asyncapi(FLAT)
(MESSAGE,) = DOCUMENT["components"]["messages"].values()


def objects(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, dict):
        yield node
    if isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from objects(each)


def test_what_is_delivered_is_what_the_openapi_document_says() -> None:
    operation = FLAT["webhooks"]["trackingEvent"]["post"]
    assert MESSAGE["payload"] == operation["requestBody"]["content"]["application/json"]["schema"]
    headers = {each["name"]: each for each in operation["parameters"]}
    assert MESSAGE["headers"]["properties"].keys() == headers.keys()
    assert MESSAGE["headers"]["required"] == ["X-TrackFlow-Signature"]
    assert DOCUMENT["operations"].keys() == {operation["operationId"]}


def test_its_examples_fit_its_schema_in_the_draft_that_asyncapi_reads() -> None:
    judge = Draft7Validator({**MESSAGE["payload"], "components": DOCUMENT["components"]})
    examples = [each["payload"] for each in MESSAGE["examples"]]
    assert examples
    for each in examples:
        assert judge.is_valid(each)
        assert not judge.is_valid({**each, "type": "tracking.lost"})
        assert not judge.is_valid({**each, "data": {**each["data"], "origin": 1}})


def test_every_reference_leads_somewhere_and_stands_alone() -> None:
    found = [each for each in objects(DOCUMENT) if "$ref" in each]
    assert len(found) > 5
    for each in found:
        assert each.keys() == {"$ref"}
        assert resolve(DOCUMENT, each)


def test_no_schema_is_there_for_nothing() -> None:
    text = json.dumps(DOCUMENT)
    for name in DOCUMENT["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text


@pytest.mark.parametrize("gone", ["webhooks", "license"])
def test_a_contract_without_webhooks_or_licence_is_a_document_too(gone: str) -> None:
    flat = {**FLAT, "info": {key: each for key, each in FLAT["info"].items() if key != gone}}
    document = asyncapi({key: each for key, each in flat.items() if key != gone})
    assert document["asyncapi"] == "3.0.0"
    assert bool(document["channels"]) == (gone != "webhooks")


def test_a_webhook_without_a_body_is_told_of_too() -> None:
    flat = {**FLAT, "webhooks": {"ping": {"get": {"operationId": "ping", "responses": {}}}}}
    document = asyncapi(flat)
    assert document["components"]["messages"]["ping"]["payload"] == {}
    assert document["operations"]["ping"]["bindings"]["http"]["method"] == "GET"

import json
import random
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from mock_server.contract.flattening import flattened
from mock_server.contract.specification import Specification

OWN = "http://127.0.0.1:8080/v2"
SOURCE: Mapping[str, Any] = Specification.load().document
FLAT = flattened(SOURCE, OWN)
MUTATIONS = 300  # of each body
SPARE: tuple[Any, ...] = (None, True, False, 0, -1, 1.5, "", "x", "9999-99-99T99:99:99Z", [], {}, [None], {"code": "?"})


def bodies(document: Mapping[str, Any]) -> Iterator[tuple[str, Any, list[Any]]]:
    """Every body of the document: where it is, its schema, its examples."""

    def below(node: Any, place: str) -> Iterator[tuple[str, Any, list[Any]]]:
        if isinstance(node, dict):
            for media in node.get("content", {}).values():
                examples = [at(document, each).get("value") for each in media.get("examples", {}).values()]
                yield place, media["schema"], examples
            for name, each in node.items():
                yield from below(each, f"{place}/{name}")

    for part in ("paths", "webhooks", "components"):
        yield from below(document[part], part)


def at(document: Mapping[str, Any], node: Any) -> Any:
    while "$ref" in node:
        value: Any = document
        for step in node["$ref"].split("/")[1:]:
            value = value[step]
        node = value
    return node


def mutated(body: Any, chance: random.Random) -> Any:
    """The body with one to three values in it exchanged, dropped or added."""
    body = deepcopy(body)
    for _ in range(chance.randint(1, 3)):
        spots = list(containers(body))
        if not spots:
            return chance.choice(SPARE)
        spot = chance.choice(spots)
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        act = chance.choice(("exchange", "exchange", "drop", "add"))
        if act == "add" or not keys:
            if isinstance(spot, dict):
                spot["more"] = deepcopy(chance.choice(SPARE))
            else:
                spot.append(deepcopy(chance.choice(SPARE)))
        elif act == "drop":
            del spot[chance.choice(keys)]
        else:
            spot[chance.choice(keys)] = deepcopy(chance.choice(SPARE))
    return body


def containers(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        yield node
        for each in node.values() if isinstance(node, dict) else node:
            yield from containers(each)


def judge(document: Mapping[str, Any], schema: Any) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def keys(node: Any) -> Iterator[str]:
    for each in containers(node):
        if isinstance(each, dict):
            yield from each


def test_both_forms_give_the_same_verdict_on_thousands_of_mutated_bodies() -> None:
    chance = random.Random(20260615)
    verdicts = []
    for (place, schema, examples), (other, flat_schema, _) in zip(bodies(SOURCE), bodies(FLAT), strict=True):
        assert place == other
        source, flat = judge(SOURCE, schema), judge(FLAT, flat_schema)
        for example in examples:
            for body in (example, *(mutated(example, chance) for _ in range(MUTATIONS))):
                verdict = source.is_valid(body)
                assert flat.is_valid(body) == verdict, (place, body)
                verdicts.append(verdict)
    assert len(verdicts) > 3000
    assert min(verdicts.count(True), verdicts.count(False)) > 300


def test_it_is_an_openapi_document() -> None:
    validate(json.loads(json.dumps(FLAT)))


@pytest.mark.parametrize(
    "name",
    [
        "BatchRequest",
        "BatchResult",
        "CarrierList",
        "TrackingEvent",
        "TrackingStatus",
        "WebhookRequest",
        "WebhookEvent",
        "ErrorDetail",
        "ErrorCode",
    ],
)
def test_what_was_nested_is_a_component_with_a_name(name: str) -> None:
    assert "$ref" not in FLAT["components"]["schemas"][name]


def test_nothing_of_where_a_rule_comes_from_is_left() -> None:
    assert [key for key in keys(FLAT) if key.startswith("x-") or key == "$defs"] == []


def test_no_link_has_an_object_for_a_body_and_requests_keep_theirs() -> None:
    links = [link for each in containers(FLAT) if isinstance(each, dict) for link in each.get("links", {}).values()]
    assert len(links) >= 2
    assert not any("requestBody" in link for link in links)
    assert "requestBody" in FLAT["paths"]["/webhooks"]["post"]


def test_a_webhook_shares_its_tag_with_no_operation() -> None:
    of_paths = {tag for item in FLAT["paths"].values() for each in item.values() for tag in tags(each)}
    of_webhooks = {tag for item in FLAT["webhooks"].values() for each in item.values() for tag in tags(each)}
    assert of_webhooks
    assert not of_webhooks & of_paths
    assert of_webhooks | of_paths == {tag["name"] for tag in FLAT["tags"]}


def tags(operation: Any) -> list[str]:
    found: list[str] = operation.get("tags", []) if isinstance(operation, dict) else []
    return found


def test_names_of_the_contract_are_not_taken_for_extensions() -> None:
    source = deepcopy(dict(SOURCE))
    source["components"]["schemas"]["Batch"]["properties"]["x-note"] = {"type": "string"}
    assert "x-note" in flattened(source, OWN)["components"]["schemas"]["Batch"]["properties"]


def test_the_source_stays_as_it_was() -> None:
    before = json.dumps(SOURCE)
    flattened(SOURCE, OWN)
    assert json.dumps(SOURCE) == before

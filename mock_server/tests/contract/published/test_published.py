import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from mock_server.contract.published import published
from mock_server.contract.published.walking import rewritten
from mock_server.server.reply import encode
from mock_server.tests.contract.published.forms import BOTH, FLAT, NUMBERS, OWN, SOFT, SOURCE, at, containers, judge


def keys(node: Any) -> Iterator[str]:
    for each in containers(node):
        if isinstance(each, dict):
            yield from each


@BOTH
def test_it_is_an_openapi_document(document: dict[str, Any]) -> None:
    validate(json.loads(json.dumps(document)))


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
    assert [key for key in keys(FLAT) if key.startswith("x-") or key in {"$defs", "$comment"}] == []
    told = [each["description"] for each in containers(FLAT) if isinstance(each, dict) and "description" in each]
    assert len(told) > 100
    assert [text for text in told if isinstance(text, str) and re.search(r"\bx-[a-z]", text)] == []


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
    assert "x-note" in published(source, OWN)["components"]["schemas"]["Batch"]["properties"]


def test_the_source_stays_as_it_was() -> None:
    before = json.dumps(SOURCE)
    published(SOURCE, OWN)
    assert json.dumps(SOURCE) == before


def schemas(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of the document with the component, or the kind of place, that it is in."""
    found: list[dict[str, Any]] = []

    def noted(schema: dict[str, Any]) -> dict[str, Any]:
        found.append(schema)
        return schema

    for name, each in document["components"]["schemas"].items():
        found.clear()
        rewritten(each, noted)
        yield from ((name if schema is found[-1] else f"in {name}", schema) for schema in found)
    for part in (document["paths"], document.get("webhooks", {}), document["components"]["headers"]):
        for each in containers(part):
            if isinstance(each, dict) and isinstance(each.get("schema"), dict):
                found.clear()
                rewritten(each["schema"], noted)
                yield from (("elsewhere", schema) for schema in found)


@BOTH
def test_every_object_and_every_choice_of_words_has_a_name(document: dict[str, Any]) -> None:
    nameless = [
        (place, schema)
        for place, schema in schemas(document)
        if ("properties" in schema or "enum" in schema) and (place.startswith("in ") or place == "elsewhere")
    ]
    assert nameless == []


@BOTH
def test_names_read_well_and_are_no_words_of_a_language(document: dict[str, Any]) -> None:
    names = list(document["components"]["schemas"])
    assert len({name.lower() for name in names}) == len(names)
    assert [name for name in names if not re.fullmatch(r"([A-Z][a-z]+)+", name)] == []
    assert not {"Error", "Object", "Map", "Response", "Request"} & set(names)
    assert [name for name in names if re.search(r"Inline|Model|Inner|AllOf|AnyOf|OneOf|Form$", name)] == []


@BOTH
def test_constants_and_words_have_a_type_and_no_alternatives_are_constants(document: dict[str, Any]) -> None:
    every = [schema for _, schema in schemas(document)]
    assert [each for each in every if ("const" in each or "enum" in each) and "type" not in each] == []
    assert [each for each in every for key in ("oneOf", "anyOf") for one in each.get(key, ()) if "const" in one] == []
    assert [each for each in every if "allOf" in each] == []


@BOTH
def test_a_choice_is_between_names_or_one_name_and_null(document: dict[str, Any]) -> None:
    for _, schema in schemas(document):
        for branch in [*schema.get("oneOf", ()), *schema.get("anyOf", ())]:
            assert "$ref" in branch or branch == {"type": "null"}


def test_no_component_may_be_null() -> None:
    assert [name for name, each in FLAT["components"]["schemas"].items() if "null" in each.get("type", ())] == []


def test_every_component_is_used() -> None:
    text = json.dumps(FLAT)
    assert [name for name in FLAT["components"]["schemas"] if f'"#/components/schemas/{name}"' not in text] == []


def test_the_soft_form_has_no_constants_no_alternatives_of_objects_and_no_pattern_of_a_format() -> None:
    every = [schema for _, schema in schemas(SOFT)]
    assert [each for each in every if "const" in each or {"pattern", "format"} <= each.keys() or "oneOf" in each] == []
    result = SOFT["components"]["schemas"]["BatchResult"]
    assert result["required"] == ["success", "tracking_number"]
    assert {"status", "events", "error"} <= result["properties"].keys()


def test_the_soft_form_has_no_webhook_for_an_operation_and_still_tells_what_is_delivered() -> None:
    assert "webhooks" not in SOFT
    assert {tag["name"] for tag in SOFT["tags"]} == {
        tag for item in SOFT["paths"].values() for each in item.values() for tag in tags(each)
    }
    assert {"WebhookEvent", "WebhookEventType"} <= SOFT["components"]["schemas"].keys()


def test_numbers_to_ask_for_are_paired_by_name_with_what_is_then_answered() -> None:
    (number,) = FLAT["paths"]["/track/{trackingNumber}"]["parameters"]
    examples = {name: each["value"] for name, each in number["examples"].items()}
    assert examples.items() >= {**NUMBERS, "documented": "1Z204E380338943508", "delivered": "RR990000045GB"}.items()
    answers = FLAT["paths"]["/track/{trackingNumber}"]["get"]["responses"]
    for status, name in (("404", "not_found"), ("503", "carrier_unavailable")):
        assert name in at(FLAT, answers[status])["content"]["application/json"]["examples"]


def test_an_overlays_objects_get_names_too_and_what_cannot_be_said_simply_stays() -> None:
    source = deepcopy(dict(SOURCE))
    batch = source["components"]["schemas"]["Batch"]["properties"]
    batch["totals"] = {"type": "object", "properties": {"kind": {"oneOf": [{"const": "a"}, {"const": "b"}]}}}
    batch["date"] = {"allOf": [{"properties": {"a": {}}, "additionalProperties": False}], "properties": {"b": {}}}
    batch["pair"] = {"type": "string", "pattern": "a", "allOf": [{"pattern": "b$"}, {"minLength": 3}]}
    flat = published(source, OWN)["components"]["schemas"]
    assert flat["BatchTotals"]["properties"]["kind"] == {"$ref": "#/components/schemas/BatchTotalsKind"}
    assert flat["BatchTotalsKind"] == {"type": "string", "enum": ["a", "b"]}
    assert "allOf" in flat["BatchDate"]
    batch["day"] = {"type": "string", "pattern": "^\\d{4}-\\d\\d$", "allOf": [{"pattern": "-0\\d$"}]}
    assert (
        published(source, OWN)["components"]["schemas"]["Batch"]["properties"]["day"]["pattern"]
        == "^\\d\\d\\d\\d-0\\d$"
    )
    pair = Draft202012Validator(flat["Batch"]["properties"]["pair"])
    assert [pair.is_valid(each) for each in ("acb", "ab", "xxb", "abc")] == [True, False, False, False]


def test_a_reference_into_a_schema_leads_to_a_component_of_its_own() -> None:
    source = deepcopy(dict(SOURCE))
    schemas_ = source["components"]["schemas"]
    tracking, batch = schemas_["Tracking"], schemas_["Batch"]["properties"]
    index = str(len(tracking["allOf"]))
    tracking["allOf"].append({"type": "object", "minProperties": 3})
    batch["least"] = {"$ref": f"#/components/schemas/Tracking/allOf/{index}"}
    batch["city"] = {"$ref": "#/components/schemas/Tracking/$defs/place/properties/city"}
    batch["carrier"] = {"$ref": "#/components/schemas/Tracking/properties/carrier"}
    for soft in (False, True):
        flat = published(source, OWN, soft=soft)
        validate(json.loads(json.dumps(flat)))
        said = flat["components"]["schemas"]["Batch"]["properties"]
        assert said["carrier"] == {"$ref": "#/components/schemas/TrackingCarrier"}
        judge_ = judge(flat, said["least"])
        assert (judge_.is_valid({"a": 1}), judge_.is_valid({"a": 1, "b": 2, "c": 3})) == (False, True)
        assert not judge(flat, said["city"]).is_valid(1)


def test_what_is_served_is_yaml_too() -> None:
    text = encode(FLAT).decode()
    assert yaml.load(text, yaml.CSafeLoader) == FLAT
    assert not re.search(r"(?<!\\)\\u", text)


def test_a_definition_that_is_true_or_false_has_a_name_too() -> None:
    source = deepcopy(dict(SOURCE))
    source["components"]["schemas"]["Tracking"]["$defs"]["instant"] = True
    flat = published(source, OWN)
    validate(json.loads(json.dumps(flat)))
    example = at(
        flat, flat["paths"]["/track/{trackingNumber}"]["get"]["responses"]["200"]["content"]["application/json"]
    )
    body = {**example["examples"]["documented"]["value"], "last_updated": 7}
    assert judge(flat, example["schema"]).is_valid(body)

"""Shapes: facts in, the schema's properties out, and back."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contract_tests.contract.loading import load
from mock_server.contract.shapes import Shape
from mock_server.tests.contract.shapes.bodies import ERROR, PAGE, REFUSAL, TEXT, TRACKING, record


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return load()


def written(schema: Any, facts: Any) -> Any:
    return Shape(schema, {}).write(facts, Random(0))


def test_facts_in_shape_come_back_themselves(document: dict[str, Any]) -> None:
    assert Shape(TRACKING, document).write(PAGE, Random(0)) is PAGE


def test_facts_in_another_order_take_the_order_of_the_schema(document: dict[str, Any]) -> None:
    value = Shape(TRACKING, document).write(dict(reversed(PAGE.items())), Random(0))
    assert json.dumps(value) == json.dumps(PAGE)


def test_facts_beyond_the_schema_are_dropped(document: dict[str, Any]) -> None:
    facts = {**PAGE, "weather": "fine", "events": [{**PAGE["events"][0], "scanner": 7}]}
    assert Shape(TRACKING, document).write(facts, Random(0)) == PAGE


def test_none_is_a_fact(document: dict[str, Any]) -> None:
    facts = {**PAGE, "origin": None, "estimated_delivery": None}
    assert Shape(TRACKING, document).write(facts, Random(0)) == facts


def test_a_batch_tells_bodies_from_refusals(document: dict[str, Any]) -> None:
    refusal = {"success": False, "tracking_number": "X", "error": {"code": "not_found", "message": "m"}}
    facts = {"success": True, "count": 2, "results": [refusal, PAGE]}
    assert Shape({"$ref": "#/components/schemas/Batch"}, document).write(facts, Random(0)) == facts


def test_flat_facts_fill_the_envelope(document: dict[str, Any]) -> None:
    body = Shape(ERROR, document).write(REFUSAL, Random(0))
    assert body == {"success": False, "error": {"code": "not_found", "message": "No such thing."}}
    assert list(body["error"]) == ["code", "message"]


def test_a_constant_is_itself_whatever_the_facts_say() -> None:
    schema = record("b", a={"const": 1}, ok={"const": True})
    assert written(schema, {"a": 2, "b": "x", "ok": 1}) == {"b": "x", "a": 1, "ok": True}
    assert written(schema, {"b": "x"})["a"] == 1
    assert written(schema, {"b": "x", "a": 1, "ok": 1})["ok"] is True


def test_a_property_takes_the_fact_that_x_value_names() -> None:
    schema = record("other", number={**TEXT, "x-value": "tracking_number"})
    assert written(schema, {"tracking_number": "1", "number": "no", "other": "x"}) == {"other": "x", "number": "1"}


def test_x_value_reaches_into_facts_that_are_objects() -> None:
    schema = record(carrier={**TEXT, "x-value": "carrier.code"})
    assert written(schema, {"carrier": {"code": "ups", "name": "UPS"}}) == {"carrier": "ups"}


def test_an_object_without_a_fact_is_filled_from_the_facts_around_it() -> None:
    schema = record("number", summary=record("status", "number"))
    assert written(schema, {"number": "1", "status": "pending"}) == {
        "number": "1",
        "summary": {"status": "pending", "number": "1"},
    }


def test_an_object_whose_fact_is_none_of_that_kind_is_filled_from_the_facts_around_it() -> None:
    schema = record(carrier=record(code={**TEXT, "x-value": "carrier"}))
    assert written(schema, {"carrier": "ups"}) == {"carrier": {"code": "ups"}}


def test_a_property_without_a_fact_gets_a_sample_that_keeps_its_schema() -> None:
    schema = record("a", weight={"type": "integer", "minimum": 5, "maximum": 6}, tags={"type": "array", "items": TEXT})
    value = written(schema, {"a": "x"})
    assert value["weight"] in {5, 6}
    assert isinstance(value["tags"], list)
    assert value == written(schema, {"a": "x"})


def test_properties_that_must_not_be_there_are_not() -> None:
    assert written(record("a", b=False), {"a": "x", "b": "y"}) == {"a": "x"}


def test_an_object_without_declared_properties_passes_as_it_is() -> None:
    assert written(record(extra={"type": "object"}), {"extra": {"any": 1}}) == {"extra": {"any": 1}}


def test_properties_of_all_of_and_references_belong_to_the_object() -> None:
    document = {"components": {"schemas": {"Base": record("a")}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Base"}, record("b")]}
    assert Shape(schema, document).write({"b": "2", "a": "1", "c": "3"}, Random(0)) == {"a": "1", "b": "2"}


def test_the_branch_that_suits_the_facts_best_is_taken() -> None:
    schema = {"oneOf": [record("a", "b"), {**record("a", "c"), "required": ["c"]}, {"type": "null"}]}
    assert written(schema, {"a": "1", "c": "3"}) == {"a": "1", "c": "3"}
    assert written(schema, {"a": "1", "b": "2"}) == {"a": "1", "b": "2"}
    assert written(schema, None) is None


def test_a_constant_that_the_facts_contradict_rules_its_branch_out() -> None:
    schema = {"oneOf": [record("a", ok={"const": True}), record("a", "b", ok={"const": False})]}
    assert list(written(schema, {"ok": False, "a": "1"})) == ["a", "b", "ok"]


def test_reading_uses_the_branch_that_knows_most_names() -> None:
    schema = {"oneOf": [record("a"), record("a", b={**TEXT, "x-value": "c"}), {"type": "array", "items": record("a")}]}
    assert Shape(schema, {}).read({"a": "1", "b": "2"}) == {"a": "1", "c": "2"}
    assert Shape(schema, {}).read([{"a": "1"}]) == [{"a": "1"}]


def test_a_list_among_the_branches_shapes_its_items() -> None:
    schema = {"anyOf": [{"type": "array", "items": record("a")}, record("a")]}
    assert written(schema, [{"a": "1", "b": "2"}]) == [{"a": "1"}]
    assert written(schema, {"a": "1", "b": "2"}) == {"a": "1"}


def test_a_schema_inside_itself_shapes_at_every_depth() -> None:
    document = {"components": {"schemas": {"Tree": record("a", child={"$ref": "#/components/schemas/Tree"})}}}
    shape = Shape({"$ref": "#/components/schemas/Tree"}, document)
    facts = {"a": "1", "child": {"a": "2", "x": 0, "child": None}}
    assert shape.write(facts, Random(0)) == {"a": "1", "child": {"a": "2", "child": None}}
    assert shape.write({"a": "1"}, Random(0))["child"]["a"] != "1", "a sample, or there would be no end"


def test_a_constant_may_have_a_word_of_its_own_in_the_mock() -> None:
    status = {"oneOf": [{"const": "IN_TRANSIT", "x-value": "in_transit"}, {"const": "delivered"}]}
    shape = Shape(record(status=status, others={"type": "array", "items": status}), {})
    facts = {"status": "in_transit", "others": ["delivered", "in_transit"]}
    value = shape.write(facts, Random(0))
    assert value == {"status": "IN_TRANSIT", "others": ["delivered", "IN_TRANSIT"]}
    assert shape.read(value) == facts


def test_reading_gives_properties_the_mocks_own_names() -> None:
    item = record("note", number={**TEXT, "x-value": "tracking_number"})
    schema = record(parcels={"type": "array", "items": item, "x-value": "shipments"})
    value = {"parcels": [{"number": "1", "note": "a", "unknown": 2}], "more": 3}
    assert Shape(schema, {}).read(value) == {
        "more": 3,
        "shipments": [{"unknown": 2, "note": "a", "tracking_number": "1"}],
    }


def test_reading_puts_values_where_a_path_would_find_them() -> None:
    schema = record(carrier={**TEXT, "x-value": "carrier.code"}, carrier_name={**TEXT, "x-value": "carrier.name"})
    facts = {"carrier": {"code": "ups", "name": "UPS"}}
    assert Shape(schema, {}).read(written(schema, facts)) == facts


@pytest.mark.parametrize("value", [None, 3, "x", [1]])
def test_reading_what_is_no_object_leaves_it_alone(value: Any, document: dict[str, Any]) -> None:
    assert Shape({"$ref": "#/components/schemas/BatchRequest"}, document).read(value) == value


NAMES = some.sampled_from(["a", "b", "c", "d"])


@given(facts=some.dictionaries(NAMES, some.none() | some.integers(), max_size=4), names=some.sets(NAMES))
def test_a_written_object_has_exactly_the_declared_properties(facts: Any, names: set[str]) -> None:
    schema = {"properties": {name: {"type": ["integer", "null"]} for name in sorted(names | {"z"})}}
    value = written(schema, facts)
    assert list(value) == list(schema["properties"])
    assert {name: each for name, each in value.items() if name in facts} == {
        name: each for name, each in facts.items() if name in names
    }


@given(
    facts=some.dictionaries(NAMES, some.dictionaries(NAMES, some.text(max_size=3), min_size=1), min_size=1),
    renames=some.permutations(["w", "x", "y", "z"]),
)
def test_reading_undoes_writing(facts: Any, renames: list[str]) -> None:
    def renamed(names: Any, member: Any) -> dict[str, Any]:
        return {
            "properties": {
                new: {**member(old), "x-value": old} for old, new in zip("abcd", renames, strict=True) if old in names
            }
        }

    shape = Shape(renamed(facts, lambda name: renamed(facts[name], lambda _: TEXT)), {})
    assert shape.read(shape.write(facts, Random(0))) == facts

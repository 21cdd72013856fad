"""Schemas folded into one."""

from typing import Any

import pytest

from mock_server.contract.folding import CHOICES, CONDITIONS, both, folded

DOCUMENT = {"components": {"schemas": {"Word": {"type": "string", "minLength": 2, "title": "Word"}}}}
WORD = "#/components/schemas/Word"


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ({"type": ["string", "null"]}, {"type": "string"}, {"type": ["string"]}),
        ({"type": "number"}, {"type": ["integer", "string"]}, {"type": ["integer"]}),
        ({"type": "string"}, {"type": "object"}, {"type": []}),
        ({"enum": [1, 2, 3]}, {"enum": [3, 2]}, {"enum": [2, 3]}),
        ({"minimum": 1, "maximum": 9}, {"minimum": 3, "maximum": 12}, {"minimum": 3, "maximum": 9}),
        ({"multipleOf": 4}, {"multipleOf": 6}, {"multipleOf": 12}),
        ({"multipleOf": 0.5}, {"multipleOf": 0.75}, {"multipleOf": 1.5}),
        ({"required": ["b", "a"]}, {"required": ["c", "a"]}, {"required": ["b", "a", "c"]}),
        ({"items": {"minimum": 1}}, {"items": {"maximum": 2}}, {"items": {"allOf": [{"minimum": 1}, {"maximum": 2}]}}),
        ({"prefixItems": [{"a": 1}]}, {"prefixItems": [{"a": 1}, {"b": 2}]}, {"prefixItems": [{"a": 1}, {"b": 2}]}),
        (
            {"properties": {"x": {"type": "string"}, "y": True}},
            {"properties": {"x": {"minLength": 1}, "z": True}},
            {"properties": {"x": {"allOf": [{"type": "string"}, {"minLength": 1}]}, "y": True, "z": True}},
        ),
        (
            {"dependentRequired": {"a": ["b"]}},
            {"dependentRequired": {"a": ["c"]}},
            {"dependentRequired": {"a": ["b", "c"]}},
        ),
        ({"examples": [1], "title": "one"}, {"examples": [2], "title": "two"}, {"examples": [1], "title": "one"}),
    ],
)
def test_both_holds_if_and_only_if_each_does(one: Any, other: Any, result: Any) -> None:
    assert both(one, other) == result


def test_references_and_all_of_are_folded_in() -> None:
    schema = {"$ref": WORD, "title": "Mine", "allOf": [{"maxLength": 9, "allOf": [{"minLength": 3}]}]}
    assert folded(schema, DOCUMENT) == {"title": "Mine", "type": "string", "minLength": 3, "maxLength": 9}


def test_choices_and_conditions_are_gathered() -> None:
    schema = {"oneOf": [{"a": 1}], "if": {"b": 2}, "allOf": [{"anyOf": [{"c": 3}]}, {"if": True, "then": False}]}
    assert folded(schema, DOCUMENT) == {
        CHOICES: [[{"a": 1}], [{"c": 3}]],
        CONDITIONS: [{"if": {"b": 2}, "then": True, "else": True}, {"if": True, "then": False, "else": True}],
    }


def test_true_says_nothing_and_false_allows_nothing() -> None:
    assert folded({"allOf": [True]}, DOCUMENT) == {}
    assert folded({"allOf": [True, False]}, DOCUMENT) == {"enum": []}


def test_folding_changes_nothing_it_is_given() -> None:
    schema = {"$ref": WORD, "required": ["a"], "allOf": [{"required": ["b"]}]}
    folded(schema, DOCUMENT)
    assert schema == {"$ref": WORD, "required": ["a"], "allOf": [{"required": ["b"]}]}
    assert DOCUMENT == {"components": {"schemas": {"Word": {"type": "string", "minLength": 2, "title": "Word"}}}}

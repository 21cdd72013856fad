from collections.abc import Iterator
from typing import Any

import pytest

from contract_tests.contract.expressions import expression
from contract_tests.contract.validation import repeated, validator


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("^a$", "a", True),
        ("^a$", "a\n", False),
        ("^a$|^b$", "b\n", False),
        (r"^[$]$", "$", True),
        (r"^\$$", "$", True),
        (r"^[]$]x$", "$x", False),
        (r"^[^$]$", "$", False),
        (r"^\\$", "\\", True),
        (r"^\\$", "\\\n", False),
    ],
)
def test_a_dollar_is_the_very_end(pattern: str, text: str, matches: bool) -> None:
    assert expression(pattern).search(text) is matches


def test_patterns_of_schemas_that_are_referred_to_mean_the_same() -> None:
    document = {"components": {"schemas": {"Code": {"type": "string", "pattern": "^[A-Z]{2}$"}}}}
    found = validator({"items": {"$ref": "#/components/schemas/Code"}}, document)
    assert found.is_valid(["DE", "FR"])
    assert [error.message for error in found.iter_errors(["DE\n"])] == [r"'DE\n' does not match '^[A-Z]{2}$'"]


@pytest.mark.parametrize(
    ("items", "twice"),
    [
        ([1, 1.0], (1.0,)),
        ([1, True, 0, False, None, "1", "", [], {}], ()),
        ([{"a": 1, "b": 2}, {"b": 2.0, "a": 1}], ({"b": 2.0, "a": 1},)),
        ([{"a": True}, {"a": 1}, [True], [1], [[1]], ["a"]], ()),
        ([[1, 2], [2, 1], [1, 2]], ([1, 2],)),
        ([None, None], (None,)),
        ([{}, []], ()),
    ],
)
def test_what_occurs_twice_is_what_json_schema_calls_equal(items: list[object], twice: tuple[object, ...]) -> None:
    assert repeated(items) == twice
    assert validator({"uniqueItems": True}, {}).is_valid(items) is (not twice)
    assert validator({"uniqueItems": False}, {}).is_valid(items)


def test_that_items_differ_is_found_with_a_few_looks_at_each() -> None:
    looks = 0

    class Looked(int):
        def __eq__(self, other: object) -> bool:
            nonlocal looks
            looks += 1
            return int.__eq__(self, other)

        def __hash__(self) -> int:
            return int.__hash__(self)

    items = [{"a": Looked(number)} for number in range(2000)]
    assert not repeated(items)
    assert looks < len(items)


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
def test_a_long_list_that_fits_no_form_is_looked_at_as_far_as_anybody_reads(word: str) -> None:
    looked = 0

    class Items(list[int]):
        def __iter__(self) -> Iterator[int]:
            nonlocal looked
            for item in super().__iter__():
                looked += 1
                yield item

    schema = {word: [{"type": "array", "items": {"minimum": 1}}, {"type": "string"}]}
    (error,) = validator(schema, {}).iter_errors(Items([0] * 10_000))
    assert error.context
    assert looked < 100


@pytest.mark.parametrize(
    ("value", "valid", "reasons"), [("a", True, 0), (1, True, 0), (7, False, 0), (None, False, 2), (2.5, False, 2)]
)
def test_one_of_several_forms_must_fit(value: object, valid: bool, reasons: int) -> None:
    checked = validator({"oneOf": [{"type": ["string", "integer"]}, {"type": "number", "minimum": 5}]}, {})
    assert checked.is_valid(value) is valid
    assert [len(error.context) for error in checked.iter_errors(value)] == ([] if valid else [reasons])


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"multipleOf": 0.01}, [4.02, 0.07, 1.1, 19.99, 3, 1e300], [4.025, 0.001]),
        ({"multipleOf": 0.1}, [0.3, 1.1, 1e-1], [0.05]),
        ({"multipleOf": 1e-8}, [12391239123, 0.00000003], [1e-9]),
        ({"patternProperties": {"^x-$": {"type": "integer"}}}, [{"x-": 1}, {"x-\n": "any"}], [{"x-": "a"}]),
        ({"patternProperties": {r"^\p{Lu}": True}, "additionalProperties": False}, [{"Ä": 1}], [{"ä": 1}]),
        ({"patternProperties": {r"^\p{Lu}": True}, "unevaluatedProperties": False}, [{"Ä": 1}], [{"ä": 1}]),
        (
            {"$ref": "#/$defs/a", "unevaluatedProperties": False, "$defs": {"a": {"properties": {"a": True}}}},
            [{"a": 1}, {}],
            [{"a": 1, "b": 2}],
        ),
        (
            {
                "anyOf": [{"properties": {"a": {"const": 1}}}, {"patternProperties": {"^b$": True}}],
                "unevaluatedProperties": {"type": "string"},
            },
            [{"a": 1, "b": 2, "c": "x"}],
            [{"a": 1, "c": 3}, {"b\n": 4}],
        ),
        (
            {"if": {"required": ["a"]}, "then": {"properties": {"a": True}}, "unevaluatedProperties": False},
            [{"a": 1}],
            [{"b": 1}],
        ),
        ({"format": "regex"}, [r"^\p{L}$"], [r"^a\Z"]),
    ],
)
def test_keywords_mean_what_json_schema_says(schema: dict[str, Any], good: list[Any], bad: list[Any]) -> None:
    checked = validator(schema, {})
    assert [value for value in good if not checked.is_valid(value)] == []
    assert [value for value in bad if checked.is_valid(value)] == []


@pytest.mark.parametrize(
    ("schema", "value", "rule"),
    [
        ({"maxItems": 2, "items": {"type": "object"}}, [1, 2, 3], "maxItems"),
        ({"items": {"type": "object"}, "maxItems": 2}, [1, 2, 3], "maxItems"),
        ({"maxItems": 2, "uniqueItems": True}, [1, 1, 1], "maxItems"),
        ({"maxProperties": 1, "additionalProperties": {"type": "object"}}, {"a": 1, "b": 2}, "maxProperties"),
        ({"maxProperties": 1, "propertyNames": {"pattern": "^x"}}, {"a": 1, "b": 2}, "maxProperties"),
        ({"maxProperties": 1, "patternProperties": {"": {"type": "object"}}}, {"a": 1, "b": 2}, "maxProperties"),
    ],
)
def test_of_what_is_too_long_no_part_is_looked_at(schema: Any, value: object, rule: str) -> None:
    assert [error.validator for error in validator(schema, {}).iter_errors(value)] == [rule]


def test_of_what_is_just_short_enough_each_part_is_looked_at() -> None:
    assert len(list(validator({"maxItems": 2, "items": {"type": "object"}}, {}).iter_errors([1, 2]))) == 2

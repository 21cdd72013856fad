"""Sentences for people who broke a schema."""

from typing import Any

import pytest

from contract_tests.contract.validation import validator
from contract_tests.contract.violations import LONGEST, location, sentence, shown

NUMBERS = {
    "type": "object",
    "properties": {
        "shipments": {"items": {"required": ["tracking_number"], "properties": {"tracking_number": {"type": "string"}}}}
    },
}


def said(schema: Any, value: Any) -> str:
    (error,) = validator(schema, {}).iter_errors(value)
    return sentence(error)


def test_the_place_is_written_as_people_write_it() -> None:
    assert said(NUMBERS, {"shipments": [{"tracking_number": "1"}, {"tracking_number": 12}]}) == (
        "shipments[1].tracking_number: 12 is not a string"
    )
    assert said(NUMBERS, {"shipments": [{}]}) == "shipments[0]: tracking_number is missing"


def test_the_value_itself_has_no_place() -> None:
    assert said(NUMBERS, []) == "[] is not an object"
    assert location([]) == ""


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": ["string", "null"]}, 1, "1 is not a string or null"),
        ({"type": "integer"}, "x", '"x" is not an integer'),
        (
            {"pattern": "^[0-9]{80}$" + "|^x$" * 30, "description": "80 digits."},
            "a",
            '"a" does not match; it must be so: 80 digits.',
        ),
        ({"pattern": "^x$", "description": "An x."}, "a", '"a" does not match ^x$'),
        ({"type": "boolean"}, "yes", '"yes" is not a boolean; write true'),
        ({"type": "boolean"}, "Off", '"Off" is not a boolean; write false'),
        ({"required": ["a", "b"]}, {}, "a and b are missing"),
        (
            {"enum": ["delivered", "exception"]},
            "deliverd",
            '"deliverd" is not one of "delivered", "exception"; did you mean delivered?',
        ),
        ({"enum": [1, 2]}, 3, "3 is not one of 1, 2"),
        ({"oneOf": [{"const": "up"}, {"const": "down"}]}, "left", '"left" is not one of "up", "down"'),
        ({"oneOf": [{"type": "number"}, {"minimum": 3}]}, 5, "5 fits several of the 2 forms, and must fit one"),
        ({"const": True}, False, "false is not true"),
        ({"pattern": "^a+$"}, "b", '"b" does not match ^a+$'),
        (
            {"format": "date-time"},
            "today",
            '"today" is not a valid date-time; write it like 2026-06-15T09:00:00Z (RFC 3339)',
        ),
        ({"minLength": 1}, "", '"" has 0 characters, fewer than 1'),
        ({"maxLength": 0}, "x", '"x" has 1 character, more than 0'),
        ({"minItems": 1}, [], "has 0 items, fewer than 1"),
        ({"maxItems": 1}, [1, 2], "has 2 items, more than 1"),
        ({"minProperties": 1}, {}, "has 0 properties, fewer than 1"),
        ({"minimum": 1}, 0, "0 is less than 1"),
        ({"exclusiveMaximum": 1}, 1, "1 is not less than 1"),
        ({"multipleOf": 2}, 3, "3 is not a multiple of 2"),
        ({"uniqueItems": True}, [{"a": 1}, 2, {"a": 1}], '{"a": 1} occurs twice, and items must differ'),
        ({"uniqueItems": True}, [1, 1.0], "1.0 occurs twice, and items must differ"),
        (
            {"uniqueItems": True},
            [{"a": [0]}, True, 1, {"a": [0.0]}],
            '{"a": [0.0]} occurs twice, and items must differ',
        ),
        ({"uniqueItems": True}, [None, 0, None], "null occurs twice, and items must differ"),
        (
            {"additionalProperties": False, "properties": {"number": True}},
            {"numbr": 1},
            "numbr is not known here; did you mean number?",
        ),
        (
            {"additionalProperties": False, "properties": {"a": True, "b": True}},
            {"zz": 1},
            "zz is not known here; known are a, b",
        ),
        (
            {"additionalProperties": False, "patternProperties": {"^x-": True}},
            {"x-a": 1, "y": 1},
            "y is not known here",
        ),
        (False, 1, "False schema does not allow 1"),
    ],
)
def test_each_keyword_says_what_was_found_and_what_is_expected(schema: Any, value: Any, expected: str) -> None:
    error = next(validator(schema, {}).iter_errors(value))
    assert sentence(error) == expected


def test_of_several_forms_the_nearest_is_explained() -> None:
    forms = {"anyOf": [{"type": "object", "required": ["code"]}, {"type": "null"}]}
    assert said(forms, {}) == "code is missing"


def test_a_schema_s_own_words_are_said_of_its_forms_and_of_nothing_else() -> None:
    schema = {"maxLength": 5, "x-message": "must be lower case", "anyOf": [{"pattern": "^[a-z]*$"}, {"pattern": "^$"}]}
    assert said({"properties": {"name": schema}}, {"name": "Ab"}) == 'name: "Ab" must be lower case'
    assert said(schema, "abcdef") == '"abcdef" has 6 characters, more than 5'
    assert said({"x-message": "must be lower case", "pattern": "^[a-z]*$"}, "A") == '"A" must be lower case'


def test_long_values_are_shortened_in_the_middle() -> None:
    text = shown("a" * 200 + "z")
    assert len(text) == LONGEST
    assert text.startswith('"aaa')
    assert text.endswith('az"')


def test_text_that_is_not_ascii_stays_readable() -> None:
    assert said({"type": "integer"}, "Zürich") == '"Zürich" is not an integer'


def test_a_thousand_unknown_names_are_told_by_the_first_and_their_number() -> None:
    (error,) = validator({"additionalProperties": False}, {}).iter_errors({f"n{number}": 1 for number in range(1000)})
    told = sentence(error)
    assert told.endswith(" and 990 more are not known here")
    assert len(told) < 200

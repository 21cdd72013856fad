"""Parameters are read by their schema and style."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.contract.errors import ApiError
from mock_server.contract.parameter_styles import pairs_of
from mock_server.contract.parameters import Parameter

INTEGERS = {"type": "array", "items": {"type": "integer"}}
RGB = {
    "type": "object",
    "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}},
    "required": ["R", "G"],
    "additionalProperties": False,
}
DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Page": {"type": "integer", "minimum": 1},
            "Maybe": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Page"}]},
        }
    }
}


def refusal(place: str, raw: str, schema: Any, **spec: Any) -> str | None:
    """Why the raw query, segment or header is refused, or None."""
    parameter = Parameter({"name": "p", "in": place, "schema": schema, **spec}, DOCUMENT)
    try:
        match place:
            case "query":
                parameter.in_query(pairs_of(raw))
            case "path":
                parameter.in_path(raw)
            case _:
                parameter.in_header(raw)
    except ApiError as error:
        return error.detail
    return None


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer"}, ["2", "-7", "1e2", "2.0"], ["x", "2.5", "", "007", "1,2", "9" * 400, "٣"]),
        ({"type": "number"}, ["2", "0.5", "-1e-3"], ["x", "1e999", "NaN", "Infinity", "0x10"]),
        ({"type": "boolean"}, ["true", "false"], ["True", "1", "yes", ""]),
        ({"type": ["integer", "null"]}, ["2", "", "null"], ["x"]),
        ({"type": "integer", "minimum": 1, "maximum": 9}, ["1", "9"], ["0", "10"]),
        ({"type": "number", "multipleOf": 0.01}, ["4.02"], ["4.025"]),
        ({"$ref": "#/components/schemas/Page"}, ["1"], ["0", "x"]),
        ({"$ref": "#/components/schemas/Maybe"}, ["1", ""], ["0"]),
        ({"type": "string", "pattern": "^[0-9]+$"}, ["007", "2"], ["x"]),
        ({"type": "string", "enum": ["1", "2"]}, ["1"], ["3"]),
        ({"enum": [1, 2]}, ["1"], ["3"]),
        ({"const": True}, ["true"], ["false"]),
        ({"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 1}]}, ["123", "a"], ["ab"]),
        ({"allOf": [{"type": "integer"}, {"maximum": 5}]}, ["5"], ["6"]),
        (True, ["", "x", "1"], []),
    ],
)
def test_a_text_is_what_its_schema_takes_it_for(schema: Any, good: list[str], bad: list[str]) -> None:
    for place in ("query", "path", "header"):
        lead = "p=" if place == "query" else ""
        assert [text for text in good if refusal(place, lead + text, schema)] == []
        assert [text for text in bad if not refusal(place, lead + text, schema)] == []


@pytest.mark.parametrize(
    ("place", "style", "explode", "schema", "raw"),
    [
        ("query", None, None, INTEGERS, "p=1&p=2"),
        ("query", None, None, INTEGERS, "p=1"),
        ("query", None, None, {"oneOf": [{"type": "integer"}, INTEGERS]}, "p=1&p=2"),
        ("query", None, None, {"oneOf": [{"type": "integer"}, INTEGERS]}, "p=1"),
        ("query", None, None, INTEGERS, "p="),
        ("query", "form", False, INTEGERS, "p=1,2"),
        ("query", "form", False, INTEGERS, "p=1%2C2"),
        ("query", "spaceDelimited", False, INTEGERS, "p=1%202"),
        ("query", "spaceDelimited", None, INTEGERS, "p=1+2"),
        ("query", "pipeDelimited", False, INTEGERS, "p=1|2"),
        ("query", "pipeDelimited", False, INTEGERS, "p=1%7C2"),
        ("query", "form", True, RGB, "R=1&G=2&other=x"),
        ("query", "form", False, RGB, "p=R,1,G,2"),
        ("query", "spaceDelimited", False, RGB, "p=R%201%20G%202"),
        ("query", "deepObject", True, RGB, "p[R]=1&p%5BG%5D=2"),
        ("query", "deepObject", True, {"properties": {"R": INTEGERS}, "type": "object"}, "p[R]=1&p[R]=2"),
        ("path", None, None, INTEGERS, "1,2"),
        ("path", "simple", True, INTEGERS, "1,2"),
        ("path", "simple", False, RGB, "R,1,G,2"),
        ("path", "simple", True, RGB, "R=1,G=2"),
        ("path", "label", False, {"type": "integer"}, ".1"),
        ("path", "label", False, INTEGERS, ".1,2"),
        ("path", "label", False, INTEGERS, ".1.2"),
        ("path", "label", True, INTEGERS, ".1.2"),
        ("path", "label", False, RGB, ".R,1,G,2"),
        ("path", "label", True, RGB, ".R=1.G=2"),
        ("path", "matrix", False, {"type": "integer"}, ";p=1"),
        ("path", "matrix", False, INTEGERS, ";p=1,2"),
        ("path", "matrix", True, INTEGERS, ";p=1;p=2"),
        ("path", "matrix", False, RGB, ";p=R,1,G,2"),
        ("path", "matrix", True, RGB, ";R=1;G=2"),
        ("header", None, None, INTEGERS, "1,2"),
        ("header", "simple", True, RGB, "R=1,G=2"),
        ("cookie", "form", False, INTEGERS, "1,2"),
    ],
)
def test_arrays_and_objects_are_written_in_their_style(
    place: str, style: str | None, explode: bool | None, schema: Any, raw: str
) -> None:
    spec = {name: value for name, value in (("style", style), ("explode", explode)) if value is not None}
    assert refusal(place, raw, schema, **spec) is None
    if raw != "p=":
        assert refusal(place, raw.replace("1", "x"), schema, **spec) is not None


@pytest.mark.parametrize(
    ("place", "raw", "schema", "spec", "told"),
    [
        ("query", "p=x", {"type": "integer"}, {}, 'query parameter p: "x" is not an integer'),
        ("query", "p=0", {"type": "integer", "minimum": 1}, {}, "query parameter p: 0 is less than 1"),
        ("query", "p=1&p=x", INTEGERS, {}, 'query parameter p: [1]: "x" is not an integer'),
        ("query", "p=1,2", INTEGERS, {}, 'query parameter p: [0]: "1,2" is not an integer'),
        ("query", "p=1&p=2", {"type": "integer"}, {}, "query parameter p is given more than once"),
        ("query", "p=1&p=x", {"anyOf": [{"type": "integer"}, INTEGERS]}, {}, "query parameter p: "),
        ("query", "p=1&p=2", INTEGERS, {"explode": False}, "more than once; its values go into one, with ','"),
        ("query", "q=1", INTEGERS, {"required": True}, "query parameter p is missing"),
        ("query", "p[R]=1", RGB, {"style": "deepObject"}, "query parameter p: G is missing"),
        ("query", "p[R=1", RGB, {"style": "deepObject"}, "write p[member]=value"),
        ("query", "p=%ff", {"type": "string"}, {}, "%FF is no part of a UTF-8 character"),
        ("path", "5", {"type": "integer"}, {"style": "label"}, "begins with '.'"),
        ("path", ";q=5", {"type": "integer"}, {"style": "matrix"}, "p= goes before its value"),
        ("path", "R,1,G", RGB, {}, "name,value,name,value"),
    ],
)
def test_what_is_no_value_is_refused_with_the_reason(
    place: str, raw: str, schema: Any, spec: dict[str, Any], told: str
) -> None:
    assert told in str(refusal(place, raw, schema, **spec))


def test_a_value_that_may_be_empty_may_be() -> None:
    assert refusal("query", "p=", {"type": "integer"}, allowEmptyValue=True) is None


def test_a_parameter_with_content_is_json() -> None:
    parameter = Parameter({"name": "p", "in": "query", "content": {"application/json": {"schema": RGB}}}, {})
    parameter.in_query(pairs_of("p=" + quote('{"R": 1, "G": 2}')))
    with pytest.raises(ApiError, match="G is missing"):
        parameter.in_query(pairs_of("p=" + quote('{"R": 1}')))
    with pytest.raises(ApiError, match="is not JSON"):
        parameter.in_query(pairs_of("p=R"))


@given(values=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_whatever_is_written_as_rfc_6570_says_is_read_again(values: list[str]) -> None:
    schema = {"const": values, "type": "array", "items": {"type": "string"}}
    text = ",".join(quote(value, safe="") for value in values)
    assert refusal("query", urlencode([("p", value) for value in values]), schema) is None
    assert refusal("query", f"p={text}", schema, explode=False) is None
    assert refusal("path", text, schema) is None
    assert refusal("path", f".{text}", schema, style="label") is None
    assert refusal("path", f";p={text}", schema, style="matrix") is None
    exploded = "".join(f";p={quote(value, safe='')}" for value in values)
    assert refusal("path", exploded, schema, style="matrix", explode=True) is None


@given(members=st.dictionaries(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), st.integers()))
def test_whatever_object_is_written_deep_is_read_again(members: dict[str, int]) -> None:
    schema = {"type": "object", "const": members, "additionalProperties": {"type": "integer"}}
    raw = urlencode([(f"p[{name}]", json.dumps(value)) for name, value in members.items()])
    assert refusal("query", raw, schema, style="deepObject") is None


@given(raw=st.text())
def test_no_text_is_too_odd_to_be_read_or_refused(raw: str) -> None:
    for schema in (INTEGERS, RGB, {"type": "integer"}, True):
        for style, place in (
            ("form", "query"),
            ("deepObject", "query"),
            ("label", "path"),
            ("matrix", "path"),
            ("simple", "header"),
        ):
            for explode in (True, False):
                refusal(place, raw, schema, style=style, explode=explode)

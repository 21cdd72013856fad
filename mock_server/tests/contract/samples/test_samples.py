"""Samples keep their schema, and are the same for the same draws in any process."""

import json
import os
import re
import subprocess
import sys
from base64 import b32decode, b64decode, urlsafe_b64decode
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contract_tests.contract.files import DocumentError, read
from contract_tests.contract.loading import load
from contract_tests.contract.validation import validator
from mock_server.contract.samples import sample
from mock_server.contract.samples.collections import SampleError

SEEDS = range(20)
DOCUMENT: dict[str, Any] = read(Path(__file__).with_name("sampled_schemas.yaml"))
SCHEMAS: dict[str, Any] = DOCUMENT.pop("schemas")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_sample_keeps_its_schema(name: str) -> None:
    check = validator(SCHEMAS[name], DOCUMENT)
    for seed in SEEDS:
        check.validate(sample(SCHEMAS[name], DOCUMENT, Random(seed)))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_same_draws_give_the_same_sample(name: str) -> None:
    one, other = (sample(SCHEMAS[name], DOCUMENT, Random("a")) for _ in "ab")
    assert json.dumps(one) == json.dumps(other)


PRINT_ALL = """
import json
from random import Random
from mock_server.contract.samples import sample
from mock_server.tests.contract.samples.test_samples import DOCUMENT, SCHEMAS
print(json.dumps([sample(schema, DOCUMENT, Random(name)) for name, schema in SCHEMAS.items()]))
"""


def test_processes_with_different_hash_seeds_agree() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PRINT_ALL],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0]) == [sample(schema, DOCUMENT, Random(name)) for name, schema in SCHEMAS.items()]


def test_what_python_s_parser_cannot_read_is_refused_like_what_nothing_matches() -> None:
    for pattern in (r"^\2(a)(b)$", "^a{99999999999}$"):
        with pytest.raises(SampleError) as refused:
            sample({"type": "string", "pattern": pattern}, {}, Random(0))
        assert refused.value.keyword == "pattern"


def test_conditions_cost_a_few_tries_and_not_one_for_each_way_they_may_fall() -> None:
    with mock.patch("mock_server.contract.samples._MOST", 300):
        for seed in SEEDS:
            sample(SCHEMAS["seven conditions"], DOCUMENT, Random(seed))
            sample(SCHEMAS["branching"], DOCUMENT, Random(seed))


def test_other_draws_give_other_samples() -> None:
    assert len({sample({"pattern": "^[A-Z]{8}$"}, {}, Random(seed)) for seed in SEEDS}) == len(SEEDS)


def test_every_declared_property_is_there_in_the_declared_order() -> None:
    schema = {"required": ["z", "b"], "properties": {"b": True, "c": True, "a": True}}
    assert list(sample(schema, {}, Random(0))) == ["b", "c", "a", "z"]


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"const": 1, "examples": [2]}, {1}),
        ({"examples": ["a", "b"], "default": "c", "type": "string"}, {"a", "b", "c"}),
        ({"enum": ["a", "b", "c"], "examples": ["b"]}, {"b"}),
        ({"oneOf": [{"const": "a"}, {"const": "b"}], "examples": ["b"]}, {"b"}),
        ({"oneOf": [{"const": "a"}, {"const": "b"}]}, {"a", "b"}),
    ],
)
def test_what_the_schema_offers_is_preferred(schema: Any, values: set[Any]) -> None:
    assert {sample(schema, {}, Random(seed)) for seed in SEEDS} == values


def test_faker_is_preferred_to_examples() -> None:
    schema = {"type": "string", "x-faker": "country_code", "examples": ["Los Angeles"]}
    assert all(re.fullmatch("[A-Z]{2}", sample(schema, {}, Random(seed))) for seed in SEEDS)


def test_an_unknown_provider_is_named_with_its_likeness() -> None:
    with pytest.raises(DocumentError, match="x-faker: 'citty' is no Faker provider; did you mean city"):
        sample({"properties": {"a": {"x-faker": "citty"}}}, {}, Random(0))


def test_a_schema_inside_itself_comes_to_an_end() -> None:
    assert sample({"$ref": "#/components/schemas/Tree"}, DOCUMENT, Random(0))["left"]["name"]
    for name in ("Tree", "Sum"):
        texts = [json.dumps(sample({"$ref": f"#/components/schemas/{name}"}, DOCUMENT, Random(seed))) for seed in SEEDS]
        assert max(map(len, texts)) < 1000


@pytest.mark.parametrize(
    ("schema", "place", "keyword"),
    [
        (False, "#", "enum"),
        ({"enum": []}, "#", "enum"),
        (
            {"properties": {"a": {"type": "string", "not": {"type": "string"}}}, "required": ["a"]},
            "#/properties/a/not",
            "not",
        ),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "#/maximum", "maximum"),
        ({"type": "array", "items": {"enum": [1]}, "minItems": 2, "uniqueItems": True}, "#/items", "uniqueItems"),
        ({"allOf": [{"pattern": "^a$"}, {"pattern": "^b$"}]}, "#/allOf/1/pattern", "pattern"),
        ({"allOf": [{"const": 1}, {"const": 2}]}, "#/allOf/1/const", "const"),
        ({"$ref": "#/components/schemas/Endless"}, "#/properties/next", "$ref"),
    ],
)
def test_a_schema_without_values_is_refused_with_its_place_and_keyword(schema: Any, place: str, keyword: str) -> None:
    with pytest.raises(SampleError) as refused:
        sample(schema, DOCUMENT, Random(0))
    assert (refused.value.place, refused.value.keyword) == (place, keyword)
    assert str(refused.value).startswith(f"no sample for the schema at {place}: {keyword}: ")


def test_a_schema_that_only_refers_to_itself_is_refused() -> None:
    with pytest.raises(LookupError, match="Circle refers only to itself"):
        sample({"$ref": "#/components/schemas/Circle"}, DOCUMENT, Random(0))


def test_the_shipped_schemas_have_samples() -> None:
    document = load()
    for name in document["components"]["schemas"]:
        schema = {"$ref": f"#/components/schemas/{name}"}
        validator(schema, document).validate(sample(schema, document, Random(name)))


def small(inner: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    """Schemas made of smaller ones, all of which some value keeps."""
    properties = some.dictionaries(some.sampled_from("abc"), inner, max_size=3)
    arrays = some.builds(
        lambda items, least, more: {"type": "array", "items": items, "minItems": least, "maxItems": least + more},
        inner,
        some.integers(0, 2),
        some.integers(0, 2),
    )
    objects = some.builds(
        lambda members, required, rest: {
            "type": "object",
            "properties": members,
            "required": [name for name in members if name in required],
            "additionalProperties": rest,
        },
        properties,
        some.sets(some.sampled_from("abc")),
        some.booleans() | inner,
    )
    choices = some.lists(inner, min_size=1, max_size=3).map(lambda branches: {"anyOf": branches})
    return arrays | objects | choices | inner.map(lambda each: {"allOf": [each]})


def up_from(name: str, span: str, low: int) -> some.SearchStrategy[Any]:
    """Bounds of which the upper is at most nine above the lower."""
    return some.builds(
        lambda least, more: {name: least, span: least + more}, some.integers(low, 9), some.integers(0, 9)
    )


VALUES = some.none() | some.booleans() | some.integers() | some.text()
LEAVES = (
    up_from("minimum", "maximum", -9).map(lambda bounds: {"type": "integer", **bounds})
    | up_from("minLength", "maxLength", 0).map(lambda bounds: {"type": "string", **bounds})
    | some.sampled_from([1, 2, 0.5, 0.25]).map(lambda of: {"type": "number", "minimum": 3.3, "multipleOf": of})
    | some.lists(VALUES, min_size=1, max_size=3).map(lambda values: {"enum": values})
    | some.sampled_from(
        [True, {"type": "null"}, {"type": ["boolean", "null"]}, {"format": "uuid"}, {"pattern": "^[a-f]{3}"}]
    )
)


@given(schema=some.recursive(LEAVES, small, max_leaves=6), seed=some.integers(0, 1000))
def test_samples_of_schemas_nobody_thought_of_keep_them(schema: Any, seed: int) -> None:
    value = sample(schema, {}, Random(seed))
    validator(schema, {}).validate(value)
    assert json.dumps(value) == json.dumps(sample(schema, {}, Random(seed)))


@pytest.mark.parametrize("step", [0.01, 4.02, 0.1, 33.33, 1e-7, 1e-10, 1e20, 2.5, 0.3])
def test_multiples_are_ones_to_those_who_divide_floats_too(step: float) -> None:
    for seed in SEEDS:
        value = sample({"type": "number", "multipleOf": step}, {}, Random(seed))
        assert (value / step) % 1 == 0


@pytest.mark.parametrize(("form", "bits"), [("int32", 32), ("int64", 64)])
def test_integers_are_as_wide_as_their_format(form: str, bits: int) -> None:
    schema = {"type": "integer", "format": form, "minimum": 2 ** (bits - 1) - 3, "maximum": 2**80}
    assert all(sample(schema, {}, Random(seed)) < 2 ** (bits - 1) for seed in SEEDS)


@pytest.mark.parametrize(
    ("encoding", "decode"), [("base64", b64decode), ("base64url", urlsafe_b64decode), ("base32", b32decode)]
)
def test_a_content_encoding_can_be_undone(encoding: str, decode: Any) -> None:
    schema = {"type": "string", "contentEncoding": encoding, "minLength": 9, "maxLength": 64}
    for seed in SEEDS:
        text = sample(schema, {}, Random(seed))
        assert decode(text)
        assert 9 <= len(text) <= 64


def test_what_only_clients_send_is_not_answered() -> None:
    schema = {"required": ["a"], "properties": {"a": True, "b": {"writeOnly": True}, "c": True}}
    assert list(sample(schema, {}, Random(0))) == ["a", "c"]


def test_a_schema_that_little_luck_finds_is_sampled_whatever_the_chance() -> None:
    schema = {"type": "array", "uniqueItems": True, "minItems": 3, "maxItems": 3, "items": {"enum": [1, 2, 3]}}
    assert all(sorted(sample(schema, {}, Random(seed))) == [1, 2, 3] for seed in range(100))


def test_a_schema_with_countless_wrong_ways_comes_to_an_end() -> None:
    schema: Any = {"type": "string", "not": {"type": "string"}}
    for _ in range(6):
        schema = {"anyOf": [{"type": "array", "minItems": 2, "items": schema}, False]}
    with pytest.raises(SampleError):
        sample(schema, {}, Random(0))

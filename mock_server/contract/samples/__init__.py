"""Generated values that keep a schema.

Written here because nothing on offer fits: jsf draws from the global generator and reads drafts up to 7, polyfactory
starts from Python types, hypothesis-jsonschema and Schemathesis search for edge cases at test time and take no
`Random`. A value is built keyword by keyword, and what building cannot honour is left to checking and another try.
"""

from collections.abc import Mapping
from math import inf
from random import Random
from typing import Any

from jsonschema import ValidationError
from jsonschema.exceptions import best_match

from contract_tests.contract.pointers import pointer
from contract_tests.contract.providers import faked
from contract_tests.contract.validation import validator
from contract_tests.contract.violations import sentence
from mock_server.contract.folding import CHOICES, CONDITIONS, Schema, both, folded
from mock_server.contract.samples.collections import SampleError, Spot, sample_array, sample_object
from mock_server.contract.samples.discriminators import heir_of, name_of
from mock_server.contract.samples.heights import Heights
from mock_server.contract.samples.numbers import integer, number
from mock_server.contract.samples.texts import text

TRIES = 60
_AGAIN = ("again", "and again", "once more")  # seeds for schemas that not every chance finds a value of
_MOST = 20_000  # values tried for one sample; what needs more will not be found
_DEEPEST = 40  # levels; a schema that must contain itself is given up there


def sample(schema: Any, document: Mapping[str, Any], random: Random, *, place: str = "#") -> Any:
    """A value that keeps the schema, the same for the same draws of `random`; SampleError if none is found.

    Taken from the first of these that keeps it: `const`, `x-faker`, `examples`, `default`, then the other keywords.
    Every declared property is there unless nothing can keep it. `place` is the schema's pointer, for the error.
    Where `random` has no luck, it is drawn anew from fixed seeds: what could be sampled once always can.
    """
    fault: SampleError | None = None
    for chance in (random, *map(Random, _AGAIN)):
        try:
            return _Drawing(document, chance).value(schema, Spot(place))
        except SampleError as error:
            fault = fault or error
    raise fault or SampleError(place, "$ref", "no try was made")


class _Drawing:
    """One value in the making."""

    def __init__(self, document: Mapping[str, Any], random: Random) -> None:
        self._document = document
        self._random = random
        self._heights = Heights(document)
        self._left = _MOST

    def value(self, schema: Any, spot: Spot) -> Any:
        """A value for the schema; tried until it keeps it."""
        spot = spot.entered(schema)
        if spot.depth > _DEEPEST or (spot.again and self._heights.of(schema) == inf):
            raise SampleError(spot.place, "$ref", "it must contain itself without end; make one step of it optional")
        whole, check = folded(schema, self._document), validator(schema, self._document)
        if CHOICES not in whole and "discriminator" in whole and isinstance(schema, Mapping):
            heir = heir_of(schema.get("$ref"), whole["discriminator"], self._random)
            whole = self._named(folded(heir, self._document), whole["discriminator"], heir) if heir else whole
        fault: SampleError | None = None
        for attempt in range(TRIES):
            self._left -= 1
            if self._left < 0:
                raise fault or SampleError(spot.place, "$ref", f"{_MOST} values were tried, and none keeps it")
            try:
                value = self._tried(whole, spot, attempt)
            except SampleError as error:
                if CHOICES not in whole and CONDITIONS not in whole:
                    raise
                fault = error
                continue
            found = best_match(check.iter_errors(value))
            if found is None:
                return value
            fault = _refused(spot, found)
        raise fault or SampleError(spot.place, "$ref", "no try was made")

    def _tried(self, schema: Schema, spot: Spot, attempt: int) -> Any:
        given = self._given(schema, attempt)
        if given:
            return given[0]
        schema, spot = self._decided(schema, spot, attempt)
        given = self._given(schema, attempt)
        if given:
            return given[0]
        if "enum" in schema:
            return self._one_of(schema["enum"], spot)
        return self._built(schema, spot, attempt)

    def _given(self, schema: Schema, attempt: int) -> list[Any]:
        """The value that the schema itself offers, as a list of one; later tries do without, for it may not fit."""
        if "const" in schema:
            return [schema["const"]]
        if attempt >= TRIES // 2:
            return []
        if "x-faker" in schema:
            value = faked(schema["x-faker"], self._random)
            return [str(value) if schema.get("type") == "string" else value]
        examples = [*schema.get("examples", ()), *(schema[name] for name in ("example", "default") if name in schema)]
        return [self._random.choice(examples)] if examples and attempt < len(examples) + 2 else []

    def _one_of(self, values: list[Any], spot: Spot) -> Any:
        if not values:
            raise SampleError(spot.place, "enum", "it allows no value at all")
        return self._random.choice(values)

    def _decided(self, schema: Schema, spot: Spot, attempt: int) -> tuple[Schema, Spot]:
        """The schema with one branch of every choice, and one side of every condition, folded in, and where it is."""
        for _ in range(_DEEPEST):
            if CHOICES not in schema and CONDITIONS not in schema:
                break
            rest = {name: value for name, value in schema.items() if name not in {CHOICES, CONDITIONS}}
            for branches in schema.get(CHOICES, ()):
                branch = self._branch(branches, spot, attempt)
                spot = spot.within(branch)
                rest = self._named(self._with(rest, branch), schema.get("discriminator"), branch)
            for condition in schema.get(CONDITIONS, ()):
                sides = ("if", "then") if self._random.random() < 0.5 else ("else",)
                for side in sides:
                    rest = self._with(rest, condition[side])
            schema = rest
        for name, dependent in schema.get("dependentSchemas", {}).items():
            if name in schema.get("properties", {}) or name in schema.get("required", ()):
                schema = self._with(schema, dependent)
        return schema, spot

    def _branch(self, branches: list[Any], spot: Spot, attempt: int) -> Any:
        """A branch by chance; inside itself, the one that ends soonest."""
        if not spot.again:
            return self._random.choice(branches)
        shortest = sorted(branches, key=self._heights.of)
        return shortest[attempt % len(shortest)]

    def _named(self, schema: dict[str, Any], discriminator: Any, branch: Any) -> dict[str, Any]:
        """The schema with the branch's name as the value of the discriminator's property, if that may have it."""
        reference = branch.get("$ref") if isinstance(branch, Mapping) else None
        if not discriminator or not reference:
            return schema
        member, name = discriminator["propertyName"], name_of(reference, discriminator)
        own = schema.get("properties", {}).get(member, True)
        if not validator(own, self._document).is_valid(name):
            return schema
        return both({"properties": {member: {"const": name}}, "required": [member]}, schema)

    def _with(self, schema: Schema, other: Any) -> dict[str, Any]:
        return both(schema, folded(other, self._document))

    def _built(self, schema: Schema, spot: Spot, attempt: int) -> Any:
        match self._type(schema, spot, attempt):
            case "object":
                return sample_object(schema, spot, self._random, self.value)
            case "array":
                return sample_array(schema, spot, self._random, self.value)
            case "string":
                return text(schema, self._random, by_pattern=attempt % 2 == 1)
            case "integer":
                return integer(schema, self._random)
            case "number":
                return number(schema, self._random)
            case "boolean":
                return self._random.random() < 0.5
            case _:
                return None

    def _type(self, schema: Schema, spot: Spot, attempt: int) -> str:
        types = schema.get("type", [])
        if isinstance(types, str):
            return types
        if types or "type" in schema:
            simple = [name for name in types if name not in {"object", "array"}]
            return str(self._one_of(simple if spot.again and simple else types, spot))
        untold = _UNTOLD[max(0, attempt - _TEXTS) % len(_UNTOLD)]
        return next((name for name, keywords in _TELLING if schema.keys() & keywords), untold)


_TEXTS = 10  # tries for which what may be anything is a text
_UNTOLD = ("string", "integer", "boolean", "null", "object", "array")
_TELLING = (
    (
        "object",
        {"properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"},
    ),
    ("array", {"items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"}),
    ("string", {"pattern", "format", "minLength", "maxLength"}),
    ("number", {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
)


def _refused(spot: Spot, error: ValidationError) -> SampleError:
    place = spot.place + pointer(error.absolute_schema_path)
    return SampleError(place, str(error.validator), f"after {TRIES} tries still {sentence(error)}")

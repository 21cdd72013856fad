"""Generated values that keep a schema.

Written here because nothing on offer fits: jsf draws from the global generator and reads drafts up to 7, polyfactory
starts from Python types, hypothesis-jsonschema and Schemathesis search for edge cases at test time and take no
`Random`. A value is built keyword by keyword, and what building cannot honour is left to checking and another try.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from jsonschema import ValidationError
from jsonschema.exceptions import best_match

from mock_server.contract.folding import CHOICES, CONDITIONS, Schema, both, folded
from mock_server.contract.patterns import matching
from mock_server.contract.pointers import pointer
from mock_server.contract.sample_numbers import integer, number
from mock_server.contract.sample_texts import faked, text
from mock_server.contract.validation import validator
from mock_server.contract.violations import sentence

TRIES = 60
_DEEPEST = 40  # levels; a schema that must contain itself is given up there
_MORE = 2  # items more than an array needs


class SampleError(Exception):
    """A schema no value was found for: where in it, and the keyword that refused."""

    def __init__(self, place: str, keyword: str, reason: str) -> None:
        super().__init__(f"no sample for the schema at {place}: {keyword}: {reason}")
        self.place = place
        self.keyword = keyword


def sample(schema: Any, document: Mapping[str, Any], random: Random, *, place: str = "#") -> Any:
    """A value that keeps the schema, the same for the same draws of `random`; SampleError if none is found.

    Taken from the first of these that keeps it: `const`, `x-faker`, `examples`, `default`, then the other keywords.
    Every declared property is there unless nothing can keep it. `place` is the schema's pointer, for the error.
    """
    return _Drawing(document, random).value(schema, _Spot(place))


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where in the schema a value is being made, and inside of what; `again` is true inside itself."""

    place: str
    inside: tuple[int, ...] = ()
    again: bool = False

    def below(self, *steps: str | int) -> "_Spot":
        return _Spot(self.place + pointer(steps), self.inside)

    def entered(self, schema: Any) -> "_Spot":
        return _Spot(self.place, (*self.inside, id(schema)), id(schema) in self.inside)


class _Drawing:
    """One value in the making."""

    def __init__(self, document: Mapping[str, Any], random: Random) -> None:
        self._document = document
        self._random = random

    def value(self, schema: Any, spot: _Spot) -> Any:
        """A value for the schema; tried until it keeps it."""
        spot = spot.entered(schema)
        if len(spot.inside) > _DEEPEST:
            raise SampleError(spot.place, "$ref", "it must contain itself without end; make one step of it optional")
        whole, check = folded(schema, self._document), validator(schema, self._document)
        fault: SampleError | None = None
        for attempt in range(TRIES):
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

    def _tried(self, schema: Schema, spot: _Spot, attempt: int) -> Any:
        given = self._given(schema, attempt)
        if given:
            return given[0]
        schema = self._decided(schema, spot, attempt)
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

    def _one_of(self, values: list[Any], spot: _Spot) -> Any:
        if not values:
            raise SampleError(spot.place, "enum", "it allows no value at all")
        return self._random.choice(values)

    # What alternatives and conditions leave

    def _decided(self, schema: Schema, spot: _Spot, attempt: int) -> Schema:
        """The schema with one branch of every choice, and one side of every condition, folded in."""
        for _ in range(_DEEPEST):
            if CHOICES not in schema and CONDITIONS not in schema:
                break
            rest = {name: value for name, value in schema.items() if name not in {CHOICES, CONDITIONS}}
            for branches in schema.get(CHOICES, ()):
                rest = self._with(rest, self._branch(branches, spot, attempt))
            for condition in schema.get(CONDITIONS, ()):
                sides = ("if", "then") if self._random.random() < 0.5 else ("else",)
                for side in sides:
                    rest = self._with(rest, condition[side])
            schema = rest
        for name, dependent in schema.get("dependentSchemas", {}).items():
            if name in schema.get("properties", {}) or name in schema.get("required", ()):
                schema = self._with(schema, dependent)
        return schema

    def _branch(self, branches: list[Any], spot: _Spot, attempt: int) -> Any:
        """A branch by chance; inside itself, the one that asks for least, so that there is an end."""
        if not spot.again:
            return self._random.choice(branches)
        needs = sorted(branches, key=lambda branch: len(folded(branch, self._document).get("required", ())))
        return needs[attempt % len(needs)]

    def _with(self, schema: Schema, other: Any) -> dict[str, Any]:
        return both(schema, folded(other, self._document))

    # Values by type

    def _built(self, schema: Schema, spot: _Spot, attempt: int) -> Any:
        match self._type(schema, spot):
            case "object":
                return self._object(schema, spot)
            case "array":
                return self._array(schema, spot)
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

    def _type(self, schema: Schema, spot: _Spot) -> str:
        types = schema.get("type", [])
        if isinstance(types, str):
            return types
        if types or "type" in schema:
            simple = [name for name in types if name not in {"object", "array"}]
            return str(self._one_of(simple if spot.again and simple else types, spot))
        return next((name for name, keywords in _TELLING if schema.keys() & keywords), "string")

    def _object(self, schema: Schema, spot: _Spot) -> dict[str, Any]:
        declared, required = schema.get("properties", {}), _required(schema)
        names = [name for name in declared if name in required or not spot.again]
        spare = schema.get("maxProperties", len(names) + len(required)) - len(required)
        value: dict[str, Any] = {}
        for name in names:
            if name not in required and (spare := spare - 1) < 0:
                continue
            try:
                value[name] = self.value(declared[name], spot.below("properties", name))
            except SampleError:
                if name in required:
                    raise
        for name in required:
            if name not in value:
                value[name] = self._undeclared(name, schema, spot)
        return self._filled(value, schema, spot)

    def _filled(self, value: dict[str, Any], schema: Schema, spot: _Spot) -> dict[str, Any]:
        """The object with as many properties as `minProperties` asks for."""
        for _ in range(TRIES):
            if len(value) >= schema.get("minProperties", 0):
                break
            name = self._name(schema, spot)
            if name not in value and name not in schema.get("properties", {}):
                value[name] = self._undeclared(name, schema, spot)
        return value

    def _name(self, schema: Schema, spot: _Spot) -> str:
        patterns = list(schema.get("patternProperties", ()))
        if patterns and schema.get("additionalProperties", True) is False:
            return matching(self._random.choice(patterns), self._random)
        names = self._with({"type": "string"}, schema.get("propertyNames", True))
        return str(self.value(names, spot.below("propertyNames")))

    def _undeclared(self, name: str, schema: Schema, spot: _Spot) -> Any:
        patterns = schema.get("patternProperties", {})
        found = [each for pattern, each in patterns.items() if re.search(pattern, name)]
        if found:
            return self.value({"allOf": found}, spot.below("patternProperties"))
        return self.value(schema.get("additionalProperties", True), spot.below("additionalProperties"))

    def _array(self, schema: Schema, spot: _Spot) -> list[Any]:
        prefix, wanted = schema.get("prefixItems", []), self._wanted(schema)
        low = max(schema.get("minItems", 0), wanted)
        high = schema.get("maxItems", low if spot.again else max(low, len(prefix)) + _MORE)
        count = self._random.randint(min(max(low, len(prefix), not spot.again), high), max(low, high))
        value: list[Any] = []
        for index in range(count):
            place = spot.below("prefixItems", index) if index < len(prefix) else spot.below("items")
            item = prefix[index] if index < len(prefix) else schema.get("items", True)
            if index >= count - wanted:
                item = {"allOf": [item, schema["contains"]]}
            try:
                value.append(self._fresh(item, value if schema.get("uniqueItems") else [], place))
            except SampleError:
                if len(value) < low:
                    raise
                break
        return value

    def _wanted(self, schema: Schema) -> int:
        return int(schema.get("minContains", 1)) if "contains" in schema else 0

    def _fresh(self, schema: Any, others: Iterable[Any], spot: _Spot) -> Any:
        """A value that none of the others equals."""
        taken = {_key(other) for other in others}
        for _ in range(TRIES):
            value = self.value(schema, spot)
            if _key(value) not in taken:
                return value
        raise SampleError(spot.place, "uniqueItems", f"no {len(taken) + 1} different items were found")


_TELLING = (
    (
        "object",
        {"properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"},
    ),
    ("array", {"items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"}),
    ("string", {"pattern", "format", "minLength", "maxLength"}),
    ("number", {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
)


def _required(schema: Schema) -> list[str]:
    """Required names, with those that they and the declared ones bring along."""
    required = list(schema.get("required", ()))
    for name, brought in schema.get("dependentRequired", {}).items():
        if name in required or name in schema.get("properties", {}):
            required += [each for each in brought if each not in required]
    return required


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _refused(spot: _Spot, error: ValidationError) -> SampleError:
    place = spot.place + pointer(error.absolute_schema_path)
    return SampleError(place, str(error.validator), f"after {TRIES} tries still {sentence(error)}")

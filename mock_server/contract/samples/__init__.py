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
from mock_server.contract.folding import CHOICES, CONDITIONS, CONTAINED, NEGATIONS, Schema, both, folded
from mock_server.contract.samples.collections import SampleError, Spot, sample_array, sample_object
from mock_server.contract.samples.discriminators import heir_of, name_of
from mock_server.contract.samples.heights import Heights
from mock_server.contract.samples.negations import opposite
from mock_server.contract.samples.numbers import integer, number
from mock_server.contract.samples.texts import text

TRIES = 60
_AGAIN = ("again", "and again", "once more")  # seeds for schemas that not every chance finds a value of
_MOST = 20_000  # values tried for one sample; what needs more will not be found
_FEWER = 10  # tries for which all that may be there is, and texts are words
_FEW = 6
_UNDECIDED = frozenset({CHOICES, CONDITIONS, NEGATIONS})
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
                if not whole.keys() & _UNDECIDED:
                    raise
                fault = fault or error
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
        """The schema with one branch of every choice, one side of every condition and the opposite of every `not`
        folded in, and where it is.
        """
        for _ in range(_DEEPEST):
            if not schema.keys() & _UNDECIDED:
                break
            rest = {name: value for name, value in schema.items() if name not in _UNDECIDED}
            for branches in schema.get(CHOICES, ()):
                branch = self._branch(branches, spot, attempt)
                spot = spot.within(branch)
                rest = self._named(self._with(rest, branch), schema.get("discriminator"), branch)
            for each in schema.get(NEGATIONS, ()) if attempt % 3 < 2 else ():
                rest = self._with(rest, opposite(each))
            if CONDITIONS in schema:
                rest = self._conditioned(rest, schema[CONDITIONS], spot, attempt)
            schema = rest
        if attempt >= _FEWER and attempt % 2:
            schema = self._without_some(schema)
        for name, dependent in schema.get("dependentSchemas", {}).items():
            if name in schema.get("properties", {}) or name in schema.get("required", ()):
                schema = self._with(schema, dependent)
        return schema, spot

    def _conditioned(self, schema: Schema, conditions: list[Any], spot: Spot, attempt: int) -> dict[str, Any]:
        """The schema with one side of each condition: of what the conditions ask about, values are drawn first."""
        asked = frozenset().union(*(_asked(folded(each["if"], self._document)) for each in conditions))
        members = {name: each for name, each in schema.get("properties", {}).items() if name in asked}
        if not members or attempt % 2:
            sides = [("if", "then") if self._random.random() < 0.5 else ("else",) for _ in conditions]
        else:
            form = {"properties": members, "required": [each for each in schema.get("required", ()) if each in members]}
            known = self._told(form, conditions, spot)
            pins = {name: {"const": value} for name, value in known.items()}
            schema = both(schema, {"properties": pins, "required": list(known)})
            sides = [(self._side(each, known),) for each in conditions]
        for condition, taken in zip(conditions, sides, strict=True):
            for side in taken:
                schema = self._with(schema, condition[side])
        return dict(schema)

    def _told(self, form: Schema, conditions: list[Any], spot: Spot) -> dict[str, Any]:
        """What the conditions ask about; inside itself, of a few such the one whose sides end soonest."""
        few = [sample_object(form, spot, self._random, self.value) for _ in range(_FEW if spot.again else 1)]
        return min(few, key=lambda known: max(self._heights.of(each[self._side(each, known)]) for each in conditions))

    def _side(self, condition: Mapping[str, Any], known: Mapping[str, Any]) -> str:
        return "then" if validator(condition["if"], self._document).is_valid(known) else "else"

    def _without_some(self, schema: Schema) -> Schema:
        """The schema without some of the properties that need not be there, for they may be what cannot be together."""
        needed = schema.get("required", ())
        members = schema.get("properties", {})
        kept = {name: each for name, each in members.items() if name in needed or self._random.random() < 0.5}
        return {**schema, "properties": kept} if members else schema

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
                return text(schema, self._random, by_pattern=attempt % 2 == 1, odd=attempt >= _FEWER)
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
    ("array", {"items", "prefixItems", CONTAINED, "minItems", "maxItems", "uniqueItems"}),
    ("string", {"pattern", "format", "minLength", "maxLength"}),
    ("number", {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
)


def _asked(schema: Schema) -> frozenset[str]:
    """The members of an object that the schema says anything of."""
    return frozenset(schema.get("properties", ())) | frozenset(schema.get("required", ()))


def _refused(spot: Spot, error: ValidationError) -> SampleError:
    place = spot.place + pointer(error.absolute_schema_path)
    return SampleError(place, str(error.validator), f"after {TRIES} tries still {sentence(error)}")

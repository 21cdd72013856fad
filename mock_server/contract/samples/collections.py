"""Generated objects and arrays, their members drawn by whoever asks."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from contract_tests.contract.expressions import expression
from contract_tests.contract.pointers import pointer
from mock_server.contract.folding import CONTAINED, Schema
from mock_server.contract.samples.patterns import matching

_MORE = 2  # items more than an array needs
_TRIES = 60
_OTHERS = ("additionalProperties", "unevaluatedProperties")
_LONGEST_NAME = 8  # characters that a name may be lengthened to


class SampleError(Exception):
    """A schema no value was found for: where in it, and the keyword that refused."""

    def __init__(self, place: str, keyword: str, reason: str) -> None:
        super().__init__(f"no sample for the schema at {place}: {keyword}: {reason}")
        self.place = place
        self.keyword = keyword
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the schema a value is being made, and inside of what: references, and `again` once one is met twice."""

    place: str
    inside: frozenset[str] = frozenset()
    again: bool = False
    depth: int = 0

    def below(self, *steps: str | int) -> "Spot":
        return replace(self, place=self.place + pointer(steps))

    def entered(self, schema: Any) -> "Spot":
        """The spot inside the schema; once it is inside itself, so is everything below."""
        return replace(self.within(schema), depth=self.depth + 1)

    def within(self, part: Any) -> "Spot":
        """The same spot, of which this part of its schema holds too."""
        met = frozenset(_references(part))
        return replace(self, inside=self.inside | met, again=self.again or bool(met & self.inside))


def _references(schema: Any) -> Iterator[str]:
    """The references that the schema takes in."""
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            yield schema["$ref"]
        for each in schema.get("allOf", ()):
            yield from _references(each)


Draw = Callable[[Any, Spot], Any]  # a value for the schema, or SampleError


def sample_object(schema: Schema, spot: Spot, random: Random, draw: Draw) -> dict[str, Any]:
    """Required and declared properties in declared order; inside itself, the required ones only."""
    declared, required = schema.get("properties", {}), _required(schema)
    spare = schema.get("maxProperties", len(declared) + len(required)) - len(required)
    value: dict[str, Any] = {}
    for name, member in declared.items():
        if name in required:
            value[name] = draw(member, spot.below("properties", name))
        elif spare > 0 and not spot.again and not _write_only(member):
            spare -= 1
            try:
                value[name] = draw(member, spot.below("properties", name))
            except SampleError:
                continue  # what need not be there may be what cannot be there
    for name in required:
        if name not in value:
            value[name] = _undeclared(name, schema, spot, draw)
    return _filled(value, schema, spot, random, draw)


def _write_only(schema: Any) -> bool:
    """Whether only clients send it (OpenAPI 3.0.3 section 4.7.24.2)."""
    return isinstance(schema, Mapping) and schema.get("writeOnly") is True


def sample_array(schema: Schema, spot: Spot, random: Random, draw: Draw) -> list[Any]:
    """Items by their place, with as many as `contains` asks for at the end."""
    prefix = schema.get("prefixItems", [])
    wanted = [each["contains"] for each in schema.get(CONTAINED, ()) for _ in range(each.get("minContains", 1))]
    rest = schema.get("items", True if wanted else schema.get("unevaluatedItems", True))
    low = max(schema.get("minItems", 0), len(wanted))
    high = schema.get("maxItems", low if spot.again else max(low, len(prefix)) + _MORE)
    count = random.randint(min(max(low, len(prefix), not spot.again), high), max(low, high))
    value: list[Any] = []
    for index in range(count):
        inside = index < len(prefix)
        item = prefix[index] if inside else rest
        if index >= count - len(wanted):
            item = {"allOf": [item, wanted[index - count]]}
        others = value if schema.get("uniqueItems") else []
        try:
            value.append(
                _fresh(item, others, spot.below("prefixItems", index) if inside else spot.below("items"), draw)
            )
        except SampleError:
            if len(value) < low:
                raise
            break
    return value


def _required(schema: Schema) -> list[str]:
    """Required names, with those that they and the declared ones bring along."""
    required = list(schema.get("required", ()))
    for name, brought in schema.get("dependentRequired", {}).items():
        if name in required or schema.get("properties", {}).get(name, False) is not False:
            required += [each for each in brought if each not in required]
    return required


def _filled(value: dict[str, Any], schema: Schema, spot: Spot, random: Random, draw: Draw) -> dict[str, Any]:
    """The object with as many properties as `minProperties` asks for."""
    for _ in range(_TRIES):
        if len(value) >= schema.get("minProperties", 0):
            break
        name = _name(schema, spot, random, draw)
        if name not in value and name not in schema.get("properties", {}):
            value[name] = _undeclared(name, schema, spot, draw)
    return value


def _name(schema: Schema, spot: Spot, random: Random, draw: Draw) -> str:
    patterns = list(schema.get("patternProperties", ()))
    if patterns and schema.get("additionalProperties", True) is False:
        pattern = random.choice(patterns)
        longer = matching(pattern, random, shortest=random.randint(0, _LONGEST_NAME))
        return longer if expression(pattern).search(longer) else matching(pattern, random)
    return str(draw({"type": "string", "allOf": [schema.get("propertyNames", True)]}, spot.below("propertyNames")))


def _undeclared(name: str, schema: Schema, spot: Spot, draw: Draw) -> Any:
    patterns = schema.get("patternProperties", {})
    found = [each for pattern, each in patterns.items() if expression(pattern).search(name)]
    if found:
        return draw({"allOf": found}, spot.below("patternProperties"))
    keyword = next((each for each in _OTHERS if each in schema), _OTHERS[0])
    return draw(schema.get(keyword, True), spot.below(keyword))


def _fresh(schema: Any, others: Iterable[Any], spot: Spot, draw: Draw) -> Any:
    """A value that none of the others equals."""
    taken = {_key(other) for other in others}
    for _ in range(_TRIES):
        value = draw(schema, spot)
        if _key(value) not in taken:
            return value
    raise SampleError(spot.place, "uniqueItems", f"no {len(taken) + 1} different items were found")


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)

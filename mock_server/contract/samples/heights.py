"""How deep a value of a schema must at least be: the way out of schemas that contain themselves."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from contract_tests.contract.loading import lookup

_GIVEN = frozenset({"const", "enum", "examples", "example", "default", "x-faker"})


class Heights:
    """The least depths of one document's schemas, found when they are asked for."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._known: dict[str, float] = {}

    def of(self, schema: Any) -> float:
        """The least number of objects and arrays in each other; infinite if there is no end to them."""
        while True:
            before = dict(self._known)
            found = self._height(schema)
            for reference in tuple(self._known):
                self._known[reference] = self._height(lookup(self._document, reference))
            if self._known == before:
                return found

    def _height(self, schema: Any) -> float:
        if isinstance(schema, bool):
            return 0 if schema else inf
        if schema.keys() & _GIVEN:
            return 0
        return max(self._parts(schema), default=0)

    def _parts(self, schema: Mapping[str, Any]) -> Iterator[float]:
        """The least depths of everything that holds at once."""
        yield self._own(schema)
        if "$ref" in schema:
            yield self._known.setdefault(schema["$ref"], inf)
        yield from map(self._height, schema.get("allOf", ()))
        for name in ("oneOf", "anyOf"):
            if name in schema:
                yield min(map(self._height, schema[name]), default=inf)
        if "if" in schema:
            yield min(self._height(schema.get(side, True)) for side in ("then", "else"))

    def _own(self, schema: Mapping[str, Any]) -> float:
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if any(each not in {"object", "array"} for each in types):
            return 0
        declared = schema.get("properties", {})
        rest = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        members = [self._height(declared.get(name, rest)) for name in schema.get("required", ())]
        if schema.get("minItems", 0) > len(schema.get("prefixItems", ())):
            members.append(self._height(schema.get("items", True)))
        members += [self._height(each) for each in schema.get("prefixItems", ())[: schema.get("minItems", 0)]]
        if schema.get("minProperties", 0) > len(members):
            members.append(min(map(self._height, (*declared.values(), rest)), default=0))
        return 1 + max(members, default=0) if types or members else 0

"""Fields: what of an answer's body its schema knows, each with its place and the schemas that hold there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests.contract.loading import lookup
from contract_tests.contract.pointers import pointer
from contract_tests.contract.reading import fits
from mock_server.faults.bodies import EVERY

LOOKED_AT = 3  # items of a list that tell what is in all of them


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a body as a pointer in which `*` is every item, a value that is there, and the schemas of it."""

    steps: tuple[str, ...]
    value: Any
    schemas: tuple[Mapping[str, Any], ...]

    @property
    def pointer(self) -> str:
        return pointer(self.steps)

    @property
    def name(self) -> str:
        return self.steps[-1]

    def note(self, keyword: str) -> Any:
        """What the schemas say under an `x-...` keyword, None if nothing."""
        return next((each[keyword] for each in self.schemas if keyword in each), None)


def fields_of(document: Mapping[str, Any], schema: Any, value: Any) -> list[Field]:
    """The named fields of the value that the schema declares for every server, outer ones first."""
    found: dict[tuple[str, ...], Field] = {}
    for each in _below(document, (schema,), value, ()):
        found.setdefault(each.steps, each)
    return list(found.values())


def shortened(value: Any) -> Any:
    """The value with no more of each list than tells what is in it."""
    if isinstance(value, list):
        return [shortened(each) for each in value[:LOOKED_AT]]
    if isinstance(value, dict):
        return {name: shortened(each) for name, each in value.items()}
    return value


def _below(document: Mapping[str, Any], schemas: Sequence[Any], value: Any, steps: tuple[str, ...]) -> Iterator[Field]:
    nodes = [node for each in schemas for node in nodes_of(document, each, value)]
    if isinstance(value, dict):
        for name, each in value.items():
            inner = [node["properties"][name] for node in nodes if name in node.get("properties", {})]
            held = tuple(node for schema in inner for node in nodes_of(document, schema, each))
            if held and not any(node.get("x-mock-only") for node in held):
                yield Field((*steps, name), each, held)
                yield from _below(document, inner, each, (*steps, name))
    elif isinstance(value, list):
        inner = [node["items"] for node in nodes if "items" in node]
        for each in value[:LOOKED_AT]:
            yield from _below(document, inner, each, (*steps, EVERY))


def nodes_of(document: Mapping[str, Any], schema: Any, value: Any) -> Iterator[Mapping[str, Any]]:
    """The schema with all that holds beside it for the value: references, allOf, and the branches that it means."""
    if not isinstance(schema, Mapping):
        return
    yield schema
    if "$ref" in schema:
        yield from nodes_of(document, lookup(document, schema["$ref"]), value)
    for each in schema.get("allOf", ()):
        yield from nodes_of(document, each, value)
    for each in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        target = lookup(document, each["$ref"]) if isinstance(each, Mapping) and "$ref" in each else each
        if fits(target, value):
            yield from nodes_of(document, each, value)

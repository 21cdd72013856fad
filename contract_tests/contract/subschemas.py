"""The schemas of a document, and those within a schema, whatever its properties are called."""

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.contract.pointers import pointer

_BY_NAME = ("properties", "patternProperties", "dependentSchemas", "$defs")
_IN_ROW = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = (
    "items",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "propertyNames",
    "contains",
    "contentSchema",
    "not",
    "if",
    "then",
    "else",
)

Found = tuple[tuple[str | int, ...], Mapping[str, Any]]


def subschemas(schema: Any, steps: tuple[str | int, ...] = ()) -> Iterator[Found]:
    """The schema and every one that is written out within it, each with the steps that lead there."""
    if not isinstance(schema, Mapping):
        return
    yield steps, schema
    for keyword in _BY_NAME:
        named = schema.get(keyword)
        for name, each in named.items() if isinstance(named, Mapping) else ():
            yield from subschemas(each, (*steps, keyword, name))
    for keyword in _IN_ROW:
        row = schema.get(keyword)
        for place, each in enumerate(row) if isinstance(row, list) else ():
            yield from subschemas(each, (*steps, keyword, place))
    for keyword in _SINGLE:
        yield from subschemas(schema.get(keyword), (*steps, keyword))


def outermost(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every outermost schema of the document with its pointer."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield pointer(("components", "schemas", name)), schema
    yield from _inline_schemas({name: each for name, each in document.items() if not name.startswith("x-")}, ())


def _inline_schemas(node: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[str, Any]]:
    """Schemas of parameters, headers and media types."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from _inline_schemas(each, (*steps, index))
    elif isinstance(node, dict):
        for name, each in node.items():
            if name == "schema":
                yield pointer((*steps, name)), each
            elif name not in {"schemas", "example", "examples"}:
                yield from _inline_schemas(each, (*steps, name))

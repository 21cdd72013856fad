"""The schemas within a schema, whatever its properties are called."""

from collections.abc import Iterator, Mapping
from typing import Any

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

"""What a schema asks for that says `not`, in words that a value can be made from."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")


def opposite(schema: Any) -> Any:
    """A schema that every value keeps which the given one forbids; what it says no more of is left to checking.

    Schemas inside are not looked into but stand under a `not` of their own, so one that contains itself does no harm.
    """
    if isinstance(schema, bool):
        return not schema
    if schema.keys() & _UNSAID or not schema.keys() & _BROKEN.keys():
        return True
    return _any([_BROKEN[name](value) for name, value in schema.items() if name in _BROKEN])


def _types(value: str | list[str]) -> Any:
    known = {value} if isinstance(value, str) else set(value)
    known |= {"integer"} if "number" in known else set()
    return {"type": [each for each in _TYPES if each not in known]}


def _required(names: list[str]) -> Any:
    return _any([{"type": "object", "properties": {name: False}} for name in names])


def _properties(members: Mapping[str, Any]) -> Any:
    return _any(
        [
            {"type": "object", "required": [name], "properties": {name: {"not": each}}}
            for name, each in members.items()
            if each is not True
        ]
    )


def _any(schemas: list[Any]) -> Any:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas} if schemas else False


def _bound(kind: str, keyword: str, step: int = 0) -> Callable[[Any], Any]:
    return lambda value: {"type": kind, keyword: value + step}


def _fewer(kind: str, keyword: str) -> Callable[[Any], Any]:
    return lambda value: {"type": kind, keyword: value - 1} if value > 0 else False


# What breaks each keyword; those not named here are broken by chance.
_BROKEN: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "type": _types,
        "required": _required,
        "properties": _properties,
        "not": lambda schema: schema,
        "allOf": lambda schemas: _any([{"not": each} for each in schemas]),
        "anyOf": lambda schemas: {"allOf": [{"not": each} for each in schemas]},
        "minimum": _bound("number", "exclusiveMaximum"),
        "exclusiveMinimum": _bound("number", "maximum"),
        "maximum": _bound("number", "exclusiveMinimum"),
        "exclusiveMaximum": _bound("number", "minimum"),
        "multipleOf": lambda _: {"type": "number"},
        "minLength": _fewer("string", "maxLength"),
        "maxLength": _bound("string", "minLength", 1),
        "pattern": lambda _: {"type": "string"},
        "minItems": _fewer("array", "maxItems"),
        "maxItems": _bound("array", "minItems", 1),
        "uniqueItems": lambda wanted: {"type": "array", "minItems": 2} if wanted else False,
        "minProperties": _fewer("object", "maxProperties"),
        "maxProperties": _bound("object", "minProperties", 1),
    }
)
# Beside these, breaking any other keyword is not the only way.
_UNSAID = frozenset(
    {
        "$ref",
        "const",
        "enum",
        "oneOf",
        "if",
        "format",
        "items",
        "prefixItems",
        "contains",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "dependentRequired",
        "dependentSchemas",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)

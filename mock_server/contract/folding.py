"""Schemas with their `$ref` and `allOf` folded in, so that each keyword is said once."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from types import MappingProxyType
from typing import Any

from contract_tests.contract.loading import lookup

Schema = Mapping[str, Any]

NEVER: Schema = MappingProxyType({"enum": []})  # what the schema `false` means
CHOICES = "oneOf and anyOf"  # every one that applies, as a list of lists of branches
CONDITIONS = "if, then and else"  # every set that applies, as a list
NEGATIONS = "every not"  # that applies, as a list
CONTAINED = "contains, minContains and maxContains"  # every set that applies, as a list


def folded(schema: Any, document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema's keywords with those of its `$ref` and `allOf` added, as deep as those go.

    What cannot be said twice in one schema is gathered under CHOICES, CONDITIONS, NEGATIONS and CONTAINED; several
    patterns become a tuple. What the keywords say of each other may go, so values still need checking against the
    schema itself. Properties and items stay as they are: a schema that contains itself does no harm. LookupError for
    one that only refers to itself.
    """
    return _folded(schema, document, ())


def both(one: Schema, other: Schema) -> dict[str, Any]:
    """Keywords that hold if and only if those of both hold; where only taste decides, the first wins."""
    result = dict(one)
    for name, value in other.items():
        join = _JOINS.get(name)
        if name not in result:
            result[name] = value
        elif join is not None:
            result[name] = join(result[name], value)
    return result


def _folded(schema: Any, document: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    if isinstance(schema, bool):
        return {} if schema else dict(NEVER)
    result = {name: value for name, value in schema.items() if name not in _FOLDED}
    choices = [schema[name] for name in ("oneOf", "anyOf") if name in schema]
    result |= {CHOICES: choices} if choices else {}
    if "if" in schema:
        result[CONDITIONS] = [{name: schema.get(name, True) for name in ("if", "then", "else")}]
    if "not" in schema:
        result[NEGATIONS] = [schema["not"]]
    if "contains" in schema:
        result[CONTAINED] = [{name: schema[name] for name in _CONTAINING if name in schema}]
    reference = schema.get("$ref")
    if reference is not None:
        if reference in path:
            raise LookupError(f"{reference} refers only to itself; give it a type or properties")
        result = both(result, _folded(lookup(document, reference), document, (*path, reference)))
    for part in schema.get("allOf", ()):
        result = both(result, _folded(part, document, path))
    return result


_CONTAINING = ("contains", "minContains", "maxContains")
_FOLDED = frozenset({"$ref", "allOf", "oneOf", "anyOf", "not", "if", "then", "else", "$defs", *_CONTAINING})


def _all_of(one: Any, other: Any) -> Any:
    return one if one == other else {"allOf": [one, other]}


def _by_name(one: Schema, other: Schema) -> Schema:
    return {**one, **{name: _all_of(one[name], each) if name in one else each for name, each in other.items()}}


def _by_place(one: list[Any], other: list[Any]) -> list[Any]:
    longer = one if len(one) > len(other) else other
    return [*map(_all_of, one, other), *longer[min(len(one), len(other)) :]]


def _union(one: list[Any], other: list[Any]) -> list[Any]:
    return [*one, *(each for each in other if each not in one)]


def _common(one: list[Any], other: list[Any]) -> list[Any]:
    return [each for each in one if each in other]


def _types(one: str | list[str], other: str | list[str]) -> list[str]:
    left, right = ([each] if isinstance(each, str) else each for each in (one, other))
    wider = {"integer": "number"}
    return [each for each in left if each in right or wider.get(each) in right] + [
        each for each in right if each not in left and wider.get(each) in left
    ]


def _multiple(one: float, other: float) -> float:
    left, right = Fraction(str(one)), Fraction(str(other))
    common = Fraction(lcm(left.numerator * right.denominator, right.numerator * left.denominator)) / (
        left.denominator * right.denominator
    )
    return int(common) if common.denominator == 1 else float(common)


def _joined(one: list[Any], other: list[Any]) -> list[Any]:
    return [*one, *other]


def _patterns(one: str | tuple[str, ...], other: str | tuple[str, ...]) -> str | tuple[str, ...]:
    left, right = ((each,) if isinstance(each, str) else each for each in (one, other))
    found = (*left, *(each for each in right if each not in left))
    return found[0] if len(found) == 1 else found


def _names(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    return {name: _union(one.get(name, []), other.get(name, [])) for name in {**one, **other}}


_JOINS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "type": _types,
        "enum": _common,
        "properties": _by_name,
        "patternProperties": _by_name,
        "dependentSchemas": _by_name,
        "dependentRequired": _names,
        "required": _union,
        "prefixItems": _by_place,
        "items": _all_of,
        "additionalProperties": _all_of,
        "propertyNames": _all_of,
        "multipleOf": _multiple,
        "pattern": _patterns,
        CHOICES: _joined,
        CONDITIONS: _joined,
        NEGATIONS: _joined,
        CONTAINED: _joined,
        **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
        **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    }
)

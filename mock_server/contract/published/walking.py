"""Where schemas stand in an OpenAPI document, and how to change each of them from the inside out."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Node = dict[str, Any]
Rule = Callable[[Node], Node]

COMPONENTS = "#/components/schemas/"
# Under these keys stand names of the contract's own, which no rule may read as a keyword.
MAPS = frozenset(
    {"headers", "paths", "webhooks", "schemas", "responses", "parameters", "requestBodies", "securitySchemes"}
    | {"pathItems", "content", "examples", "links", "callbacks", "encoding", "variables", "mapping", "scopes"}
)
NAMED = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
LISTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SINGLE = frozenset(
    {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
LITERALS = frozenset({"example", "examples", "value", "default"})


def rewritten(schema: Any, rule: Rule) -> Any:
    """The schema with the rule applied to every schema in it, the innermost first, and then to itself."""
    if not isinstance(schema, dict):
        return schema
    inside: Node = {}
    for key, each in schema.items():
        if key in NAMED and isinstance(each, dict):
            inside[key] = {name: rewritten(below, rule) for name, below in each.items()}
        elif key in LISTED and isinstance(each, list):
            inside[key] = [rewritten(below, rule) for below in each]
        else:
            inside[key] = rewritten(each, rule) if key in SINGLE else each
    return rule(inside)


def every_schema(document: Mapping[str, Any], rule: Rule) -> Node:
    """The document with the rule applied to each of its schemas, components and all."""
    components = document["components"]
    schemas = {name: rewritten(each, rule) for name, each in components["schemas"].items()}
    result: Node = _elsewhere({**document, "components": {**components, "schemas": {}}}, rule)
    result["components"]["schemas"] = schemas
    return result


def references(node: Any) -> Iterator[str]:
    """Every component that something in the node refers to, by name."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(COMPONENTS):
            yield reference.removeprefix(COMPONENTS)
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def _elsewhere(node: Any, rule: Rule, *, names: bool = False) -> Any:
    if isinstance(node, list):
        return [_elsewhere(each, rule) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _elsewhere(each, rule)
        if names
        else rewritten(each, rule)
        if key == "schema"
        else each
        if key in LITERALS and key not in MAPS
        else _elsewhere(each, rule, names=key in MAPS)
        for key, each in node.items()
    }

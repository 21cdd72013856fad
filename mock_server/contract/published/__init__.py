"""The contract as tools want it: plain schemas under names of their own, and examples that this mock really answers."""

from collections.abc import Mapping
from typing import Any

from mock_server.contract.published.components import flattened
from mock_server.contract.published.pairing import paired
from mock_server.contract.published.plain_text import without_extensions
from mock_server.contract.published.simplifying import Simplifier
from mock_server.contract.published.softening import softened
from mock_server.contract.published.walking import COMPONENTS, Node, every_schema, references


def published(
    document: Mapping[str, Any], own: str, *, numbers: Mapping[str, str] | None = None, soft: bool = False
) -> dict[str, Any]:
    """The bundled contract for generators and viewers, with `own` as its first server; it judges bodies alike.

    `numbers` are tracking numbers by the error code that each brings about. With `soft`, schemas let more through,
    for generators that strict ones defeat.
    """
    flat = flattened(document, own)
    simplifier = Simplifier(flat["components"]["schemas"])
    flat = every_schema(flat, simplifier)
    flat = _with_nulls_outside(flat)
    if soft:
        flat = softened(flat)
    flat = _without_unused(flat, set(document["components"]["schemas"]))
    return paired(without_extensions(flat), numbers or {})


def _with_nulls_outside(document: Node) -> Node:
    """Components that may be null as plain ones; where they are referred to, null is the alternative."""
    schemas = document["components"]["schemas"]
    nullable = {name for name, each in schemas.items() if _is_object_or_null(each)}

    def rule(schema: Node) -> Node:
        if schema.get("$ref", "").removeprefix(COMPONENTS) in nullable:
            rest = {key: each for key, each in schema.items() if key != "$ref"}
            return {**rest, "anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
        return schema

    result = every_schema(document, rule)
    for name in nullable:
        result["components"]["schemas"][name]["type"] = "object"
    return result


def _is_object_or_null(schema: Any) -> bool:
    types = schema.get("type") if isinstance(schema, dict) else None
    return isinstance(types, list) and sorted(types) == ["null", "object"] and not schema.keys() & {"enum", "const"}


def _without_unused(document: Node, own: set[str]) -> Node:
    """The document without the components that nothing refers to any longer, but for the contract's own."""
    components = document["components"]
    while True:
        used = {*references(document), *own}
        kept = {name: each for name, each in components["schemas"].items() if name in used}
        if len(kept) == len(components["schemas"]):
            return document
        components = {**components, "schemas": kept}
        document = {**document, "components": components}

"""The contract for generators that strict schemas defeat: it lets everything through that the strict one does."""

import re
from collections.abc import Mapping
from typing import Any

from mock_server.contract.published.simplifying import ANNOTATIONS, same
from mock_server.contract.published.walking import COMPONENTS, Node, every_schema

LOGIC = frozenset({"not", "if", "then", "else", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems"})


def softened(document: Node) -> Node:
    """The document with types instead of constants, one object instead of alternatives, and no pattern beside a format.

    Patterns that languages read in different ways are gone too, and webhooks, which generators take for operations of
    the API; their bodies stay among the components.
    """
    loose = every_schema(_without_webhooks(document), _loosened)
    components: Mapping[str, Any] = loose["components"]["schemas"]
    return every_schema(loose, lambda schema: _one_object(schema, components))


def _without_webhooks(document: Node) -> Node:
    told = document.get("webhooks", {})
    tags = [each for each in document.get("tags", ()) if each["name"] not in told]
    return {**{key: each for key, each in document.items() if key != "webhooks"}, "tags": tags}


def _loosened(schema: Node) -> Node:
    dialect = re.search(r"\\u|\(\?[^:]", schema.get("pattern", ""))
    gone = LOGIC | {"const"} | ({"pattern"} if "format" in schema or dialect else set())
    kept = {key: each for key, each in schema.items() if key not in gone}
    examples = [schema["const"]] if "const" in schema else kept.get("examples")  # tools of OpenAPI 3.0 read one only
    return {**kept, "example": examples[0]} if isinstance(examples, list) and examples else kept


def _one_object(schema: Node, components: Mapping[str, Any]) -> Node:
    """Alternatives that are objects as one object with the properties of all; only what all demand is required."""
    for key in ("oneOf", "anyOf"):
        shapes = [_resolved(each, components) for each in schema.get(key, ())]
        if len(shapes) < 2 or not all("properties" in each for each in shapes):
            continue
        properties: Node = {}
        for shape in shapes:
            for name, each in shape["properties"].items():
                properties[name] = _common(properties[name], each) if name in properties else each
        required = [
            name for name in shapes[0].get("required", ()) if all(name in each.get("required", ()) for each in shapes)
        ]
        rest = {name: each for name, each in schema.items() if name != key}
        return {**rest, "type": "object", "required": required, "properties": properties}
    return schema


def _resolved(schema: Any, components: Mapping[str, Any]) -> Node:
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    found = components.get(reference.removeprefix(COMPONENTS)) if isinstance(reference, str) else schema
    return found if isinstance(found, dict) else {}


def _common(one: Any, other: Any) -> Any:
    """What two properties of one name have in common."""
    if same(one, other) or not (isinstance(one, dict) and isinstance(other, dict)):
        return one
    kept = {key: each for key, each in one.items() if key in ANNOTATIONS or same(each, other.get(key))}
    return kept if kept.keys() - ANNOTATIONS else {}

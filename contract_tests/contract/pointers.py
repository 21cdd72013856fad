"""JSON pointers (RFC 6901)."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote


def pointer(steps: Iterable[str | int]) -> str:
    """The steps as a JSON pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def follow(document: Any, reference: str) -> Any:
    """What `#/a/b` or `/a/b` names; LookupError if nothing."""
    value = document
    for step in unquote(reference.removeprefix("#")).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (KeyError, IndexError, TypeError, ValueError):
            raise LookupError(f"{reference} names nothing: there is no {name!r}") from None
    return value


def resolved(document: Any, node: Any) -> Any:
    """The node, or what its `$ref` leads to."""
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str) and node["$ref"] not in seen:
        seen.add(node["$ref"])
        node = follow(document, node["$ref"])
    return node

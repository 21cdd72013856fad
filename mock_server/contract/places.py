"""Where in a document a keyword stands that was come upon through references and choices."""

from collections.abc import Mapping
from typing import Any

from contract_tests.contract.loading import lookup
from contract_tests.contract.pointers import pointer, steps

_PARTS = ("allOf", "oneOf", "anyOf")
_SIDES = ("if", "then", "else", "not")
_DEEPEST = 8  # references and choices passed through for one step


def settled(document: Mapping[str, Any], way: str) -> str:
    """The pointer of what the way leads to, its references and choices followed, as far as it leads anywhere.

    The way is a pointer whose steps pass through `$ref`, `allOf` and choices without naming them.
    """
    node, place = document, ""
    for step in steps(way.removeprefix("#")):
        found = _within(document, node, place, step, _DEEPEST)
        if found is None:
            break
        node, place = found
    return place


def _within(document: Mapping[str, Any], node: Any, place: str, step: str, depth: int) -> tuple[Any, str] | None:
    """The node at that step, wherever it is said, and its own pointer."""
    if isinstance(node, list):
        return (node[int(step)], place + pointer([step])) if step.isdigit() and int(step) < len(node) else None
    if not isinstance(node, Mapping) or not depth:
        return None
    if step in node:
        return node[step], place + pointer([step])
    if isinstance(node.get("$ref"), str):
        try:
            found = _within(document, lookup(document, node["$ref"]), node["$ref"][1:], step, depth - 1)
        except LookupError:
            found = None
        if found:
            return found
    for name in _PARTS:
        for index, each in enumerate(node.get(name, ())):
            found = _within(document, each, place + pointer([name, index]), step, depth - 1)
            if found:
                return found
    inner = (_within(document, node.get(name), place + pointer([name]), step, depth - 1) for name in _SIDES)
    return next((found for found in inner if found), None)

"""Bodies under the contract's own names, whatever an overlay calls them."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from contract_tests.contract import alike
from contract_tests.contract.expressions import expression
from contract_tests.contract.loading import lookup, resolve


def read(document: Mapping[str, Any], schema: Any, value: Any) -> Any:
    """The value with each property under its `x-value`, each renamed constant as the word it stands for.

    `x-value: carrier.code` puts the property into the object `carrier`. What the schema does not know stays as it is.
    """
    nodes = list(_nodes(document, schema))
    if isinstance(value, dict):
        branches = [each for node in nodes for each in (*node.get("oneOf", ()), *node.get("anyOf", ()))]
        nodes += [node for each in branches if fits(resolve(document, each), value) for node in _nodes(document, each)]
    if isinstance(value, list):
        items = next((each["items"] for each in nodes if "items" in each), None)
        return alike.each(partial(read, document, items), value) if items is not None else value
    if not isinstance(value, dict):
        return _word(document, nodes, value)
    properties: dict[str, Any] = {}
    for node in nodes:
        properties = {**node.get("properties", {}), **properties}
    facts: dict[str, Any] = {}
    for name, each in value.items():
        schema_of = properties.get(name)
        path = _fact(document, schema_of, name).split(".")
        place = facts
        for step in path[:-1]:
            place = place.setdefault(step, {})
        found = read(document, schema_of, each) if schema_of is not None else each
        place[path[-1]] = {**place.get(path[-1], {}), **found} if isinstance(found, dict) else found
    return facts


def name_of(document: Mapping[str, Any], schema: Any, fact: str) -> str:
    """What a request's body calls the fact."""
    for node in _nodes(document, schema):
        for name, each in node.get("properties", {}).items():
            if _fact(document, each, name) == fact:
                return str(name)
    return fact


def fits(schema: Any, value: Any) -> bool:
    """Whether the value means this branch of a choice, told by its constants, else by its kind."""
    if not isinstance(schema, dict):
        return False
    if "const" in schema:
        return bool(schema["const"] == value)
    if isinstance(value, dict):
        return all(
            value[name] == each["const"]
            for name, each in schema.get("properties", {}).items()
            if isinstance(each, dict) and "const" in each and name in value
        )
    return "pattern" not in schema or (isinstance(value, str) and expression(schema["pattern"]).search(value))


def _fact(document: Mapping[str, Any], schema: Any, name: str) -> str:
    return next((str(each["x-value"]) for each in _nodes(document, schema) if "x-value" in each), name)


def _word(document: Mapping[str, Any], nodes: list[Any], value: Any) -> Any:
    for node in nodes:
        for branch in (*node.get("oneOf", ()), *node.get("anyOf", ())):
            for each in _nodes(document, branch):
                if "const" in each and each["const"] == value:
                    return each.get("x-value", value)
    return value


def _nodes(document: Mapping[str, Any], schema: Any) -> Iterator[Mapping[str, Any]]:
    """The schema with everything that holds beside it: references and allOf."""
    if not isinstance(schema, dict):
        return
    yield schema
    if "$ref" in schema:
        yield from _nodes(document, lookup(document, schema["$ref"]))
    for each in schema.get("allOf", ()):
        yield from _nodes(document, each)

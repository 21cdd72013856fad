"""The contract as tools want it: the same rules, without where they come from, every schema under a name of its own."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contract_tests.contract.pointers import pointer

SCHEMAS = ("components", "schemas")
# Under these keys stand names of the contract's own, which no rule may read as a keyword.
MAPS = frozenset(
    {
        "properties",
        "patternProperties",
        "$defs",
        "dependentSchemas",
        "dependentRequired",
        "headers",
        "paths",
        "webhooks",
    }
    | {"schemas", "responses", "parameters", "requestBodies", "securitySchemes", "pathItems", "content", "examples"}
    | {"links", "callbacks", "encoding", "variables", "mapping", "scopes"}
)
LITERALS = frozenset({"const", "enum", "default", "example", "examples", "value", "required"})
Node = Mapping[str, Any]


def flattened(document: Node, own: str) -> dict[str, Any]:
    """The bundled contract for generators and viewers, with `own` as its first server; it judges bodies alike.

    A schema with a title, or among `$defs`, becomes a component of that title, or of the names that lead to it.
    """
    names = _names(document)
    shared = {place: name for place, name in names.items() if len(place) > len(SCHEMAS) + 1}

    def rule(node: Node, steps: tuple[str, ...]) -> Node:
        if steps in shared:
            return {"$ref": _component(shared[steps])}
        return _without_sources(_rewritten(node, names))

    flat: dict[str, Any] = _walked(document, (), rule)
    schemas = flat["components"]["schemas"]
    for place, name in shared.items():
        schemas[name] = _walked(_at(document, place), place, rule, top=True)
    flat["servers"] = [{"url": own, "description": "This mock."}, *flat["servers"]]
    _tag_webhooks(flat)
    return flat


def _names(document: Node) -> dict[tuple[str, ...], str]:
    """The component that each place with a schema of its own becomes; an alias shares the name of what it means."""
    schemas = document["components"]["schemas"]
    names: dict[tuple[str, ...], str] = {
        (*SCHEMAS, name): name for name, schema in schemas.items() if set(schema) != {"$ref"}
    }
    taken = set(names.values())
    for name, root in schemas.items():
        for place, schema in _nested(root, (*SCHEMAS, name)):
            title = schema.get("title")
            if not isinstance(title, str) and place[-2] != "$defs":
                continue
            wish = title if isinstance(title, str) and title.isidentifier() else f"{name}{_capital(place[-1])}"
            free = wish if wish not in taken else f"{name}{_capital(place[-1])}"
            names[place] = free
            taken.add(free)
    return names


def _nested(node: Any, steps: tuple[str, ...], *, named: bool = False) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every object below the schema that is a schema itself, with its place."""
    for key, each in _parts(node):
        if not named and (key in LITERALS or key.startswith("x-")):
            continue
        place = (*steps, key)
        below = not named and key in MAPS
        if isinstance(each, dict) and not below:
            yield place, each
        yield from _nested(each, place, named=below)


def _walked(
    node: Any,
    steps: tuple[str, ...],
    rule: Callable[[Node, tuple[str, ...]], Node],
    *,
    named: bool = False,
    top: bool = False,
) -> Any:
    """The node with the rule applied to each object in it; with `top`, its own place is not the rule's concern."""
    if isinstance(node, list):
        return [_walked(each, (*steps, str(index)), rule) for index, each in enumerate(node)]
    if not isinstance(node, dict):
        return node
    if named:
        return {key: _walked(each, (*steps, key), rule) for key, each in node.items()}
    ruled = rule(node, () if top else steps)
    return {
        key: each
        if key in LITERALS and not (key in MAPS and isinstance(each, dict))
        else _walked(each, (*steps, key), rule, named=key in MAPS)
        for key, each in ruled.items()
    }


def _rewritten(node: Node, names: Mapping[tuple[str, ...], str]) -> Node:
    """The object with its reference to a component's place as one to the component."""
    reference = node.get("$ref")
    for place, name in names.items():
        if reference == f"#{pointer(place)}":
            return {**node, "$ref": _component(name)}
    return node


def _without_sources(node: Node) -> Node:
    """The object without extensions, nested definitions, and a link's body, which generators want to be a text."""
    unwanted = {key for key in node if key.startswith("x-") or key == "$defs"}
    if "parameters" in node or "operationId" in node or "operationRef" in node:
        unwanted |= {"requestBody"} if _is_link(node) else set()
    return {key: each for key, each in node.items() if key not in unwanted}


def _is_link(node: Node) -> bool:
    """Whether the object is a Link Object: it names an operation and has no responses, which an operation must."""
    return "responses" not in node and isinstance(node.get("requestBody"), dict)


def _tag_webhooks(flat: dict[str, Any]) -> None:
    """Give each webhook a tag of its own, so that no generator puts it among the operations."""
    for name, item in flat.get("webhooks", {}).items():
        for operation in item.values():
            if isinstance(operation, dict) and "operationId" in operation:
                operation["tags"] = [name]
        flat["tags"] = [*flat.get("tags", ()), {"name": name, "description": "What the API sends."}]


def _component(name: str) -> str:
    return f"#{pointer((*SCHEMAS, name))}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _parts(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from ((str(index), each) for index, each in enumerate(node))


def _at(document: Any, place: tuple[str, ...]) -> Any:
    for step in place:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document

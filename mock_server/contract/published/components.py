"""The contract as tools want it: the same rules, without where they come from, every schema under a name of its own."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import unquote

from contract_tests.contract.pointers import pointer
from contract_tests.contract.pointers import steps as steps_of
from mock_server.contract.published.walking import COMPONENTS, LISTED, LITERALS, MAPS, NAMED, references

SCHEMAS = ("components", "schemas")
NO_SCHEMAS = LITERALS | {"const", "enum", "required"}
KEYS = MAPS | NAMED | {"dependentRequired"}
# What a language has of its own, so that a class of that name would hide it.
RESERVED = frozenset({"Array", "Date", "Error", "Exception", "Function", "Map", "Object", "Request", "Response", "Set"})
Node = Mapping[str, Any]


def flattened(document: Node, own: str) -> dict[str, Any]:
    """The bundled contract without where its rules come from, with `own` as its first server.

    A schema with a title, among `$defs`, with properties or of a few words becomes a component of that title, or of
    the names that lead to it.
    """
    names = _names(document)
    roots = {place[-1]: name for place, name in names.items() if len(place) == len(SCHEMAS) + 1}
    shared = {place: name for place, name in names.items() if len(place) > len(SCHEMAS) + 1}

    components = {f"#{pointer(place)}": _component(name) for place, name in names.items()}

    def rule(node: Node, steps: tuple[str, ...]) -> Node:
        if steps in shared:
            return {"$ref": _component(shared[steps])}
        return _without_sources(_rewritten(node, components))

    flat: dict[str, Any] = _walked(document, (), rule)
    schemas = {roots.get(name, name): schema for name, schema in flat["components"]["schemas"].items()}
    flat["components"]["schemas"] = schemas
    for place, name in shared.items():
        schemas[name] = _walked(_at(document, place), place, rule, top=True)
    flat["components"]["schemas"] = {
        name: {**each, "title": name} if isinstance(each, dict) and "title" in each else each
        for name, each in schemas.items()
    }
    flat["servers"] = [{"url": own, "description": "This mock."}, *flat["servers"]]
    _tag_webhooks(flat)
    return flat


def _names(document: Node) -> dict[tuple[str, ...], str]:
    """The component that each place with a schema of its own becomes; an alias shares the name of what it means."""
    schemas = document["components"]["schemas"]
    names: dict[tuple[str, ...], str] = {
        (*SCHEMAS, name): f"{name}Body" if name in RESERVED else name
        for name, schema in schemas.items()
        if set(schema) != {"$ref"}
    }
    aliases = {_place(schema["$ref"]): name for name, schema in schemas.items() if set(schema) == {"$ref"}}
    taken = {*schemas, *names.values()}
    targets = {_place(COMPONENTS + each) for each in references(document)}
    for name, root in schemas.items():
        for place, schema in _nested(root, (*SCHEMAS, name)):
            if place in aliases:
                names[place] = aliases[place]
                continue
            title = schema.get("title")
            titled = isinstance(title, str) and title.isidentifier() and title not in RESERVED
            if not (titled or place[-2] == "$defs" or place in targets or _is_anonymous(schema, place)):
                continue
            around = max((each for each in names if each == place[: len(each)]), key=len, default=(*SCHEMAS, name))
            told = _telling(place[len(around) :]) or ["Part"]
            above = name if len(around) == len(SCHEMAS) + 1 else names[around]
            wishes = (title if titled else None, above + told[-1], above + "".join(told))
            free = next((wish for wish in wishes if wish and wish not in taken), "")
            names[place] = free or next(each for each in map(f"{wishes[-1]}{{}}".format, count(2)) if each not in taken)
            taken.add(names[place])
    for place in targets - names.keys():
        if len(place) > len(SCHEMAS) + 1 and isinstance(_at(document, place), bool):
            names[place] = "".join(map(_capital, (place[len(SCHEMAS)], *_telling(place[len(SCHEMAS) + 1 :]))))
    return names


def _place(reference: str) -> tuple[str, ...]:
    return tuple(steps_of(unquote(reference[1:])))


def _is_anonymous(schema: Node, place: tuple[str, ...]) -> bool:
    """Whether generators would have to make up a name for the schema: an object, or one of a few words."""
    if place[-2] != "properties" and place[-1] not in {"items", "additionalProperties"}:
        return False
    words = [each.get("const") for each in schema.get("oneOf", ()) if isinstance(each, dict)] or schema.get("enum", ())
    return "properties" in schema or (len(words) > 0 and all(isinstance(each, str) for each in words))


def _telling(place: tuple[str, ...]) -> list[str]:
    """The steps from one component to the next that tell what is there, as parts of a name."""
    steps = [step for step in place if step not in {*NAMED, *LISTED} and not step.isdigit()]
    return [
        _capital("item" if step == "items" else "value" if step == "additionalProperties" else step) for step in steps
    ]


def _nested(node: Any, steps: tuple[str, ...], *, named: bool = False) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every object below the schema that is a schema itself, with its place."""
    for key, each in _parts(node):
        if not named and (key in NO_SCHEMAS or key.startswith("x-")):
            continue
        place = (*steps, key)
        below = not named and key in KEYS
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
        if key in NO_SCHEMAS and not (key in KEYS and isinstance(each, dict))
        else _walked(each, (*steps, key), rule, named=key in KEYS)
        for key, each in ruled.items()
    }


def _rewritten(node: Node, components: Mapping[str, str]) -> Node:
    """The object with its reference to a component's place as one to the component."""
    reference = node.get("$ref")
    found = components.get(reference) if isinstance(reference, str) else None
    return {**node, "$ref": found} if found else node


def _without_sources(node: Node) -> Node:
    """The object without extensions, nested definitions, and a link's body, which generators want to be a text."""
    unwanted = {key for key in node if key.startswith("x-") or key in {"$defs", "$comment"}}
    if _is_link(node):
        unwanted.add("requestBody")
    return {key: each for key, each in node.items() if key not in unwanted}


def _is_link(node: Node) -> bool:
    """Whether the object is a Link Object: it names an operation and has no responses, which an operation must."""
    names_one = bool(node.keys() & {"parameters", "operationId", "operationRef"})
    return names_one and "responses" not in node and isinstance(node.get("requestBody"), dict)


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
    """The text as a part of a name: `last_updated` as LastUpdated."""
    return "".join(part[:1].upper() + part[1:] for part in re.split("[^A-Za-z0-9]+", text))


def _parts(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from ((str(index), each) for index, each in enumerate(node))


def _at(document: Any, place: tuple[str, ...]) -> Any:
    for step in place:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document

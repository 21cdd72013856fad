"""Schemas said in fewer keywords: each rule leaves every verdict as it was, and takes away what defeats tools."""

import json
import re
from collections.abc import Mapping
from typing import Any

from mock_server.contract.folding import both
from mock_server.contract.published.patterns import alternation, conjunction
from mock_server.contract.published.walking import COMPONENTS, Node, rewritten

ANNOTATIONS = frozenset({"title", "description", "default", "example", "examples", "deprecated", "$comment"})
BOUNDS = frozenset(
    {"required", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern", "format"}
)
OPEN = frozenset({"additionalProperties", "patternProperties", "unevaluatedProperties"})
NUMBERS = frozenset({"integer", "number"})


class Simplifier:
    """Simplifies schemas that may refer to the given components."""

    def __init__(self, components: Mapping[str, Any]) -> None:
        self._components = components
        self._known: dict[str, Any] = {}

    def __call__(self, schema: Node) -> Node:
        """The schema, whose inner schemas are simple already."""
        schema = self._with_value_inlined(schema)
        schema = self._without_branches(schema)
        for rule in (_words, _choice, _joined_patterns, _typed, _default_told):
            schema = rule(schema)
        return schema

    def component(self, name: str) -> Any:
        """The component of that name, simplified; the schema `true` for one that is at work now or not there."""
        if name not in self._known:
            self._known[name] = True
            self._known[name] = rewritten(self._components.get(name, True), self)
        return self._known[name]

    def _with_value_inlined(self, schema: Node) -> Node:
        """A reference to a bare text or number is replaced by what it says: no language has a use for its name."""
        target = self._target(schema)
        if not _is_value(target):
            return schema
        rest = {key: each for key, each in schema.items() if key != "$ref"}
        joined = _joined(rest, {key: each for key, each in target.items() if key != "title"})
        return schema if joined is None else joined

    def _without_branches(self, schema: Node) -> Node:
        """`allOf` with its branches said in the schema itself, where that is the same."""
        whole = {key: each for key, each in schema.items() if key != "allOf"}
        left = []
        for branch in schema.get("allOf", ()):
            joined = _joined(whole, branch) if isinstance(branch, dict) else None
            if joined is None:
                left.append(branch)
            else:
                whole = joined
        if len(left) == 1 and self._says_no_more(whole, left[0]):
            kept = {key: each for key, each in whole.items() if key in {"description", "default"}}
            return {**kept, **left[0]}
        return {**whole, "allOf": left} if left else whole

    def _says_no_more(self, schema: Node, branch: Any) -> bool:
        """Whether the schema says nothing that the component, which the branch refers to, does not say too."""
        target = self._target(branch)
        said = {key: each for key, each in schema.items() if key not in ANNOTATIONS}
        return bool(target) and all(target.get(key) == each for key, each in said.items())

    def _target(self, schema: Any) -> Node:
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str) or not reference.startswith(COMPONENTS):
            return {}
        found = self.component(reference.removeprefix(COMPONENTS))
        return found if isinstance(found, dict) else {}


def _is_value(schema: Node) -> bool:
    """Whether the schema is about a bare text or number that is not one of a few words."""
    return bool(schema) and schema.keys() <= ANNOTATIONS | BOUNDS | {"type"} and not _is_compound(schema)


def _is_compound(schema: Node) -> bool:
    return bool(_types(schema) & {"object", "array"}) or "required" in schema


def _types(schema: Node) -> set[str]:
    found = schema.get("type", [])
    return {found} if isinstance(found, str) else set(found)


def _joined(one: Node, other: Node) -> Node | None:
    """One schema for both, where keywords that are said twice can be said once; None where they cannot."""
    allowed = ANNOTATIONS | BOUNDS | {"type", "enum", "const", "properties"}
    if not other.keys() <= allowed or ("properties" in other and one.keys() & OPEN):
        return None
    if any(one[key] != other[key] for key in one.keys() & other.keys() & {"format", "const"}):
        return None
    result = both(one, other)
    if "pattern" in one and "pattern" in other and one["pattern"] != other["pattern"]:
        result["pattern"] = conjunction(one["pattern"], other["pattern"])
    if isinstance(result.get("type"), list) and len(result["type"]) == 1:
        result["type"] = result["type"][0]
    return result


def _words(schema: Node) -> Node:
    """`oneOf` of constant texts as an `enum` of them; what each means goes into the description."""
    for key in ("oneOf", "anyOf"):
        branches = schema.get(key, ())
        words = [branch.get("const") for branch in branches if isinstance(branch, dict)]
        if not branches or "enum" in schema or len(words) != len(branches) or len(set(map(repr, words))) != len(words):
            continue
        only = all(isinstance(each, str) for each in words) and all(
            branch.keys() <= ANNOTATIONS | {"const", "type"} and _types(branch) <= {"string"} for branch in branches
        )
        if only and (not _types(schema) or "string" in _types(schema)):
            told = [f"- `{each['const']}`: {each['description']}" for each in branches if "description" in each]
            text = "\n\n".join(filter(None, (schema.get("description"), "\n".join(told))))
            rest = {name: each for name, each in schema.items() if name not in {key, "description"}}
            return {**({"description": text} if text else {}), **rest, "type": "string", "enum": words}
    return schema


def _choice(schema: Node) -> Node:
    """The schema without an `anyOf` that lets everything through which the rest does."""
    types = _types(schema)
    for branch in schema.get("anyOf", ()):
        free = branch is True or (
            isinstance(branch, dict)
            and branch.keys() <= ANNOTATIONS | {"type"}
            and ("type" not in branch or (types and types <= _types(branch)))
        )
        if free:
            return {key: each for key, each in schema.items() if key != "anyOf"}
    return schema


def _joined_patterns(schema: Node) -> Node:
    """`anyOf` of patterns as one pattern."""
    branches = schema.get("anyOf", ())
    if "pattern" in schema or not branches:
        return schema
    if not all(
        isinstance(each, dict) and "pattern" in each and each.keys() <= ANNOTATIONS | {"pattern"} for each in branches
    ):
        return schema
    patterns = [each["pattern"] for each in branches]
    if any(
        re.search(r"\\[1-9k]|\(\?<[^=!]", each) for each in patterns
    ):  # groups that are told apart by number or name
        return schema
    rest = {key: each for key, each in schema.items() if key != "anyOf"}
    return {**rest, "pattern": alternation(patterns)}


def _typed(schema: Node) -> Node:
    """A constant, or a few words, with the type that they have."""
    if "type" in schema:
        return schema
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    types = {_type(each) for each in values}
    return {"type": types.pop(), **schema} if len(types) == 1 else schema


def _default_told(schema: Node) -> Node:
    """A default that is a list or an object in words: languages differ in how they write one down, and some fail."""
    if not isinstance(schema.get("default"), list | dict):
        return schema
    told = f"{schema.get('description', '')} Default: `{json.dumps(schema['default'])}`.".strip()
    return {**{key: each for key, each in schema.items() if key != "default"}, "description": told}


def _type(value: Any) -> str:
    names = {"str": "string", "bool": "boolean", "int": "integer", "float": "number", "NoneType": "null"}
    return names.get(type(value).__name__) or ("array" if isinstance(value, list) else "object")


def same(one: Any, other: Any) -> bool:
    """Whether two schemas are written alike, as JSON sees it."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)

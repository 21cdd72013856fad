"""The form of a fault rule, made from schemas/fault.schema.json: its fields, and the document they come to."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from contract_tests.contract.loading import SCHEMAS

Node = Mapping[str, Any]
SOURCE = SCHEMAS / "fault.schema.json"
PLAIN: Mapping[str, str] = MappingProxyType({"integer": "integer", "number": "number", "boolean": "boolean"})
SUGGESTED: Mapping[str, str] = MappingProxyType(
    {"/match/operation": "operations", "/match/carrier": "carriers", "/fault/code": "codes"}
)
"""Fields for which there are names to choose from."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field; `name` is where its value goes, as a JSON pointer, and `kind` how it is written.

    `when` is a field and a value of it without which this one means nothing.
    """

    name: str
    label: str
    text: str
    kind: str = "text"
    required: bool = False
    least: float | None = None
    most: float | None = None
    choices: Sequence[tuple[str, str]] = ()
    example: str = ""
    suggested: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, perhaps only to one choice of another field."""

    when: tuple[str, str] | None
    text: str
    fields: Sequence[FormField]


@dataclass(frozen=True, slots=True)
class FaultForm:
    """The whole form."""

    kinds: FormField
    parameters: Sequence[Group]
    match: Sequence[FormField]
    conditions: Sequence[FormField]

    def all(self) -> Iterator[FormField]:
        yield self.kinds
        for group in self.parameters:
            yield from group.fields
        yield from self.match
        yield from self.conditions

    def document(self, form: Mapping[str, str]) -> dict[str, Any]:
        """What the form says, as a rule; whether it is one, the control plane says."""
        kinds = {field.name: field.kind for field in self.all()}
        made: dict[str, Any] = {}
        for name, text in form.items():
            if name in kinds and text.strip():
                _put(made, name, value_of(kinds[name], text.strip()))
        return made

    def values(self, document: Any) -> dict[str, str]:
        """What the form's fields say for a rule."""
        values = {}
        for field in self.all():
            found = _found(document, field.name)
            if found is not None:
                values[field.name] = text_of(field.kind, found)
        return values


@cache
def fault_form() -> FaultForm:
    """The form, in the schema's order."""
    schema = json.loads(SOURCE.read_text(encoding="utf-8"))
    fault = schema["$defs"]["fault"]
    kind = _field(schema, "/fault/type", fault["properties"]["type"], required=True)
    properties = {name: node for name, node in schema["properties"].items() if name not in {"fault", "match"}}
    match = schema["$defs"]["match"]["properties"]
    return FaultForm(
        kind,
        list(_groups(schema, "/fault/", fault)),
        [_field(schema, f"/match/{name}", node) for name, node in match.items()],
        [_field(schema, f"/{name}", node) for name, node in properties.items()],
    )


def _groups(schema: Node, place: str, node: Node) -> Iterator[Group]:
    """The parameters of each type that has any; of an object among them, its own types too."""
    for branch in node["allOf"]:
        kind = branch["if"]["properties"]["type"].get("const")
        if kind is None:
            continue
        then = _resolved(schema, branch["then"])
        fields, deeper = [], []
        for name, each in then.get("properties", {}).items():
            if name == "type":
                continue
            parameter = _resolved(schema, each)
            if "allOf" in parameter:
                within = f"{place}{name}/"
                fields.append(_field(schema, f"{within}type", parameter["properties"]["type"]))
                deeper += list(_groups(schema, within, parameter))
            else:
                fields.append(_field(schema, place + name, each, required=name in then.get("required", ())))
        yield Group((f"{place}type", kind), then.get("description", ""), fields)
        yield from deeper


def _field(schema: Node, name: str, node: Any, *, required: bool = False) -> FormField:
    node = {**_resolved(schema, node), **{k: v for k, v in node.items() if k != "$ref"}}
    kind = PLAIN.get(str(node.get("type")), "text")
    if node.get("format") == "date-time":
        kind = "instant"
    elif node.get("type") == "object":
        kind = "headers"
    elif "type" not in node and "oneOf" not in node and "anyOf" not in node and "enum" not in node:
        kind = "json"
    choices = [(each["const"], each.get("description", "")) for each in node.get("oneOf", ()) if "const" in each]
    choices += [(str(each), "") for each in node.get("enum", ())]
    example = node.get("examples", [node.get("default", "")])[0]
    return FormField(
        name,
        name.strip("/").replace("fault/", "").replace("match/", "").replace("/", " ").replace("_", " "),
        node.get("description", ""),
        "choice" if choices else kind,
        required,
        node.get("minimum", node.get("exclusiveMinimum")),
        node.get("maximum"),
        choices,
        text_of(kind, example) if example != "" else "",
        SUGGESTED.get(name, ""),
    )


def _resolved(schema: Node, node: Node) -> Node:
    reference = node.get("$ref", "")
    if not reference.startswith("#/"):
        return node
    found: Any = schema
    for step in reference[2:].split("/"):
        found = found[step]
    return _resolved(schema, found)


def value_of(kind: str, text: str) -> Any:
    """What a field says, as JSON; a text where it is not what the field is for, so that the schema can complain."""
    if kind == "boolean":
        return text in {"true", "on"}
    if kind == "headers":
        rows = (line.partition(":") for line in text.splitlines() if line.strip())
        return {name.strip(): _flag(value.strip()) for name, _, value in rows}
    if kind in {"integer", "number", "json"}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    if kind == "instant":
        return text if text[-1:] in "Zz" or text[-6:-5] in {"+", "-"} else f"{text}Z"
    return text


def text_of(kind: str, value: Any) -> str:
    """A value as its field writes it."""
    if kind == "headers" and isinstance(value, Mapping):
        return "\n".join(
            f"{name}: {json.dumps(each) if isinstance(each, bool) else each}" for name, each in value.items()
        )
    return value if isinstance(value, str) and kind != "json" else json.dumps(value, ensure_ascii=False)


def _flag(text: str) -> str | bool:
    return {"true": True, "false": False}.get(text, text)


def _put(document: dict[str, Any], pointer: str, value: Any) -> None:
    *above, last = pointer.strip("/").split("/")
    for step in above:
        document = document.setdefault(step, {})
    document[last] = value


def _found(document: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        if not isinstance(document, Mapping) or step not in document:
            return None
        document = document[step]
    return document

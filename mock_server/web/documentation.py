"""The contract for people: operations, bodies, errors and clauses, each statement with where it comes from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from contract_tests.contract.loading import resolve
from contract_tests.contract.openapi_format import METHODS

Node = Mapping[str, Any]
CONSTRAINTS = (
    "format",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "default",
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from: documented with the page's words, or assumed with a reason."""

    kind: str = "assumed"
    words: str = ""

    def of(self, node: Any) -> "Source":
        """The node's own source, or else this one, of what is around it."""
        if not isinstance(node, Mapping) or "x-source" not in node:
            return self
        return Source(node["x-source"], node.get("x-quote") or node.get("x-reason") or "")


@dataclass(frozen=True, slots=True)
class Statement:
    """One promise or value, in words."""

    text: str
    source: Source
    name: str = ""


@dataclass(frozen=True, slots=True)
class DocumentedField:
    """A parameter, header or property; `rules` are what else must hold, `values` the words it can be."""

    name: str
    type: str
    text: str
    source: Source
    required: bool = False
    rules: Sequence[Statement] = ()
    values: Sequence[Statement] = ()
    fields: Sequence[Self] = ()


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class DocumentedMessage:
    """A request body or an answer; `status` is empty for a body."""

    text: str
    source: Source
    status: str = ""
    headers: Sequence[DocumentedField] = ()
    body: DocumentedField | None = None
    examples: Sequence[Example] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """One operation of the contract."""

    id: str
    method: str
    path: str
    title: str
    text: str
    source: Source
    parameters: Sequence[DocumentedField] = ()
    request: DocumentedMessage | None = None
    answers: Sequence[DocumentedMessage] = field(default_factory=tuple)


class Documentation:
    """Reads the contract from the bundled document, overlays applied."""

    def __init__(self, document: Node) -> None:
        self.document = document
        self.root = Source().of(document).of(document.get("info", {}))
        self.title: str = document["info"]["title"]
        self.version: str = document["info"]["version"]
        self.text: str = document["info"].get("description", "")
        self.servers = [(server["url"], server.get("description", "")) for server in document["servers"]]

    @property
    def chapters(self) -> list[Chapter]:
        """Operations in the contract's order; what the API calls itself comes last."""
        source = Source().of(self.document)
        base = self.document["servers"][0]["url"].rstrip("/")
        asked = [
            self._chapter(item, method, f"{base}{path}", source)
            for path, item in self.document["paths"].items()
            for method in item
            if method in METHODS
        ]
        told = [
            self._chapter(item, method, "the subscription's url", source)
            for item in self.document.get("webhooks", {}).values()
            for method in item
            if method in METHODS
        ]
        return asked + told

    @property
    def clauses(self) -> list[Statement]:
        """Every named promise, by its name."""
        found = {each.name: each for each in _clauses(self.document, Source())}
        return sorted(found.values(), key=lambda each: each.name)

    def _chapter(self, item: Node, method: str, path: str, around: Source) -> Chapter:
        operation = item[method]
        source = around.of(item).of(operation)
        parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
        body = operation.get("requestBody")
        return Chapter(
            operation["operationId"],
            method.upper(),
            path,
            operation.get("summary", ""),
            operation.get("description", ""),
            source,
            [self._parameter(each, source) for each in parameters],
            None if body is None else self._message(body, source),
            [self._message(each, source, status) for status, each in operation["responses"].items()],
        )

    def _parameter(self, node: Any, around: Source) -> DocumentedField:
        parameter = resolve(self.document, node)
        source = around.of(parameter)
        schema = parameter.get("schema", {})
        shown = self._field(parameter["name"], schema, source)
        return DocumentedField(
            parameter["name"],
            f"{shown.type}, in {parameter['in']}",
            parameter.get("description", shown.text),
            source,
            parameter.get("required", False),
            shown.rules,
            shown.values,
        )

    def _message(self, node: Any, around: Source, status: str = "") -> DocumentedMessage:
        message = resolve(self.document, node)
        source = around.of(node).of(message)
        content: Node = next(iter(message.get("content", {}).values()), {})
        headers = [self._header(name, each, source) for name, each in message.get("headers", {}).items()]
        body = self._field("", content["schema"], source) if "schema" in content else None
        examples = [
            Example(name, json.dumps(example["value"], ensure_ascii=False, indent=2), source.of(example))
            for name, each in content.get("examples", {}).items()
            for example in [resolve(self.document, each)]
        ]
        return DocumentedMessage(message.get("description", ""), source, status, headers, body, examples)

    def _header(self, name: str, node: Any, around: Source) -> DocumentedField:
        header = resolve(self.document, node)
        source = around.of(header)
        shown = self._field(name, header.get("schema", {}), source)
        text = header.get("description", shown.text)
        return DocumentedField(name, shown.type, text, source, header.get("required", False), shown.rules, shown.values)

    def _field(
        self, name: str, node: Any, around: Source, required: Sequence[str] = (), above: frozenset[str] = frozenset()
    ) -> DocumentedField:
        """`above` are the references that led here, so that a schema which contains itself comes to an end."""
        schemas = list(self._layers(node, around))
        first = schemas[0][0] if schemas else {}
        source = around.of(node).of(first)
        needed = {each for schema, _ in schemas for each in schema.get("required", ())}
        followed = frozenset(schema["$ref"] for schema, _ in schemas if "$ref" in schema)
        return DocumentedField(
            name,
            _type(schemas),
            next((schema["description"] for schema, _ in schemas if "description" in schema), ""),
            source,
            name in required,
            [rule for schema, where in schemas for rule in _rules(schema, where)],
            [value for schema, where in schemas for value in _values(schema, where)],
            [] if followed & above else list(self._fields(schemas, sorted(needed), above | followed)),
        )

    def _fields(
        self, schemas: Sequence[tuple[Node, Source]], required: Sequence[str], above: frozenset[str]
    ) -> Iterator[DocumentedField]:
        """Properties, the form of items, and alternatives."""
        for schema, source in schemas:
            for name, each in schema.get("properties", {}).items():
                yield self._field(name, each, source, required, above)
            if isinstance(schema.get("items"), Mapping):
                yield self._field("[each]", schema["items"], source, (), above)
            for keyword in ("oneOf", "anyOf"):
                for each in schema.get(keyword, ()):
                    if isinstance(each, Mapping) and "const" not in each and ("$ref" in each or "properties" in each):
                        yield self._field("[either]", each, source, (), above)

    def _layers(self, node: Any, around: Source) -> Iterator[tuple[Node, Source]]:
        """A schema and all that it refers to or is made of, each with its source."""
        if not isinstance(node, Mapping):
            return
        source = around.of(node)
        yield node, source
        if "$ref" in node:
            yield from self._layers(resolve(self.document, node["$ref"]), source)
        for each in node.get("allOf", ()):
            yield from self._layers(each, source)


def _type(schemas: Sequence[tuple[Node, Source]]) -> str:
    for schema, _ in schemas:
        found = schema.get("type")
        if isinstance(found, str):
            return found
        if found:
            return " or ".join(found)
    return ""


def _rules(schema: Node, source: Source) -> Iterator[Statement]:
    """What a schema demands beyond its type: its clause, and its keywords."""
    keywords = "; ".join(f"{name} {json.dumps(schema[name])}" for name in CONSTRAINTS if name in schema)
    if "x-clause" in schema:
        yield Statement(
            f"{schema.get('x-title', '')}{f' ({keywords})' if keywords else ''}", source, schema["x-clause"]
        )
    elif keywords:
        yield Statement(keywords, source)


def _values(schema: Node, source: Source) -> Iterator[Statement]:
    if "const" in schema:
        yield Statement("", source, json.dumps(schema["const"], ensure_ascii=False))
    for value in schema.get("enum", ()):
        yield Statement("", source, str(value))
    for each in schema.get("oneOf", ()):
        if isinstance(each, Mapping) and "const" in each:
            yield Statement(each.get("description", ""), source.of(each), str(each["const"]))


def _clauses(node: Any, around: Source) -> Iterator[Statement]:
    """Every node that is a named promise; entries of the ledger have an id instead of x-clause."""
    if isinstance(node, Mapping):
        source = around.of(node)
        name = node.get("x-clause", node.get("id") if "x-source" in node and "title" in node else None)
        if isinstance(name, str):
            yield Statement(str(node.get("x-title", node.get("title", ""))), source, name)
        for each in node.values():
            yield from _clauses(each, source)
    elif isinstance(node, list):
        for each in node:
            yield from _clauses(each, around)

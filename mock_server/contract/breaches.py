"""Breaches: which clause of the contract a request broke that was refused."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from jsonschema import Draft202012Validator

from contract_tests.contract.loading import resolve
from contract_tests.contract.templates import Template
from contract_tests.contract.validation import validator
from mock_server.contract.bodies import read_json
from mock_server.contract.errors import ApiError
from mock_server.contract.media import JSON
from mock_server.contract.operations import Operation
from mock_server.contract.specification import Specification

Node = Mapping[str, Any]
PERMITTED = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS})  # refusals that blame no request


@dataclass(frozen=True, slots=True)
class CitedClause:
    """A clause of the ledger: its id, the promise as a sentence, and whether the page documents it."""

    id: str
    title: str
    source: str

    @classmethod
    def of(cls, node: Node) -> Self:
        return cls(node["x-clause"], node.get("x-title", ""), node.get("x-source", ""))


class Breaches:
    """Finds the clauses that refused requests broke."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification
        self._document: Node = specification.document
        self._body = lru_cache(None)(self._compiled)

    def clause(
        self, operation: Operation | None, status: int, code: str, parameters: Mapping[str, str], body: bytes
    ) -> CitedClause | None:
        """The clause that a refusal with that status and code stands for; None if it blames nothing on the request.

        `parameters` and `body` are what the request brought, as far as it is known.
        """
        if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR or status in PERMITTED:
            return None
        nodes: list[Node] = []
        if operation and status == HTTPStatus.BAD_REQUEST:
            nodes += self._broken(operation, parameters, body)
        nodes += self._responses(operation, status, code)
        return next((CitedClause.of(node) for node in nodes if "x-clause" in node), None)

    def parameters(self, operation: Operation, target: str) -> Mapping[str, str]:
        """What a raw target says for the operation's parameters, by their names on the wire."""
        path, _, query = target.partition("?")
        given = Template(operation.path, self.specification.base_path).match(path) or {}
        return {
            **dict(parse_qsl(query, keep_blank_values=True)),
            **{name: unquote(each) for name, each in given.items()},
        }

    def keyless(self) -> CitedClause | None:
        """The clause that a request without a key breaks."""
        schemes = self._document["components"]["securitySchemes"].values()
        return next((CitedClause.of(scheme) for scheme in schemes if "x-clause" in scheme), None)

    def _broken(self, operation: Operation, parameters: Mapping[str, str], body: bytes) -> Iterator[Node]:
        """Innermost first, the nodes on the way to what is wrong with the first wrong parameter or the body."""
        for parameter in operation.parameters:
            if parameter.name in parameters:
                for error in parameter.errors(parameters[parameter.name]):
                    yield from nodes_to(self._document, parameter.validator.schema, error.absolute_schema_path)
                    return
        checked = self._body(operation.id)
        try:
            value = read_json(body)
        except ApiError:
            return
        if checked is None:
            return
        for error in checked.iter_errors(value):
            yield from nodes_to(self._document, checked.schema, error.absolute_schema_path)
            return
        # What is left for a schema not to say is the plan's limit.
        yield from self._limited(checked.schema)

    def _limited(self, schema: Any) -> Iterator[Node]:
        nodes = [resolve(self._document, schema)]
        seen: set[int] = set()
        while nodes:
            node = nodes.pop()
            if id(node) in seen or not isinstance(node, Mapping):
                continue
            seen.add(id(node))
            if "x-limit" in node:
                yield node
            nodes += [resolve(self._document, each) for each in node.get("properties", {}).values()]

    def _responses(self, operation: Operation | None, status: int, code: str) -> Iterator[Node]:
        """The declared responses that such a refusal is one of."""
        responses = self._document["components"].get("responses", {})
        if status == HTTPStatus.BAD_REQUEST and code in responses:
            yield responses[code]
        operations = [operation] if operation else self.specification.operations.values()
        for each in operations:
            if status in each.statuses:
                yield each.response(status)

    def _compiled(self, operation_id: str) -> Draft202012Validator | None:
        spec = self.specification.operations[operation_id].spec
        if "requestBody" not in spec:
            return None
        schema = resolve(self._document, spec["requestBody"])["content"].get(JSON, {}).get("schema")
        return None if schema is None else validator(schema, self._document)


def nodes_to(document: Node, schema: Any, path: Iterable[str | int]) -> list[Node]:
    """Nodes from a broken keyword of the schema outwards; steps lead through references without naming them."""
    nodes: list[Node] = []
    for step in [*path, None]:
        if isinstance(schema, dict):
            nodes.append(schema)
            while step is not None and step not in schema and "$ref" in schema:
                schema = resolve(document, schema["$ref"])
                nodes.append(schema)
        if step is None or not _leads(schema, step):
            break
        schema = schema[step]
    return nodes[::-1]


def _leads(schema: Any, step: str | int) -> bool:
    return step in schema if isinstance(schema, dict) else isinstance(schema, list) and isinstance(step, int)

"""One operation of the contract: what it asks for, what it costs, and what it may answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol

from contract_tests.contract.loading import resolve
from contract_tests.contract.validation import validator
from contract_tests.contract.violations import sentence
from mock_server.contract.bodies import check_media_type, read_json
from mock_server.contract.errors import ApiError, ContractBroken
from mock_server.contract.messages import Call, Reply
from mock_server.contract.parameter_styles import pairs_of
from mock_server.contract.parameters import Parameter, cookies_of, error_code
from mock_server.contract.samples import sample
from mock_server.contract.shapes import Shape

JSON = "application/json"


class NamedPlan(Protocol):
    """A plan as the contract's `x-limit` needs it: a name, and the fields that limits are called by."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler found out: facts for the operation's success reply.

    With a `key` the rendered body is remembered under it, so `facts` is a function that need not run again.
    `pause` is seconds before the first byte.
    """

    facts: Callable[[], Any] | None = None
    key: tuple[object, ...] | None = None
    headers: Mapping[str, str] | None = None
    pause: float = 0.0


class Operation:
    """An operation of the document, with its validators and shapes compiled once."""

    def __init__(self, document: Mapping[str, Any], path: str, method: str, *, proven: bool = False) -> None:
        """`proven` says that the tests show what the mock's own replies look like under this document."""
        self._document = document
        self._proven = proven
        self.path, self.method = path, method.upper()
        item = document["paths"][path]
        self.spec: Mapping[str, Any] = item[method]
        self.id: str = self.spec["operationId"]
        self.tag: str = (self.spec.get("tags") or ["other"])[0]
        declared = [
            Parameter(resolve(document, found), document)
            for found in (*item.get("parameters", ()), *self.spec.get("parameters", ()))
        ]
        # The operation's own come after the path's, and take the place of those of the same name.
        self.parameters = list({(each.place, each.name): each for each in declared if not each.ignored}.values())
        self._path = {each.name: each for each in self.parameters if each.place == "path"}
        self._query = [each for each in self.parameters if each.place == "query"]
        self._headers = [each for each in self.parameters if each.place in {"header", "cookie"}]
        self._body = resolve(document, self.spec["requestBody"]) if "requestBody" in self.spec else None
        self.media_types = tuple(self._body["content"]) if self._body else ()
        schema = self._body["content"].get(JSON, {}).get("schema") if self._body else None
        self._body_validator = validator(schema, document) if schema is not None else None
        self._body_shape = Shape(schema, document) if schema is not None else None
        self._limits = list(_limits(schema, document)) if schema is not None else []
        self.status = min(int(status) for status in self.spec["responses"] if status.startswith("2"))
        self._reply_schema = self.response(self.status).get("content", {}).get(JSON, {}).get("schema")
        self._reply_validator = validator(self._reply_schema, document) if self._reply_schema is not None else None
        self._reply_shape = Shape(self._reply_schema, document) if self._reply_schema is not None else None
        self._cost = _pointer(self.spec.get("x-cost"))

    def response(self, status: int) -> Mapping[str, Any]:
        """The declared response of that status, references followed."""
        found: Mapping[str, Any] = resolve(self._document, self.spec["responses"][str(status)])
        return found

    # Requests

    def parameter_facts(
        self, raw_path: Mapping[str, str], raw_query: str
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Path and query parameters under the mock's own names, as texts; ApiError for the first wrong one."""
        path = {self._path[name].fact: self._path[name].in_path(raw) for name, raw in raw_path.items()}
        pairs = pairs_of(raw_query)
        query = {each.fact: each.in_query(pairs) for each in self._query} if pairs or self._query else {}
        return path, {name: text for name, text in query.items() if text is not None}

    def read(self, call: Call, plan: NamedPlan) -> Call:
        """The call with its body read; ApiError names the first thing of it or the headers that breaks the contract."""
        if self._headers:
            cookies = cookies_of(call.headers.get("cookie", ""))
            for each in self._headers:
                each.in_header(
                    cookies.get(each.name) if each.place == "cookie" else call.headers.get(each.name.lower())
                )
        return replace(call, value=self._read_body(call, plan)) if self._body else call

    def check_request(self, facts: Mapping[str, Any]) -> None:
        """ApiError `invalid_request` where this operation would take no request that says so."""
        if self._body_validator is None or self._body_shape is None:
            return
        for error in self._body_validator.iter_errors(self._body_shape.write(facts, Random(0))):
            raise ApiError(error_code(error), sentence(error))

    def _read_body(self, call: Call, plan: NamedPlan) -> Any:
        if self._body is None or self._body_validator is None or self._body_shape is None:
            return None
        if not call.body and not self._body.get("required", False):
            return None
        if call.body:
            check_media_type(call.headers, self.media_types)
        value = read_json(call.body)
        for error in self._body_validator.iter_errors(value):
            raise ApiError(error_code(error), f"body: {sentence(error)}")
        for pointer, field in self._limits:
            _check_limit(value, pointer, field, plan)
        return self._body_shape.read(value)

    def items(self, call: Call) -> list[Any] | None:
        """The array that `x-cost` names, each item a lookup of its own; None if the call is one lookup."""
        found = _follow(call.value, self._cost) if self._cost else None
        return found if isinstance(found, list) else None

    def cost(self, call: Call) -> int:
        """Lookups that a valid call takes from the quota."""
        items = self.items(call)
        return 1 if items is None else len(items)

    # Replies

    def write(self, facts: Any, random: Random) -> Any:
        """The facts in the shape that the success reply declares; ContractBroken if they cannot keep it."""
        if self._reply_shape is None:
            return None
        value = self._reply_shape.write(facts, random)
        # An overlay may ask for what the facts cannot give. Without one, checking takes five times as long as writing.
        if not self._proven:
            self.check_reply(value)
        return value

    def check_reply(self, value: Any) -> None:
        """ContractBroken unless the value keeps the success reply's schema."""
        if self._reply_validator is not None:
            for error in self._reply_validator.iter_errors(value):
                raise ContractBroken(f"{self.id} {self.status}: {sentence(error)}")

    def sample(self, random: Random, status: int | None = None) -> Reply:
        """A generated reply that keeps the contract, for an operation or a status that no Python answers."""
        status = status or self.status
        content = self.response(status).get("content", {})
        if JSON not in content:
            return Reply(status)
        return Reply.json(status, sample(content[JSON].get("schema", True), self._document, random))

    def example(self, name: str, status: int | None = None) -> Reply:
        """The named example of a response, with that response's status; ApiError `invalid_request` lists the names."""
        fitting = [found for found in self.examples() if status in (None, found[0])]
        for found, each, value in fitting:
            if each == name:
                return Reply.json(found, value)
        choices = ", ".join(f"{each} ({found})" for found, each, _ in fitting) or "none"
        raise ApiError("invalid_request", f"Prefer: example={name} is no example of {self.id}; it has {choices}")

    def examples(self) -> Iterator[tuple[int, str, Any]]:
        """Status, name and value of each named example of the operation's responses."""
        for status in self.statuses:
            for name, example in self.response(status).get("content", {}).get(JSON, {}).get("examples", {}).items():
                yield status, name, resolve(self._document, example)["value"]

    @property
    def statuses(self) -> list[int]:
        """Statuses the operation declares."""
        return [int(status) for status in self.spec["responses"] if status.isdigit()]

    def constant_headers(self, status: int) -> Mapping[str, str]:
        """Headers that the declared response fixes with `const`."""
        declared = (
            (name, resolve(self._document, header).get("schema", {}))
            for name, header in self.response(status).get("headers", {}).items()
        )
        return {name: str(schema["const"]) for name, schema in declared if "const" in schema}


def _limits(schema: Any, document: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Properties of a body whose length the plan limits, each with the plan's field: `x-limit`."""
    properties = resolve(document, schema).get("properties", {})
    resolved = ((name, resolve(document, each)) for name, each in properties.items())
    return [(name, each["x-limit"]) for name, each in resolved if isinstance(each, dict) and "x-limit" in each]


def _check_limit(value: Any, name: str, field: str, plan: NamedPlan) -> None:
    limit, given = getattr(plan, field), len(value.get(name, ()))
    if given > limit:
        raise ApiError(
            "invalid_request",
            f"{name} has {given} items; the {plan.name} plan allows {limit}, so split the batch",
        )


def _pointer(expression: str | None) -> list[str]:
    """The steps of a runtime expression `$request.body#/a/b` (OpenAPI 3.1 section 4.8.20.4)."""
    return expression.partition("#/")[2].split("/") if expression else []


def _follow(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value

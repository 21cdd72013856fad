"""One operation of the contract: what it asks for, what it costs, and what it may answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from random import Random
from typing import Any

from contract_tests.contract.loading import resolve
from contract_tests.contract.pointers import pointer
from contract_tests.contract.validation import validator
from contract_tests.contract.violations import sentence
from mock_server.contract.bodies import as_json, check_media_type
from mock_server.contract.credentials import Credentials
from mock_server.contract.errors import ApiError, ContractBroken
from mock_server.contract.media import JSON, body_of, chosen, examples_of, is_json, name_of, written
from mock_server.contract.messages import Call, Reply
from mock_server.contract.parameter_styles import pairs_of
from mock_server.contract.parameters import Parameter, cookies_of
from mock_server.contract.refusals import Refusals
from mock_server.contract.reply_headers import header_of, header_text
from mock_server.contract.request_bodies import NamedPlan, RequestBody
from mock_server.contract.shapes import Shape
from mock_server.lightweight import lightweight

KEY_SCHEME = "apiKey"  # the contract's own
_FRAMING = frozenset({"content-type", "content-length", "transfer-encoding", "connection"})  # said by who sends it


@lightweight
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
        self.reads = bool(self._headers or self._body)
        """Whether a call says anything beside its path and query."""
        self.media_types = tuple(self._body["content"]) if self._body else ()
        self._bodies = {
            media_type: RequestBody(media_type, media.get("schema", True), document)
            for media_type, media in (self._body["content"].items() if self._body else ())
        }
        security: Sequence[Mapping[str, Any]] = self.spec.get("security", document.get("security", ())) or ({},)
        # Whether it is answered without a key (OpenAPI 3.1 section 4.8.10): no requirement, or an empty one.
        self.public = not all(security)
        usual = proven or security == document.get("security") == [{KEY_SCHEME: []}]
        self.credentials = None if usual else Credentials(security, document)
        """How callers say who they are, where it is not only by the contract's own header."""
        self.status = min(map(int, self._statuses("2") or self._statuses("3")), default=HTTPStatus.OK)
        content = self.response(self.status).get("content", {})
        self.media_type = chosen(each for each in content if is_json(each)) or JSON
        self._reply_schema = content.get(self.media_type, {}).get("schema")
        self._reply_validator = validator(self._reply_schema, document) if self._reply_schema is not None else None
        self.reply_shape = Shape(self._reply_schema, document) if self._reply_schema is not None else None
        self._cost = _pointer(self.spec.get("x-cost"))
        self.refusals = None if proven else Refusals(self.spec, document)
        """How it refuses, if that may be otherwise than the contract's common envelope."""

    def response(self, status: int) -> Mapping[str, Any]:
        """The response declared for that status, or its class, or whatever is not declared; references followed."""
        found: Mapping[str, Any] = resolve(self._document, self.spec["responses"][self.response_name(status)])
        return found

    def response_name(self, status: int) -> str:
        """How the response for that status is declared: by the status, its class, or `default`."""
        names = (str(status), f"{status // 100}XX", "default")
        return next(each for each in names if each in self.spec["responses"])

    def _statuses(self, kind: str = "") -> list[str]:
        """The declared statuses, a class such as 2XX as its first."""
        names = (status.upper().replace("XX", "00") for status in self.spec["responses"])
        return [status for status in names if status.isdigit() and status.startswith(kind)]

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
                if each.place == "cookie":
                    each.in_cookies(cookies)
                else:
                    each.in_header(call.headers.get(each.name.lower()))
        return replace(call, value=self._read_body(call, plan)) if self._body else call

    def check_request(self, facts: Mapping[str, Any]) -> None:
        """ApiError `invalid_request` where this operation would take no request that says so."""
        body = self._bodies.get(chosen(self.media_types) or "")
        if body is not None:
            body.check(facts)

    def asked(self, body: bytes) -> Any:
        """What a request's body said under the mock's own names, as far as it is JSON; None where it is not."""
        known, value = self._bodies.get(chosen(self.media_types) or ""), as_json(body)
        return value if known is None else known.facts(value)

    def told(self, body: bytes) -> Any:
        """What a success reply's body says under the mock's own names; None where it is no JSON."""
        value = as_json(body)
        return value if self.reply_shape is None else self.reply_shape.read(value)

    def _read_body(self, call: Call, plan: NamedPlan) -> Any:
        if self._body is None or (not call.body and not self._body.get("required", False)):
            return None
        media_type = check_media_type(call.headers, self.media_types) if call.body else None
        body = self._bodies.get(media_type or chosen(self.media_types) or "")
        return None if body is None else body.read(call.body, plan, call.headers.get("content-type", ""))

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
        if self.reply_shape is None:
            return None
        value = self.reply_shape.write(facts, random)
        # An overlay may ask for what the facts cannot give. Without one, checking takes five times as long as writing.
        if not self._proven:
            self.check_reply(value)
        return value

    def check_reply(self, value: Any) -> None:
        """ContractBroken unless the value keeps the success reply's schema."""
        if self._reply_validator is not None:
            for error in self._reply_validator.iter_errors(value):
                raise ContractBroken(f"{self.id} {self.status}: {sentence(error)}", pointer(error.absolute_schema_path))

    def sample(self, random: Random, status: int | None = None, accept: str = "") -> Reply:
        """A generated reply that keeps the contract, for an operation or a status that no Python answers."""
        status = status or self.status
        response = self.response(status)
        content = response.get("content", {})
        media_type = chosen(content, accept)
        headers = self.promised_headers(status, random)
        if media_type is None:
            return Reply(status, headers=headers)
        body = body_of(media_type, content[media_type], self._document, random)
        return Reply(status, body, {"Content-Type": name_of(media_type), **headers})

    def promised_headers(self, status: int, random: Random) -> dict[str, str]:
        """The headers that the response for that status promises and that the mock has no value of its own for."""
        response = self.response(status)
        declared = ((name, resolve(self._document, each)) for name, each in response.get("headers", {}).items())
        mine = [(name, spec) for name, spec in declared if spec.get("required") and "x-value" not in spec]
        values = {name: header_of(spec, self._document, random) for name, spec in mine}
        return {name: value for name, value in values.items() if name.lower() not in _FRAMING}

    def example(self, name: str, status: int | None = None) -> Reply:
        """The named example of a response, with that response's status; ApiError `invalid_request` lists the names."""
        fitting = [found for found in self.examples() if status in (None, found[0])]
        for found, each, value in fitting:
            if each == name:
                media_type = self._media_type_of(found, name)
                return Reply(found, written(media_type, value), {"Content-Type": name_of(media_type)})
        choices = ", ".join(f"{each} ({found})" for found, each, _ in fitting) or "none"
        raise ApiError("invalid_request", f"Prefer: example={name} is no example of {self.id}; it has {choices}")

    def examples(self) -> Iterator[tuple[int, str, Any]]:
        """Status, name and value of each named example of the operation's responses."""
        for status in self.statuses:
            for media in self.response(status).get("content", {}).values():
                yield from ((status, name, value) for name, value in examples_of(media, self._document) if name)

    def _media_type_of(self, status: int, example: str) -> str:
        content = self.response(status).get("content", {})
        return next(str(name) for name, media in content.items() if example in media.get("examples", {}))

    @property
    def statuses(self) -> list[int]:
        """Statuses of answers that the operation declares; those below 200 are none (RFC 9110 section 15.2)."""
        return [int(status) for status in self._statuses() if int(status) >= HTTPStatus.OK]

    def may(self, status: int) -> bool:
        """Whether a response of that status is declared, by itself, its class or `default`."""
        return not {str(status), f"{status // 100}XX", "default"}.isdisjoint(self.spec["responses"])

    def constant_headers(self, status: int) -> Mapping[str, str]:
        """Headers that the declared response fixes with `const`."""
        declared = (
            (name, resolve(self._document, header).get("schema", {}))
            for name, header in self.response(status).get("headers", {}).items()
        )
        return {name: header_text(schema["const"]) for name, schema in declared if "const" in schema}


def _pointer(expression: str | None) -> list[str]:
    """The steps of a runtime expression `$request.body#/a/b` (OpenAPI 3.1 section 4.8.20.4)."""
    return expression.partition("#/")[2].split("/") if expression else []


def _follow(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value

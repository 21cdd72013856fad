"""Try it: a request for one of the contract's operations, its answer, what it cost, and the same in five languages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlencode

from contract_tests.contract.loading import resolve
from mock_server.contract.operations import Operation
from mock_server.server.reply import Reply
from mock_server.server.request import Endpoints, Request
from mock_server.web.console.acting import fields
from mock_server.web.console.frame import framed, html
from mock_server.web.console.snippets import LANGUAGES, Asked
from mock_server.web.control.call import ControlCall
from mock_server.web.problems import Problem
from mock_server.world import journals

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Blank:
    """One field of the composer, where its value goes and what could be in it."""

    name: str
    place: str
    required: bool
    text: str
    example: str


def page(call: ControlCall) -> Reply:
    """The composer for the address's `operation`, filled from the journal's `request` if it names one."""
    operations = call.worlds.foundation.specification.operations
    entry_id = call.number("request", 0)
    entry = journals.entry_of(call.worlds, entry_id, call.key)
    name = (entry.operation if entry else call.query.get("operation")) or next(iter(operations))
    if name not in operations:
        raise Problem(HTTPStatus.NOT_FOUND, f"operation={name!r} is none; there are {', '.join(operations)}")
    operation = operations[name]
    values = {blank.name: blank.example for blank in blanks(call, operation) if blank.required}
    body = example_body(call, operation)
    if entry:
        values = values_of(call, operation, entry.target)
        body = entry.body.decode("utf-8", "replace")
    asked = asked_for(call, operation, {**values, "body": body, "key": call.key or ""})
    return framed(
        call,
        "try.html",
        "Try it",
        "Try it",
        operations=list(operations.values()),
        operation=operation,
        blanks=blanks(call, operation),
        values=values,
        body=body,
        snippets=snippets(asked),
    )


def send(call: ControlCall) -> Reply:
    """The answer to what was composed, as a client would get it; with `?snippets` only how others would ask."""
    form = fields(call)
    operation = call.worlds.foundation.specification.operations.get(form.get("operation", ""))
    if operation is None:
        raise Problem(HTTPStatus.BAD_REQUEST, f"operation {form.get('operation', '')[:80]!r} is none")
    asked = asked_for(call, operation, form)
    if "snippets" in call.query:
        return html(call, "snippets.html", snippets=snippets(asked))
    newest = next((entry.id for entry in journals.heard(call.worlds)), 0)
    target = asked.url.removeprefix(call.origin)
    headers = {name.lower(): value for name, value in asked.headers.items()}
    headers["host"] = call.origin.partition("://")[2]
    reply = call.plane.answer(
        Request(asked.method, target, headers, Endpoints("127.0.0.1"), asked.body.encode("utf-8", "replace"))
    )
    key = form.get("key") or None
    return reply.then(lambda known: answered(call, known, newest, key))


def answered(call: ControlCall, reply: Reply, newest: int, key: str | None) -> Reply:
    """What came back, once its time has come."""
    entry = next((each for each in journals.heard(call.worlds, key) if each.id > newest), None)
    told = html(
        call,
        "tried.html",
        answered=reply.status,
        headers={**reply.headers, **dict(reply.also)},
        body=(reply.wire.remains(reply.content) if reply.wire else reply.content).decode("utf-8", "backslashreplace"),
        wire=type(reply.wire).__name__ if reply.wire else None,
        row=call.plane.view.show(entry) if entry else None,
        key=key,
    )
    waiting = {"HX-Trigger": "changed"}
    return Reply(told.status, told.content, {**told.headers, **waiting}, pause=reply.pause)


def blanks(call: ControlCall, operation: Operation) -> list[Blank]:
    """What can be said in path, query and headers of an operation."""
    document = call.worlds.foundation.specification.document
    item = document["paths"][operation.path]
    declared = (
        resolve(document, each) for each in (*item.get("parameters", ()), *operation.spec.get("parameters", ()))
    )
    return [_blank(document, each) for each in declared]


def _blank(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> Blank:
    schema = resolve(document, parameter.get("schema", {}))
    found = parameter.get("example", next(iter(schema.get("examples", ())), schema.get("default", "")))
    for each in parameter.get("examples", {}).values():
        found = resolve(document, each).get("value", found)
        break
    text = parameter.get("description", schema.get("description", ""))
    required = parameter.get("required", False)
    return Blank(f"{parameter['in']}.{parameter['name']}", parameter["in"], required, text, str(found))


def example_body(call: ControlCall, operation: Operation) -> str:
    """A body that the operation takes, from the contract's examples; empty where it takes none."""
    document = call.worlds.foundation.specification.document
    if "requestBody" not in operation.spec:
        return ""
    content = next(iter(resolve(document, operation.spec["requestBody"])["content"].values()))
    for each in content.get("examples", {}).values():
        return json.dumps(resolve(document, each)["value"], indent=2, ensure_ascii=False)
    return json.dumps(content.get("example", {}), indent=2, ensure_ascii=False)


def asked_for(call: ControlCall, operation: Operation, form: Mapping[str, str]) -> Asked:
    """The request that a filled composer asks for."""
    specification = call.worlds.foundation.specification
    path, query, headers = operation.path, {}, {}
    if form.get("key"):
        headers[specification.key_header] = form["key"]
    for blank in blanks(call, operation):
        name, value = blank.name.partition(".")[2], form.get(blank.name, "")
        if blank.place == "path":
            path = path.replace(f"{{{name}}}", quote(value or blank.example or "-", safe=""))
        elif value and blank.place == "query":
            query[name] = value
        elif value and blank.place == "header":
            headers[name] = _header(value)
    if form.get("prefer"):
        headers["Prefer"] = _header(form["prefer"])
    body = form.get("body", "").replace("\r\n", "\n") if "requestBody" in operation.spec else ""
    if body:
        headers["Content-Type"] = JSON
    address = f"{call.origin}{specification.base_path}{path}{'?' * bool(query)}{urlencode(query)}"
    return Asked(operation.method, address, headers, body)


def values_of(call: ControlCall, operation: Operation, target: str) -> dict[str, str]:
    """What a request of the journal said in its path."""
    base = call.worlds.foundation.specification.base_path
    path, _, query = target.removeprefix(base).partition("?")
    steps = zip(operation.path.split("/"), path.split("/"), strict=False)
    found = {
        f"path.{name[1:-1]}": unquote(value) for name, value in steps if name.startswith("{") and name.endswith("}")
    }
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return {**found, **{f"query.{unquote(name)}": unquote(value) for name, _, value in pairs}}


def snippets(asked: Asked) -> dict[str, str]:
    return {language: written(asked) for language, written in LANGUAGES.items()}


def _header(text: str) -> str:
    """A header's value: one line of what HTTP can carry."""
    return " ".join(text.split()).encode("latin-1", "replace").decode("latin-1")

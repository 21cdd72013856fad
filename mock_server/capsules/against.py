"""A session against another server: the first thing in which it differs, told by the clause that it breaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from contract_tests.contract.loading import resolve
from contract_tests.contract.validation import validator
from mock_server.capsules.form import Capsule, CapsuleError
from mock_server.capsules.replaying import body_of, replay, specification_of, told
from mock_server.capsules.requests import MADE, requests, resent
from mock_server.contract.bodies import read_json
from mock_server.contract.breaches import nodes_to
from mock_server.contract.errors import ApiError
from mock_server.contract.media import JSON, bare
from mock_server.contract.operations import Operation
from mock_server.contract.specification import Specification
from mock_server.server.reply import Reply

LONGEST = 30.0  # seconds that an answer may take
# They depend on when and how often one asks.
BUSY = frozenset((HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE))
ALIKE = ("/success", "/tracking_number", "/carrier/code", "/error/code", "/count")  # follow from the request alone

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """The first answer that was another: to what, by which clause, what the mock answers and what came."""

    about: str
    clause: str
    then: str
    now: str

    def __str__(self) -> str:
        return f"{self.about}: {self.clause}: the mock {self.then}, this server {self.now}"


@dataclass(slots=True)
class ServerComparison:
    """What came of it: requests that were compared, those left out, and where the answers part."""

    compared: int = 0
    left_out: int = 0
    difference: Contradiction | None = None


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """What a server answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def value(self) -> Any:
        try:
            return read_json(self.content)
        except ApiError:
            return None


def compare(capsule: Capsule, url: str, key: str) -> ServerComparison:
    """Send the session to that server up to the first difference; OSError if it does not answer.

    Left out are requests whose answers were spoilt on purpose, or depend on how busy a server is. What the client made
    there and did not delete is deleted in the end.
    """
    return _Session(capsule, specification_of(capsule), url, key).compared(replay(capsule).replies)


class _Session:
    def __init__(self, capsule: Capsule, specification: Specification, url: str, key: str) -> None:
        self._capsule = capsule
        self._specification = specification
        self._url = urlsplit(url)
        if self._url.scheme not in {"http", "https"} or not self._url.hostname:
            raise CapsuleError(f"{url!r} is no URL of a server, like https://api.example.com")
        self._key = key
        self._names: dict[str, str] = {}  # ids that were made then, and those that are made now
        self._left: list[str] = []

    def compared(self, replies: list[Reply | None]) -> ServerComparison:
        found = ServerComparison()
        try:
            for item, headers, reply in requests(self._capsule, replies):
                if reply is None:
                    continue
                if "fault" in item or "broken" in item or item["status"] in BUSY:
                    found.left_out += 1
                    continue
                answer = self._ask(item, headers)
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                    found.left_out += 1
                    continue
                found.compared += 1
                self._remember(item, reply, answer)
                found.difference = next(self._differences(item, reply, answer), None)
                if found.difference:
                    break
        finally:
            self._clean()
        return found

    def _differences(self, item: Item, reply: Reply, answer: ServerAnswer) -> Iterator[Contradiction]:
        operation = self._specification.operations.get(item["operation"] or "")
        about = told(item)
        if answer.status != reply.status:
            clause = self._of_status(operation, int(reply.status), reply)
            yield Contradiction(about, clause, f"answers {int(reply.status)}", f"answers {answer.status}")
        for name in reply.headers:
            if name.lower() not in answer.headers and name != "Date":
                yield Contradiction(about, self._of_header(operation, reply, name), f"sends {name}", "does not")
        if operation is None or not reply.content:
            return
        if bare(answer.headers.get("content-type", "")) != bare(reply.headers.get("Content-Type", "")):
            clause = self._of_status(operation, int(reply.status), reply)
            sent = answer.headers.get("content-type")
            yield Contradiction(about, clause, f"sends {reply.headers.get('Content-Type')}", f"sends {sent}")
        yield from self._of_body(operation, about, reply, answer)

    def _of_body(self, operation: Operation, about: str, reply: Reply, answer: ServerAnswer) -> Iterator[Contradiction]:
        then, now = ServerAnswer(int(reply.status), {}, reply.content).value(), answer.value()
        response = operation.response(int(reply.status)) if reply.status in operation.statuses else {}
        schema = response.get("content", {}).get(JSON, {}).get("schema")
        clause = response.get("x-clause", "errors.body")
        if schema is not None:
            for error in validator(schema, self._specification.document).iter_errors(now):
                nodes = nodes_to(self._specification.document, schema, error.absolute_schema_path)
                named = next((node["x-clause"] for node in nodes if "x-clause" in node), clause)
                place = "/" + "/".join(map(str, error.absolute_path))
                yield Contradiction(about, named, f"answers with a right {place}", f"has {error.message[:200]}")
        for pointer in ALIKE:
            was, is_ = (_at(value, pointer) for value in (then, now))
            if was is not None and was != is_:
                yield Contradiction(about, clause, f"answers with {pointer} {was!r}", f"with {is_!r}")

    def _of_status(self, operation: Operation | None, status: int, reply: Reply) -> str:
        """The clause by which an answer has its status."""
        if operation is None:
            return "errors.404"
        if status in operation.statuses:
            response = operation.response(status)
            code = _at(ServerAnswer(status, {}, reply.content).value(), "/error/code")
            named = self._specification.document["components"].get("responses", {}).get(code or "", {})
            clause = response.get("x-clause") or named.get("x-clause")
            if clause:
                return str(clause)
        return f"{operation.id} {status}"

    def _of_header(self, operation: Operation | None, reply: Reply, name: str) -> str:
        status = int(reply.status)
        if operation is None or status not in operation.statuses:
            return f"header {name}"
        declared = {key.lower(): each for key, each in operation.response(status).get("headers", {}).items()}
        header = resolve(self._specification.document, declared.get(name.lower(), {}))
        return str(header.get("x-clause", f"header {name}"))

    def _ask(self, item: Item, headers: Mapping[str, str]) -> ServerAnswer:
        target, body = item["target"], body_of(item)
        for then, now in self._names.items():
            target, body = target.replace(then, now), body.replace(then.encode(), now.encode())
        return self._send(item["method"], target, body, resent(headers, self._specification.key_header))

    def _send(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> ServerAnswer:
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=LONGEST)
        try:
            prefix = self._url.path.rstrip("/")
            connection.request(
                method, prefix + target, body or None, {**headers, self._specification.key_header: self._key}
            )
            answer: HTTPResponse = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return ServerAnswer(answer.status, told, answer.read())
        except HTTPException as error:
            raise OSError(f"{self._url.netloc} does not speak HTTP: {error or type(error).__name__}") from None
        finally:
            connection.close()

    def _remember(self, item: Item, reply: Reply, answer: ServerAnswer) -> None:
        then, now = ServerAnswer(int(reply.status), {}, reply.content).value(), answer.value()
        made, here = _at(then, f"/{MADE}"), _at(now, f"/{MADE}")
        if isinstance(made, str) and isinstance(here, str):
            self._names[made] = here
        if isinstance(here, str) and item["method"] == "POST":
            self._left.append(here)
        if item["method"] == "DELETE":
            gone = self._names.get(item["target"].rpartition("/")[2])
            self._left = [each for each in self._left if each != gone]

    def _clean(self) -> None:
        """Delete what was made there."""
        delete = self._specification.operations.get("deleteWebhook")
        if delete is None:
            return
        for each in self._left:
            self._send("DELETE", self._specification.base_path + delete.path.replace("{webhookId}", each), b"", {})


def _at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value

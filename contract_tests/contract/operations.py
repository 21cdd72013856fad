"""Operations: where they are, what they answer, what they cost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from contract_tests.contract.loading import resolve
from contract_tests.contract.pointers import pointer

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class DeclaredResponse:
    """A response that the contract describes: its declared status (`200`, `4XX`), node and place."""

    status: str
    node: Mapping[str, Any]
    place: str

    @property
    def schema_place(self) -> str | None:
        """Where the JSON schema of the body is, if there is one."""
        content = self.node.get("content", {})
        return (
            self.place + pointer(("content", "application/json", "schema")) if "application/json" in content else None
        )

    @property
    def clause(self) -> str | None:
        found = self.node.get("x-clause")
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True, repr=False)
class Operation:
    """One method of one path, with the answers the contract knows."""

    id: str
    method: str
    path: str
    node: Mapping[str, Any]
    place: str
    answers: Mapping[str, DeclaredResponse]

    def target(self, path_params: Mapping[str, str], query: Mapping[str, str]) -> str:
        """The request target below the base path, with its query."""
        path = self.path
        for name, value in path_params.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        return path + ("?" + urlencode(query, quote_via=quote) if query else "")

    @property
    def path_parameter(self) -> str:
        """The name of the path's one parameter; empty if it has none."""
        return self.path.partition("{")[2].partition("}")[0]

    @property
    def success(self) -> DeclaredResponse:
        """The answer that the contract gives for success."""
        return next(each for status, each in self.answers.items() if status.startswith("2"))

    @property
    def request_schema_place(self) -> str:
        return self.place + pointer(("requestBody", "content", "application/json", "schema"))

    def answer(self, status: int) -> DeclaredResponse | None:
        """The declared answer for the status itself, or for its class."""
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in self.answers:
                return self.answers[name]
        return None

    def nearest(self, status: int) -> DeclaredResponse | None:
        """The declared answer for the status, or else for any of its class: what a body of it should look like."""
        found = self.answer(status)
        return found or next((each for name, each in self.answers.items() if name[0] == str(status)[0]), None)


def operations_of(document: Mapping[str, Any]) -> dict[str, Operation]:
    """Every operation of `paths` by its operationId."""
    return {each.id: each for each in _operations(document)}


def base_path(document: Mapping[str, Any]) -> str:
    """The path that the contract puts before every other, such as `/v2`."""
    return urlsplit(str(document["servers"][0]["url"])).path.rstrip("/")


def examples(node: Mapping[str, Any]) -> dict[str, Any]:
    """The example values that a parameter or media type carries, by name."""
    return {name: each["value"] for name, each in node.get("examples", {}).items() if "value" in each}


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method not in item:
                continue
            place = pointer(("paths", path, method))
            node = item[method]
            answers = {
                str(status): _answer(document, str(status), each, place)
                for status, each in node.get("responses", {}).items()
            }
            yield Operation(node["operationId"], method.upper(), path, node, place, answers)


def _answer(document: Mapping[str, Any], status: str, node: Mapping[str, Any], place: str) -> DeclaredResponse:
    at = unquote(node["$ref"].removeprefix("#")) if "$ref" in node else place + pointer(("responses", status))
    return DeclaredResponse(status, resolve(document, node), at)

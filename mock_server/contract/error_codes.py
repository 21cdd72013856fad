"""The errors of the contract: which status each code has, which words, and which envelope."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from contract_tests.contract.loading import resolve
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Reply
from mock_server.contract.shapes import Shape

ENVELOPE = "#/components/schemas/Error"
REMEMBERED_MESSAGE = 1000  # characters; longer ones are written anew each time, so that memory stays bounded
CODES = "#/components/schemas/Error/$defs/code"


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """One row of the page's table of errors; `fixed` says that the page gives the message.

    `name` is the mock's own name of the code, which an overlay that renames the code keeps as `x-value`.
    """

    name: str
    code: str
    status: int
    message: str
    fixed: bool


class ErrorCatalogue:
    """Renders refusals in the envelope that the contract declares."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._kinds = {kind.name: kind for kind in _kinds(resolve(document, CODES))}
        self._shape = Shape(resolve(document, ENVELOPE), document)
        self._reply = lru_cache(1024)(self._render)

    def __getitem__(self, code: str) -> ErrorKind:
        try:
            return self._kinds[code]
        except KeyError:
            raise KeyError(f"schemas/error.schema.json has no code {code!r}; it has {', '.join(self._kinds)}") from None

    def __iter__(self) -> Iterator[ErrorKind]:
        return iter(self._kinds.values())

    def of_status(self, status: int) -> ErrorKind | None:
        """The first code of that status, documented ones first."""
        kinds = [kind for kind in self if kind.status == status]
        return min(kinds, key=lambda kind: not kind.fixed, default=None)

    def message(self, error: ApiError) -> str:
        """What the refusal says to the client."""
        kind = self[error.code]
        worded = error.verbatim or not (kind.fixed or error.injected)
        return error.detail if error.detail and worded else kind.message

    def facts(self, error: ApiError) -> dict[str, Any]:
        return {"success": False, "code": self[error.code].code, "message": self.message(error)}

    def body(self, error: ApiError) -> Any:
        """The refusal as a JSON value, for an item of a batch."""
        return self._shape.write(self.facts(error), Random(str(error)))

    def reply(self, error: ApiError) -> Reply:
        """The refusal as an answer of its own."""
        message = self.message(error)
        write = self._reply if len(message) <= REMEMBERED_MESSAGE else self._render
        return write(error.code, message, error.status)

    def _render(self, code: str, message: str, status: int | None) -> Reply:
        kind = self[code]
        facts = {"success": False, "code": kind.code, "message": message}
        return Reply.json(status or kind.status, self._shape.write(facts, Random(message)))


def _kinds(schema: Mapping[str, Any]) -> Iterator[ErrorKind]:
    for entry in schema["oneOf"]:
        code = entry["const"]
        fixed = entry.get("x-source", schema.get("x-source")) == "documented"
        yield ErrorKind(entry.get("x-value", code), code, entry["x-status"], entry["x-message"], fixed)

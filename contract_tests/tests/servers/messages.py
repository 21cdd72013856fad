"""Requests and answers as values."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

Body: TypeAlias = dict[str, Any]


def dump(value: object) -> bytes:
    """JSON in UTF-8, with the spaces that a re-serialising receiver would lose."""
    return json.dumps(value, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Call:
    """A request; header names are lower case and `names` as they were sent, as is `path`."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    operation: str | None = None
    argument: str = ""
    names: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and how its body is framed."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    framing: Literal["length", "chunked", "close"] = "length"

    def value(self) -> Any:
        return json.loads(self.body)

    def with_value(self, value: object) -> "Reply":
        return replace(self, body=dump(value))

    def with_headers(self, headers: Mapping[str, str]) -> "Reply":
        return replace(self, headers={**self.headers, **headers})

    def without_headers(self, *names: str) -> "Reply":
        dropped = {name.lower() for name in names}
        return replace(self, headers={name: text for name, text in self.headers.items() if name.lower() not in dropped})


def json_reply(status: int, value: object) -> Reply:
    return Reply(status, dump(value), {"Content-Type": "application/json"})

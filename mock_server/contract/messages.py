"""HTTP as plain values: what was asked, and what is answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

NOTHING: Mapping[str, str] = MappingProxyType({})


def encode(value: object) -> bytes:
    """JSON as it goes over the wire: UTF-8, no escapes that are not needed, no spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Call:
    """One request; header names are lower case, `target` is the raw path and query."""

    method: str
    target: str
    path_params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, its body already encoded; `pause` is seconds before its first byte."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0

    @classmethod
    def json(cls, status: int, value: object, headers: Mapping[str, str] = NOTHING) -> Self:
        return cls(status, encode(value), {"Content-Type": "application/json", **headers})

    def value(self) -> Any:
        """The body as JSON, or None where there is none."""
        return json.loads(self.content) if self.content else None

    def with_headers(self, headers: Mapping[str, str]) -> "Reply":
        return replace(self, headers={**self.headers, **headers}) if headers else self

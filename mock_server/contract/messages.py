"""HTTP as plain values: what was asked, and what is answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

from mock_server.contract.errors import ApiError

NOTHING: Mapping[str, str] = MappingProxyType({})


def encode(value: object) -> bytes:
    """JSON as it goes over the wire: UTF-8, no escapes that are not needed, no spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Call:
    """One request; header names are lower case, `target` is the raw path and query.

    `refused` has the items of a batch that are not to be looked up, by their place in it.
    """

    method: str
    target: str
    path_params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    value: Any = None
    refused: Mapping[int, ApiError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, its body already encoded; `pause` is seconds before its first byte.

    `wire` is what happens to it on the way, in the words of faults/wire.py; None sends it as it is.
    """

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    wire: object = None

    @classmethod
    def json(cls, status: int, value: object, headers: Mapping[str, str] = NOTHING) -> Self:
        return cls(status, encode(value), {"Content-Type": "application/json", **headers})

    def value(self) -> Any:
        """The body as JSON, or None where there is none."""
        return json.loads(self.content) if self.content else None

    def with_headers(self, headers: Mapping[str, str]) -> "Reply":
        return replace(self, headers={**self.headers, **headers}) if headers else self

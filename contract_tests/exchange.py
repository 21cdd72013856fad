"""One request, what came back, and how to repeat it by hand."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.contract.operations import Operation

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Key:
    """An API key; `variable` is what stands for it wherever it would be shown."""

    text: str
    variable: str = "TRACKFLOW_API_KEY"
    plan: str | None = None
    good: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: the target is the path below the origin, with its query."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def curl(self, keys: Mapping[str, str]) -> str:
        """The request as a command; `keys` gives the shell variable that stands for each secret text."""
        words = ["curl -i"]
        if self.method == "HEAD":
            words = ["curl -I"]
        elif self.method != "GET":
            words.append(f"-X {self.method}")
        words.append(_quoted(self.url, keys))
        words += [
            f"-H {_quoted(f'{name}: {value}', keys)}"
            for name, value in self.headers
            if name not in {"Accept", "User-Agent"}
        ]
        if self.body is not None:
            shown = self.body.decode("utf-8", "backslashreplace")
            words.append(f"--data-binary {_quoted(shown if len(shown) <= 2000 else shown[:2000] + '…', keys)}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back; header names are looked up in any case, and a header that is repeated is joined by commas.

    A body that does not have the content coding that it names is not `sound`, and no JSON for anyone.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sound: bool = True
    value: Any = field(init=False)
    is_json: bool = field(init=False)

    def __post_init__(self) -> None:
        try:
            value, good = json.loads(self.body.decode("utf-8")), self.sound
        except (ValueError, RecursionError):
            value, good = None, False
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "is_json", good)

    def header(self, name: str) -> str | None:
        found = [value for each, value in self.headers if each.lower() == name.lower()]
        return ", ".join(found) if found else None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300

    @property
    def facts(self) -> dict[str, Any]:
        """The body if it is a JSON object, else nothing."""
        return self.value if isinstance(self.value, dict) else {}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its response, the operation it was meant for, its due cost in lookups, and its Unix seconds.

    `follows` is false where the target was put into another state since the exchange before.
    """

    number: int
    request: Request
    response: Response
    operation: Operation | None
    key: Key | None
    cost: int
    probe: str
    at: float = 0.0
    in_order: bool = True
    follows: bool = True

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def facts(self) -> dict[str, Any]:
        return self.response.facts

    @property
    def size(self) -> int:
        """How much there is to read, for choosing the smallest of several."""
        return len(self.request.url) + len(self.request.body or b"") + sum(len(v) for _, v in self.request.headers)


def _quoted(text: str, keys: Mapping[str, str]) -> str:
    """The text for a shell, secrets replaced by variables in double quotes."""
    for secret, variable in keys.items():
        if secret and secret in text:
            before, after = text.split(secret, 1)
            return f'"{_escaped(before)}${variable}{_escaped(after)}"'
    return shlex.quote(text)


def _escaped(text: str) -> str:
    return "".join("\\" + each if each in '"\\$`' else each for each in text)

"""One request, what came back, and how to repeat it by hand."""

import json
import re
import shlex
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from typing import Any

from contract_tests.contract.cutting import cut
from contract_tests.contract.operations import Operation
from contract_tests.masking import Mask, visible

JSON = "application/json"
_JSON_TOO = re.compile(r"[a-z]+/[a-z0-9!#$&^_.+-]+\+json")  # by the suffix that RFC 6839 gives it
_LONGEST_BODY = 2000
_WORD = re.compile(r"\w")


class _NoNumberError(ValueError):
    """NaN or Infinity, which some writers of JSON write and the language does not have."""


def _no_number(word: str) -> float:
    raise _NoNumberError(word)


_STRICT = json.JSONDecoder(parse_constant=_no_number)


def _read(text: str) -> tuple[Any, bool]:
    """The value of a JSON text, and whether a strict reader reads it too."""
    try:
        return _STRICT.decode(text), True
    except _NoNumberError:
        return json.loads(text), False


def media_type(content_type: str | None) -> str:
    """The media type without its parameters."""
    return (content_type or "").partition(";")[0].strip().lower()


def names_json(kind: str) -> bool:
    """Whether a media type is JSON's own, or one that is JSON too."""
    return kind == JSON or _JSON_TOO.fullmatch(kind) is not None


@dataclass(frozen=True, slots=True)
class Key:
    """An API key; `variable` is what stands for it wherever it would be shown."""

    text: str
    variable: str = "TRACKFLOW_API_KEY"
    plan: str | None = None
    good: bool = True


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What is sent: the target is the path below the origin, with its query."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def curl(self, mask: Mask) -> str:
        """The request as a command, on one line, with a shell variable for each secret."""
        words = ["curl -i"]
        if self.method == "HEAD":
            words = ["curl -I"]
        elif self.method != "GET":
            words.append(f"-X {self.method}")
        words.append(_quoted(mask.pieces(self.url)))
        for name, value in self.headers:
            if name not in {"Accept", "User-Agent"}:
                before, *rest = mask.pieces(value)
                words.append(f"-H {_quoted([f'{name}: {before}', *rest])}")
        if self.body is not None:
            words.append(f"--data-binary {_quoted(_beginning(mask.pieces(self.body.decode('utf-8', 'replace'))))}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back; header names are looked up in any case, and a header that is repeated is joined by commas.

    A body that does not have the content coding that it names is not `sound`, and no JSON for anyone. One behind a byte
    order mark or with a NaN in it is none for strict readers, though its `value` can be read.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sound: bool = True
    value: Any = field(init=False)
    is_json: bool = field(init=False)

    def __post_init__(self) -> None:
        try:
            value, strictly = _read(self.body.decode("utf-8-sig"))
            good = self.sound and strictly and not self.body.startswith(BOM_UTF8)
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
    def flaw(self) -> str:
        """What about the body can't be seen in its text, and keeps it from being JSON; empty if nothing does."""
        if not self.sound:
            return f"a body that is not {self.header('Content-Encoding')}, as its Content-Encoding says: "
        if self.body.startswith(BOM_UTF8):
            return "a byte order mark (RFC 8259 section 8.1), and then "
        return "" if self.is_json or self.value is None else "NaN or Infinity, which JSON does not have, in "

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

    `follows` is false where the target was put into another state since the exchange before, `again` is how many
    answers to the same request were spoilt on the way, and `seconds` is how long this answer took.
    """

    number: int
    request: SentRequest
    response: Response
    operation: Operation | None
    key: Key | None
    cost: int
    probe: str
    at: float = 0.0
    in_order: bool = True
    follows: bool = True
    again: int = 0
    seconds: float = 0.0

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


def _beginning(pieces: list[str]) -> list[str]:
    """The pieces as far as a person wants to read them."""
    kept, left = [], _LONGEST_BODY
    for place, each in enumerate(pieces):
        kept.append(each if place % 2 else cut(each, max(1, left)))
        left -= len(each)
        if left < 0 and place % 2 == 0:
            break
    return kept


def _quoted(pieces: list[str]) -> str:
    """The pieces as one word for a shell, every second one being the name of a variable."""
    texts, names = pieces[::2], pieces[1::2]
    if any(visible(each) != each for each in texts):
        words = [f'"${name}"' for name in names]
        return "".join(_plainly(text) + word for text, word in zip(texts, [*words, ""], strict=True))
    if not names:
        return shlex.quote(texts[0])
    variables = [
        "$" + (f"{{{name}}}" if _WORD.match(after) else name) for name, after in zip(names, texts[1:], strict=True)
    ]
    return '"' + "".join(_escaped(text) + each for text, each in zip(texts, [*variables, ""], strict=True)) + '"'


def _plainly(text: str) -> str:
    """The text in a shell's own quotes, control characters written out as bash and zsh read them."""
    if visible(text) == text:
        return shlex.quote(text) if text else ""
    return "$'" + visible(text.replace("\\", "\\\\").replace("'", "\\'")) + "'"


def _escaped(text: str) -> str:
    return "".join("\\" + each if each in '"\\$`' else each for each in text)

"""Parameters of an operation: texts of a request as the values that their schemas speak of."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from math import isfinite
from typing import Any
from urllib.parse import unquote_plus

from jsonschema import Draft202012Validator, ValidationError

from contract_tests.contract.validation import validator
from contract_tests.contract.violations import sentence
from mock_server.contract.errors import ApiError
from mock_server.contract.folding import CHOICES, folded
from mock_server.contract.parameter_styles import (
    Pairs,
    Part,
    decoded,
    in_cookies,
    in_path,
    in_query,
    members_in_query,
    pairs_of,
)

FORM = "application/x-www-form-urlencoded"
_STYLES = {"query": "form", "cookie": "form"}  # elsewhere it is simple
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 300  # characters
_WORDS = {"true": True, "false": False}
_ALL = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
# Headers that are no parameters even where they are declared as such (OpenAPI 3.1 section 4.8.12.2).
_NO_PARAMETERS = frozenset({"accept", "content-type", "authorization"})


class Parameter:
    """One parameter; `fact` is the mock's own name for it, which an overlay's renaming keeps."""

    def __init__(self, spec: Mapping[str, Any], document: Mapping[str, Any]) -> None:
        self.name: str = spec["name"]
        self.place: str = spec["in"]
        self.fact: str = spec.get("x-value", self.name)
        self.required: bool = spec.get("required", False)
        self.ignored = self.place == "header" and self.name.lower() in _NO_PARAMETERS
        media = next(iter(spec.get("content", {}).values()), None)
        self._as_json = media is not None
        self._empty: bool = spec.get("allowEmptyValue", False)
        self._style: str = spec.get("style", _STYLES.get(self.place, "simple"))
        self._explode: bool = spec.get("explode", self._style in {"form", "deepObject"})
        self._typing = Typing(spec.get("schema", True) if media is None else media.get("schema", True), document)
        self.validator: Draft202012Validator = self._typing.validator

    def in_path(self, raw: str) -> str:
        """The text of a raw segment, or of a part of one; ApiError unless it is a value of the parameter."""
        self._check(lambda kind: in_path(raw, self.name, self._style, kind, explode=self._explode))
        return decoded(raw)

    def in_query(self, pairs: Pairs) -> str | None:
        """Its text in the query, None if it is not there; ApiError if that is no value of the parameter."""
        raws = [raw for name, raw in pairs if name == self.name]
        if self._structured and not self._as_json:
            found = self._check(lambda kind: self._parts(pairs, kind))
            if raws:
                return self._text(raws[0])
            return None if found is None else json.dumps(found)
        if not raws:
            self._missing()
            return None
        if len(raws) > 1 and self._repeats:
            self._check(lambda _: in_query(pairs, self.name, self._style, "array", explode=True))
            return self._text(raws[0])
        if len(raws) > 1:
            raise ApiError("invalid_request", f"query parameter {self.name} is given more than once")
        text = self._text(raws[0])
        if text or not self._empty:
            self._check(lambda _: iter([text]))
        return text

    def in_header(self, value: str | None) -> None:
        """ApiError unless the header's value is one of the parameter, or may be missing and is."""
        if value is None:
            self._missing()
            return
        raw = value.replace("%", "%25")  # what is in a header is not percent-encoded
        if self._structured:  # white space around the commas of a list means nothing (RFC 9110 section 5.6.1)
            raw = ",".join(part.strip(" \t") for part in raw.split(","))
        self._check(lambda kind: in_path(raw, self.name, "simple", kind, explode=self._explode))

    def in_cookies(self, cookies: Mapping[str, str]) -> None:
        """ApiError unless the cookies have a value of the parameter, or it may be missing and is."""
        members = self._explode and not self._as_json and self._typing.kind == "object"
        if self.name in cookies or members:
            self._check(lambda kind: in_cookies(cookies, self.name, kind, self._typing.members if members else None))
        else:
            self._missing()

    def errors(self, text: str) -> Iterator[ValidationError]:
        """What is wrong with a decoded text as the parameter's value."""
        yield from self.validator.iter_errors(self._typing.value(text))

    @cached_property
    def _structured(self) -> bool:
        return self._typing.kind in {"array", "object"}

    @cached_property
    def _repeats(self) -> bool:
        """Whether it may be a list beside something simpler, each item with the name again."""
        return "array" in self._typing.types and self._explode and not self._as_json

    def _parts(self, pairs: Pairs, kind: str) -> Iterator[Part]:
        if kind == "object" and self._style == "form" and self._explode:
            members = members_in_query(pairs, self._typing.members)
            yield from [members] if members else []
        else:
            yield from in_query(pairs, self.name, self._style, kind, explode=self._explode)

    def _missing(self) -> None:
        if self.required:
            raise ApiError("invalid_request", f"{self.place} parameter {self.name} is missing")

    def _check(self, readings: Callable[[str], Iterator[Part]]) -> Any:
        """The first reading that is a value of the parameter; ApiError for what is wrong with the strictest."""
        first: ValidationError | ValueError | None = None
        parts = readings("text" if self._as_json else self._typing.kind)
        while True:
            try:
                value = self._value(next(parts))
            except StopIteration:
                break
            except ValueError as error:  # of what cannot be written so, there is no second reading
                first = first or error
                break
            flaw = next(self.validator.iter_errors(value), None)
            if flaw is None:
                return value
            first = first or flaw
        if first is None:
            self._missing()
            return None
        if isinstance(first, ValueError):
            raise self._refused(first)
        code = error_code(first)
        raise ApiError(code, f"{self.place} parameter {self.name}: {sentence(first)}")

    def _value(self, part: Part) -> Any:
        if not self._as_json:
            return self._typing.value(part)
        try:
            return json.loads(str(part))
        except (ValueError, RecursionError):
            raise ValueError(f"{part!r} is not JSON") from None

    def _text(self, raw: str) -> str:
        try:
            return decoded(raw, plus=True)
        except ValueError as error:
            raise self._refused(error) from None

    def _refused(self, error: ValueError) -> ApiError:
        told, subject = str(error), f"{self.place} parameter {self.name}"
        return ApiError("invalid_request", f"{subject} {told}" if told.startswith("is ") else f"{subject}: {told}")


class Typing:
    """What a schema takes a text for."""

    def __init__(self, schema: Any, document: Mapping[str, Any]) -> None:
        self._schema = schema
        self._document = document
        self._inner: dict[int, Typing] = {}

    @cached_property
    def validator(self) -> Draft202012Validator:
        return validator(self._schema, self._document)

    @cached_property
    def _folded(self) -> Mapping[str, Any]:
        return folded(self._schema, self._document)

    @cached_property
    def types(self) -> frozenset[str]:
        """The types that the schema allows, as far as it says."""
        return _types(self._folded, self._document, 0)

    @cached_property
    def kind(self) -> str:
        """`array` or `object` if nothing simpler is allowed, else `text`."""
        return next((kind for kind in ("array", "object") if self.types - {"null"} == {kind}), "text")

    @cached_property
    def members(self) -> Mapping[str, Any]:
        return dict(self._folded.get("properties", {}))

    def value(self, part: Part) -> Any:
        """The part as the value that the schema means by it; a text that can be none of its types stays a text."""
        if isinstance(part, list):
            prefix, rest = self._folded.get("prefixItems", []), self._folded.get("items", True)
            return [
                self._of(prefix[place] if place < len(prefix) else rest).value(each) for place, each in enumerate(part)
            ]
        if isinstance(part, dict):
            rest = self._folded.get("additionalProperties", True)
            return {name: self._of(self.members.get(name, rest)).value(each) for name, each in part.items()}
        if self.kind == "array":
            return [self._of(self._folded.get("items", True)).value(part)] if part else []
        meant = list(self._meant(part))
        fitting = (each for each in meant if self.validator.is_valid(each)) if len(meant) > 1 else iter(meant)
        return next(fitting, meant[0] if meant else part)

    def _of(self, schema: Any) -> "Typing":
        if id(schema) not in self._inner:
            self._inner[id(schema)] = Typing(schema, self._document)
        return self._inner[id(schema)]

    def _meant(self, text: str) -> Iterator[Any]:
        types = self.types
        if "boolean" in types and text in _WORDS:
            yield _WORDS[text]
        if types & {"integer", "number"} and len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text):
            number = float(text) if "." in text or "e" in text.lower() else int(text)
            if isfinite(number):
                yield number
        if "string" in types:
            yield text
        if "null" in types and text in {"", "null"}:
            yield None


def _types(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int) -> frozenset[str]:
    if "type" in schema:
        return frozenset([schema["type"]] if isinstance(schema["type"], str) else schema["type"])
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if values is not None:
        return frozenset(_type(value) for value in values)
    found = _ALL
    for branches in schema.get(CHOICES, ()) if depth < 8 else ():
        found &= _united(_types(folded(branch, document), document, depth + 1) for branch in branches)
    return found


def _united(each: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*each)


def _type(value: Any) -> str:
    names = {bool: "boolean", str: "string", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), "number")


def error_code(error: ValidationError) -> str:
    """The code with which a violation is refused: `x-error` beside the broken keyword, else `invalid_request`."""
    return str(error.schema.get("x-error", "invalid_request")) if isinstance(error.schema, dict) else "invalid_request"


def form_of(body: bytes) -> dict[str, Part]:
    """The members of a form (application/x-www-form-urlencoded); one that comes again is an array."""
    found: dict[str, Part] = {}
    for name, raw in pairs_of(body.decode("latin-1")):
        text, before = unquote_plus(raw, errors="replace"), found.get(name)
        found[name] = text if before is None else [*(before if isinstance(before, list) else [str(before)]), text]
    return found


def cookies_of(header: str) -> dict[str, str]:
    """The cookies of a `Cookie` header by their names (RFC 6265 section 4.2)."""
    split = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, equals, value in split if equals}

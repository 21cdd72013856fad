"""Refusals in the form that an operation declares for them, where that is not the contract's common envelope."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

from contract_tests.contract.loading import resolve
from contract_tests.contract.validation import validator
from mock_server.contract.error_codes import ENVELOPE
from mock_server.contract.folding import folded
from mock_server.contract.media import body_of, chosen, examples_of, name_of, written
from mock_server.contract.messages import Reply
from mock_server.contract.samples.collections import SampleError
from mock_server.contract.shapes import Shape

_PHRASES = {int(each): each.phrase for each in HTTPStatus}
_TRIES = 4  # facts that have another type there are left out, so many times


class Refusals:
    """What one operation's refusals look like, by their status."""

    def __init__(self, spec: Mapping[str, Any], document: Mapping[str, Any]) -> None:
        self._declared: Mapping[str, Any] = spec["responses"]
        self._document = document
        self._form = lru_cache(64)(self._found)

    def reply(
        self, status: int, code: str, message: str, *, target: str = "", accept: str = "", example: bool = False
    ) -> Reply | None:
        """The refusal in its declared form, None for the common one; with `example`, the form's own comes first."""
        form = self._form(status, accept)
        if form is None:
            return None
        return Reply(status, form.body(status, code, message, target, example=example), form.headers)

    def _found(self, status: int, accept: str) -> "_Form | None":
        names = (str(status), f"{status // 100}XX", "default")
        name = next((each for each in names if each in self._declared), None)
        if name is None or status < HTTPStatus.BAD_REQUEST:
            return None
        content = resolve(self._document, self._declared[name]).get("content", {})
        media_type = chosen(content, accept)
        if media_type is None:
            return None
        media = content[media_type]
        common = resolve(self._document, ENVELOPE)
        if resolve(self._document, media.get("schema", True)) in (common, True) and not list(
            examples_of(media, self._document)
        ):
            return None
        return _Form(self._document, media_type, media)


@dataclass(frozen=True)
class _Form:
    """A media type in which refusals are told."""

    document: Mapping[str, Any]
    media_type: str
    media: Mapping[str, Any]

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Type": name_of(self.media_type)}

    def body(self, status: int, code: str, message: str, target: str, *, example: bool) -> bytes:
        schema, random = self.media.get("schema", True), Random(message)
        if schema is True or (example and any(examples_of(self.media, self.document))):
            return body_of(self.media_type, self.media, self.document, random)
        if folded(schema, self.document).get("type") == "string":
            return written(self.media_type, message)
        with suppress(SampleError):
            for value in self._told(schema, _facts(status, code, message, target), random):
                return written(self.media_type, value)
        return body_of(self.media_type, self.media, self.document, random)

    def _told(self, schema: Any, facts: dict[str, Any], random: Random) -> Iterator[Any]:
        """The facts in the schema's shape, and of what is not required nothing that is none."""
        shape, check = Shape(schema, self.document), validator(schema, self.document)
        whole = folded(schema, self.document)
        names = {
            name: folded(each, self.document).get("x-value", name) for name, each in whole.get("properties", {}).items()
        }
        for attempt in range(_TRIES):
            value = shape.write(facts, random)
            if isinstance(value, dict):
                kept = {name for name, fact in names.items() if fact in facts} | {*whole.get("required", ())}
                value = {name: each for name, each in value.items() if name in kept}
            wrong = _wrong(check, value)
            if not wrong:
                yield value
                return
            facts = {fact: each for fact, each in facts.items() if fact not in wrong}
            if "code" in wrong:
                facts = {**facts, "code": facts.get("status")} if attempt == 0 else facts


def _facts(status: int, code: str, message: str, target: str) -> dict[str, Any]:
    """What there is to say of a refusal, under the names that people have for it (RFC 9457 among them)."""
    title = _PHRASES.get(status, code)
    path = target.partition("?")[0]
    facts = {"success": False, "code": code, "message": message, "error": message, "detail": message}
    return {**facts, "type": "about:blank", "title": title, "status": status, "instance": path}


def _wrong(check: Draft202012Validator, value: Any) -> set[Any]:
    """The names of what does not fit, or one that nothing has if that is all of it."""
    return {error.absolute_path[0] if error.absolute_path else "" for error in check.iter_errors(value)}

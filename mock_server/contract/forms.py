"""Forms: the schemas of what people tell the mock itself, beside the contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from mock_server.contract.bundle import bundle
from mock_server.contract.documents import SCHEMAS, resolve
from mock_server.contract.pointers import pointer
from mock_server.contract.validation import validator
from mock_server.contract.violations import sentence


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with a value: where (a JSON pointer), which keyword of the form, and a sentence."""

    pointer: str
    rule: str
    detail: str


class Forms:
    """Checks values against the forms of schemas/; their words for statuses and events are the contract's."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """`document` is the contract, overlays applied."""
        self._document = document
        self._validator = lru_cache(None)(self._compile)

    def flaws(self, form: str, value: Any) -> Iterator[Flaw]:
        """What is wrong with the value under a form such as `control.schema.json#/$defs/clock`."""
        for error in self._validator(form).iter_errors(value):
            yield Flaw(pointer(error.absolute_path), str(error.validator), sentence(error))

    def _compile(self, form: str) -> Draft202012Validator:
        file, _, place = form.partition("#")
        own = bundle(SCHEMAS / file)
        schemas = {**own["components"]["schemas"], **self._document["components"]["schemas"]}
        components = {**self._document["components"], "schemas": schemas}
        return validator(resolve(own, f"#{place}"), {**self._document, **own, "components": components})

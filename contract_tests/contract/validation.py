"""Validators whose references are looked up in the contract's document."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from contract_tests.contract.expressions import expression


def _pattern(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "string") and not expression(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


Validator: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # jsonschema leaves `extend` without types


def validator(schema: Any, document: Mapping[str, Any]) -> Draft202012Validator:
    """A validator of JSON Schema 2020-12 with formats, for a schema that may refer to `#/components/...`."""
    if isinstance(schema, Mapping):
        # References are looked up from the schema's own root. OpenAPI's top-level names mean nothing to JSON Schema,
        # so the document can stand around the schema without constraining anything.
        schema = {**document, **schema}
    checked: Draft202012Validator = Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return checked

"""Validators whose references are looked up in the contract's document."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator


def validator(schema: Any, document: Mapping[str, Any]) -> Draft202012Validator:
    """A validator of JSON Schema 2020-12 with formats, for a schema that may refer to `#/components/...`."""
    if isinstance(schema, Mapping):
        # References are looked up from the schema's own root. OpenAPI's top-level names mean nothing to JSON Schema,
        # so the document can stand around the schema without constraining anything.
        schema = {**document, **schema}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

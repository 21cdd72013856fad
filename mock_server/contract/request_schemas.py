"""What OpenAPI adds to JSON Schema for what clients send: names that tell forms apart, and what only servers set."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from contract_tests.contract.formats import FORMATS
from contract_tests.contract.validation import Validator, thrifty
from mock_server.contract.samples.discriminators import name_of

_one_of, _any_of = Validator.VALIDATORS["oneOf"], Validator.VALIDATORS["anyOf"]


def request_validator(schema: Any, document: Mapping[str, Any]) -> Draft202012Validator:
    """A validator of request bodies.

    What is `readOnly` need not be sent (OpenAPI 3.0.3 section 4.7.24.2, which 3.1 leaves to us), and where a
    `discriminator` names the form of a body, it is judged by that form.
    """
    whole = {**document, **schema} if isinstance(schema, Mapping) else schema
    made: Draft202012Validator = _Requests(whole, format_checker=FORMATS)
    return made


def _required(validator: Any, names: Sequence[str], value: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if not validator.is_type(value, "object"):
        return
    declared = schema.get("properties", {})
    missing = [name for name in names if name not in value and not _read_only(declared.get(name))]
    if missing:
        yield ValidationError(f"{missing[0]!r} is a required property", validator_value=missing)


def _read_only(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("readOnly") is True


def _one_form(validator: Any, forms: Any, value: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    yield from _by_name(validator, forms, value, schema) or _one_of(validator, forms, value, schema)


def _any_form(validator: Any, forms: Any, value: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    yield from _by_name(validator, forms, value, schema) or _any_of(validator, forms, value, schema)


def _by_name(
    validator: Any, forms: Sequence[Any], value: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError] | None:
    """What is wrong with the value as the form that its discriminator names; None if nothing names forms here."""
    discriminator = schema.get("discriminator")
    named = all(isinstance(form, Mapping) and "$ref" in form for form in forms)
    if not isinstance(discriminator, Mapping) or not named or not validator.is_type(value, "object"):
        return None
    names = [name_of(form["$ref"], discriminator) for form in forms]
    return _judged(validator, dict(zip(names, forms, strict=True)), value, discriminator["propertyName"])


def _judged(
    validator: Any, forms: Mapping[str, Any], value: Mapping[str, Any], member: str
) -> Iterator[ValidationError]:
    if member not in value:
        yield ValidationError(f"{member!r} is missing", validator="required", validator_value=[member], instance=value)
    elif value[member] not in list(forms):
        wrong = value[member]
        told = f"{wrong!r} names none of the forms"
        yield ValidationError(told, validator="enum", validator_value=list(forms), instance=wrong, path=[member])
    else:
        yield from validator.descend(value, forms[value[member]], schema_path=list(forms).index(value[member]))


_KEYWORDS = {"required": _required, "oneOf": _one_form, "anyOf": _any_form}
_Requests: Any = thrifty(extend(Validator, _KEYWORDS))

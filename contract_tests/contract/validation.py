"""Validators whose references are looked up in the contract's document."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from contract_tests.contract.expressions import expression

MOST_FLAWS = 20  # of a value under one of several forms


def _pattern(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "string") and not expression(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _unique_items(validator: Any, wanted: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if wanted and validator.is_type(value, "array") and repeated(value):
        yield ValidationError("the items are not unique")


def _any_of(validator: Any, forms: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    flaws: list[ValidationError] = []
    for place, form in enumerate(forms):
        found = _first_flaws(validator, value, form, place)
        if not found:
            return
        flaws += found
    yield ValidationError("fits none of the forms", context=flaws)


def _one_of(validator: Any, forms: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    flaws: list[ValidationError] = []
    fitting = 0
    for place, form in enumerate(forms):
        found = _first_flaws(validator, value, form, place)
        fitting += not found
        flaws += found
    if fitting != 1:
        yield ValidationError("does not fit one of the forms alone", context=() if fitting else flaws)


def _first_flaws(validator: Any, value: Any, form: Any, place: int) -> list[ValidationError]:
    """Why the value does not fit that form: as much of it as anybody reads, because a long list can have many flaws."""
    return list(islice(validator.descend(value, form, schema_path=place), MOST_FLAWS))


def repeated(items: Iterable[Any]) -> tuple[Any, ...]:
    """The first item that occurred before, or nothing; one look at each, as equal as JSON Schema has it."""
    seen = set()
    for item in items:
        if (known := _identity(item)) in seen:
            return (item,)
        seen.add(known)
    return ()


def _identity(value: Any) -> Hashable:
    """The same for two values that JSON Schema calls equal, and for no others: 1 is 1.0, and true is not 1."""
    if isinstance(value, Mapping):
        return Mapping, frozenset((name, _identity(each)) for name, each in value.items())
    if isinstance(value, list | tuple):
        return list, tuple(map(_identity, value))
    return isinstance(value, bool), value


Validator: Any = extend(
    Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique_items, "anyOf": _any_of, "oneOf": _one_of}
)  # type: ignore[no-untyped-call]  # jsonschema leaves `extend` without types


def validator(schema: Any, document: Mapping[str, Any]) -> Draft202012Validator:
    """A validator of JSON Schema 2020-12 with formats, for a schema that may refer to `#/components/...`."""
    if isinstance(schema, Mapping):
        # References are looked up from the schema's own root. OpenAPI's top-level names mean nothing to JSON Schema,
        # so the document can stand around the schema without constraining anything.
        schema = {**document, **schema}
    checked: Draft202012Validator = Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return checked

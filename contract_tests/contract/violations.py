"""What is wrong with a value, as one sentence."""

import json
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from jsonschema import ValidationError
from jsonschema.exceptions import best_match

from contract_tests.contract.cutting import cut
from contract_tests.contract.instants import InstantError
from contract_tests.contract.uris import UriError
from contract_tests.contract.validation import repeated, undeclared

LONGEST = 80  # characters of a value that a sentence shows
MOST_NAMES = 10  # that a sentence lists

# What YAML 1.1 and people take for a boolean.
_WORDS = MappingProxyType(
    {
        **dict.fromkeys(("yes", "on", "y", "true", "1"), "true"),
        **dict.fromkeys(("no", "off", "n", "false", "0"), "false"),
    }
)

Complaint = Callable[[Any, Any], str]


def sentence(error: ValidationError) -> str:
    """Where, what was found, what is expected: `shipments[2].tracking_number: 12 is not a string`."""
    error = nearest(error)
    place = location(error.absolute_path)
    return f"{place}: {complaint(error)}" if place else complaint(error)


def nearest(error: ValidationError) -> ValidationError:
    """The error itself; of a value that has none of several forms, what is wrong under the one it is nearest."""
    return error if _message(error) else best_match([error]) or error


def location(steps: Iterable[str | int]) -> str:
    """The steps as people write them: `shipments[2].tracking_number`; empty for the value itself."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def shown(value: object) -> str:
    """The value as JSON, shortened in the middle if it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 20]}…{text[-19:]}"


def complaint(error: ValidationError) -> str:
    """What was found and what is expected, without the place."""
    message = _message(error)
    if message:
        return f"{shown(error.instance)} {message}"
    if error.validator == "additionalProperties" and error.validator_value is False:
        return _unknown(error.instance, error.schema)
    if error.validator in {"oneOf", "anyOf"}:
        return _no_form(error)
    if error.validator == "pattern" and isinstance(error.schema, Mapping) and len(error.schema["pattern"]) > LONGEST:
        described = error.schema.get("description")  # nobody reads such an expression
        if described:
            return f"{shown(error.instance)} does not match; it must be so: {described}"
    if error.validator in _COMPLAINTS:
        told = _COMPLAINTS[error.validator](error.instance, error.validator_value)
        return f"{told}; {error.cause.reason}" if isinstance(error.cause, InstantError | UriError) else told
    return error.message


def _message(error: ValidationError) -> str | None:
    """What the schema itself says of a text that has none of its forms: `x-message` beside the forms or the pattern."""
    if error.validator not in {"anyOf", "oneOf", "pattern"} or not isinstance(error.schema, Mapping):
        return None
    return error.schema.get("x-message")


def _type(found: Any, wanted: Any) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    meant = _WORDS.get(found.lower()) if isinstance(found, str) and names == ["boolean"] else None
    told = f"{shown(found)} is not {' or '.join(_with_article(name) for name in names)}"
    return f"{told}; write {meant}" if meant else told


def _with_article(name: str) -> str:
    return name if name == "null" else f"{'an' if name[0] in 'aio' else 'a'} {name}"


def _required(found: Any, names: Any) -> str:
    missing = [name for name in names if name not in found]
    return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"


def _unknown(found: Any, schema: Any) -> str:
    known = list(schema.get("properties", {}))
    extra = undeclared(found, schema)
    hint = _nearest(extra[0], known) or (f"; known are {', '.join(known)}" if known else "")
    return f"{_named_first(extra)} {'is' if len(extra) == 1 else 'are'} not known here{hint}"


def _named_first(names: list[str]) -> str:
    """The names, as far as a sentence has room for them."""
    told = [cut(name, LONGEST) for name in names[:MOST_NAMES]]
    more = len(names) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _no_form(error: ValidationError) -> str:
    """A list of constants is an enum that has more to say about each entry."""
    forms: Any = error.validator_value
    if all(isinstance(form, Mapping) and "const" in form for form in forms):
        return _enum(error.instance, [form["const"] for form in forms])
    if not error.context:
        return f"{shown(error.instance)} fits several of the {len(forms)} forms, and must fit one"
    first = error.context[0]
    return f"{shown(error.instance)} fits none of the {len(forms)} forms; to fit the first: {sentence(first)}"


def _enum(found: Any, allowed: Any) -> str:
    return f"{shown(found)} is not one of {', '.join(map(shown, allowed))}{_nearest(found, allowed)}"


def _nearest(found: Any, allowed: Iterable[Any]) -> str:
    names = [each for each in allowed if isinstance(each, str)]
    close = get_close_matches(found, names, 1) if isinstance(found, str) and len(found) <= LONGEST else []
    return f"; did you mean {close[0]}?" if close else ""


def _unique(found: Any, _: Any) -> str:
    return f"{' and '.join(map(shown, repeated(found)))} occurs twice, and items must differ"


def _counted(one: str, several: str, comparison: str) -> Complaint:
    def told(found: Any, limit: Any) -> str:
        subject = f"{shown(found)} has" if isinstance(found, str) else "has"
        return f"{subject} {len(found)} {one if len(found) == 1 else several}, {comparison} {limit}"

    return told


def _compared(words: str) -> Complaint:
    def told(found: Any, limit: Any) -> str:
        return f"{shown(found)} {words} {shown(limit)}"

    return told


def _named(words: str) -> Complaint:
    def told(found: Any, rule: Any) -> str:
        return f"{shown(found)} {words} {rule}"

    return told


_COMPLAINTS: Mapping[object, Complaint] = MappingProxyType(
    {
        "type": _type,
        "required": _required,
        "enum": _enum,
        "uniqueItems": _unique,
        "const": _compared("is not"),
        "minimum": _compared("is less than"),
        "maximum": _compared("is more than"),
        "exclusiveMinimum": _compared("is not more than"),
        "exclusiveMaximum": _compared("is not less than"),
        "multipleOf": _compared("is not a multiple of"),
        "pattern": _named("does not match"),
        "format": _named("is not a valid"),
        "minLength": _counted("character", "characters", "fewer than"),
        "maxLength": _counted("character", "characters", "more than"),
        "minItems": _counted("item", "items", "fewer than"),
        "maxItems": _counted("item", "items", "more than"),
        "minProperties": _counted("property", "properties", "fewer than"),
        "maxProperties": _counted("property", "properties", "more than"),
    }
)

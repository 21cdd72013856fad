"""Values that are written alike, as the results of a batch often are: one look at them is enough."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from contract_tests.contract.validation import Validator

T = TypeVar("T")
_ITEMS: Any = Draft202012Validator.VALIDATORS["items"]


def spelt(value: Any) -> str | None:
    """The JSON value as it is written; None for one that is nested too deep to be told."""
    try:
        return json.dumps(value)
    except RecursionError:
        return None


def each(work: Callable[[Any], T], values: Sequence[Any]) -> list[T]:
    """What comes of each value, done once for those that are alike; who is given it changes nothing in it."""
    done: dict[str, T] = {}
    found = []
    for value in values:
        text = spelt(value) if len(values) > 1 else None
        if text is None:
            found.append(work(value))
            continue
        if text not in done:
            done[text] = work(value)
        found.append(done[text])
    return found


def distinct(values: Sequence[Any]) -> list[Any]:
    """The first of those that are alike; all that cannot be told."""
    found: list[Any] = []
    each(found.append, values)
    return found


def _items(validator: Any, form: Any, values: Any, schema: Any) -> Iterator[ValidationError]:
    """The flaws of all items; those like one that has none have none."""
    if form is False or "prefixItems" in schema or not validator.is_type(values, "array"):
        yield from _ITEMS(validator, form, values, schema)
        return
    sound: set[str] = set()
    for place, value in enumerate(values):
        text = spelt(value) if len(values) > 1 else None
        if text in sound:
            continue
        flaw = None
        for flaw in validator.descend(value, form, path=place):
            yield flaw
        if flaw is None and text is not None:
            sound.add(text)


AlikeValidator: Any = extend(Validator, {"items": _items})

"""JSON pointers (RFC 6901): names for places inside a document."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

INDEX = re.compile("0|[1-9][0-9]*")  # RFC 6901 section 4: no sign, no leading zeros


def pointer(steps: Iterable[str | int]) -> str:
    """The steps as one JSON pointer: `["paths", "/track"]` is `/paths/~1track`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def steps(text: str) -> list[str]:
    """The steps of a JSON pointer, unescaped; array indices stay text. The empty pointer has none."""
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]


def follow(document: Any, text: str) -> Any:
    """The value that the pointer names; LookupError says which step led nowhere."""
    value = document
    for step in steps(text):
        try:
            value = value[int(step)] if isinstance(value, list) and INDEX.fullmatch(step) else value[step]
        except (LookupError, TypeError, ValueError):
            raise LookupError(f"{text} names nothing: no {step!r}{_choices(value)}") from None
    return value


def named(document: Any, name: str) -> Iterator[Any]:
    """Every value that stands under that name, anywhere in the document."""
    if isinstance(document, dict):
        if name in document:
            yield document[name]
        for each in document.values():
            yield from named(each, name)
    elif isinstance(document, list):
        for each in document:
            yield from named(each, name)


def _choices(value: Any) -> str:
    if isinstance(value, dict):
        return f" among {', '.join(map(str, value))}" if len(value) <= 12 else f" among {len(value)} names"
    return f" among {len(value)} items" if isinstance(value, list) else f" in {value!r}"

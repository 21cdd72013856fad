"""Searching: the entries of a journal that have a text in them, as a person looks for it."""

import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from mock_server.domain.clients.journal import Entry
from mock_server.domain.clients.shown import EntryView, reason_of
from mock_server.domain.clock import to_exact_text

SPACE = b" \t\n\r\f\v"
LOWER = bytes(range(256)).lower()
BETWEEN = "\0"  # texts that are apart
ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")  # as JSON may write what is not ASCII

Text = Callable[[str], str]


def holding(view: EntryView, sought: str) -> Callable[[Entry], bool]:
    """Whether an entry has that text in what is shown of it, or in its key: in any case, white space aside.

    Each value is looked through as it is, so a search costs some 10 us an entry and nothing is kept for it; what is
    masked is only looked at where the text occurs at all, and is never found.
    """
    wanted = "".join(sought.casefold().split())
    plain = wanted.encode() if sought.isascii() else None

    def within(texts: Iterator[str]) -> bool:
        text = BETWEEN.join(texts)
        if plain is not None:
            return plain in text.encode("utf-8", "surrogatepass").translate(LOWER, SPACE)
        return wanted in "".join(_unescaped(text).casefold().split())

    def fits(entry: Entry) -> bool:
        if not within(_texts(entry)):
            return False
        return within(iter([entry.key or ""])) or within(_shown(view.show(entry)))

    return fits


def _texts(entry: Entry) -> Iterator[str]:
    """All that an entry says, secrets among it."""
    yield str(entry.id)
    yield to_exact_text(entry.at)
    yield entry.key or ""
    yield entry.operation or ""
    yield entry.method
    yield from _spellings(entry.target)
    yield from entry.headers
    yield from entry.headers.values()
    yield entry.body.decode("utf-8", "backslashreplace")
    yield str(int(entry.status))
    yield from entry.reply_headers
    yield from entry.reply_headers.values()
    yield entry.reply_body.decode("utf-8", "backslashreplace")
    yield reason_of(entry) or ""
    yield from entry.injected


def _shown(value: object, name: str = "") -> Iterator[str]:
    """Every text of an entry as it is shown."""
    if isinstance(value, dict):
        for member, each in value.items():
            yield from _shown(each, member)
            if name == "headers":
                yield member
    elif name == "url":
        yield from _spellings(str(value))
    elif value is not None:
        yield str(value)


def _spellings(target: str) -> Iterator[str]:
    yield target
    if "%" in target:
        yield unquote(target)


def _unescaped(text: str) -> str:
    """The text with the letters that its escapes of JSON mean."""
    return ESCAPED.sub(lambda found: str(json.loads(f'"{found[0]}"')), text) if "\\u" in text else text

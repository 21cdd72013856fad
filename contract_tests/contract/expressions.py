"""Regular expressions as schemas mean them: ECMA-262's with the flag u, as JSON Schema 2020-12 asks for.

An engine of that language reads them, because Python's means other things by the same signs: `$` lets a line end
pass, `\\d` takes every script's digits, and `\\p{L}`, `(?<name>...)` and lookbehind of any length are unknown to it.
"""

import re
from functools import lru_cache

from regress import Regex, RegressError

# What the flag u forbids though everybody means the same by it: a backslash before a sign that needs none, and a
# hyphen beside a class of characters within another.
_PART = re.compile(r"\[(?:\\.|[^\]\\])*\]|\\.", re.DOTALL)
_NEEDLESS = re.compile(r"\\([^A-Za-z0-9^$\\.*+?()\[\]{}|/-])|(\\.)", re.DOTALL)
_HYPHEN = re.compile(r"(\\[dDsSwW]|\\[pP]\{[^}]*\})-(?!\])|(?<!\[)(?<!\[\^)(?<!\\)-(?=\\[dDsSwWpP])")
_FOREIGN = re.compile(r"(?<!\\)(?:\\\\)*(\\(?![bBdDsSwWfnrtvcxukpP])[A-Za-z])")  # letters without a meaning
_UNICODE = re.compile(r"\\[pPu]\{")  # means something with the flag u only


class Expression:
    """One expression, compiled; `text` is the expression without what only the flag u forbids."""

    def __init__(self, pattern: str) -> None:
        """`re.error` says why the text is no expression."""
        compiled, self.text = _compiled(pattern)
        self._find = compiled.find

    def search(self, text: str) -> bool:
        """Whether it matches anywhere in the text."""
        try:
            return self._find(text) is not None
        except UnicodeEncodeError:  # half a character, which no expression can mean
            return self._find(text.encode("utf-8", "replace").decode()) is not None


@lru_cache(512)
def expression(pattern: str) -> Expression:
    """The expression of that text; `re.error` says why it is none."""
    return Expression(pattern)


def _compiled(pattern: str) -> tuple[Regex, str]:
    try:
        return Regex(pattern, "u"), pattern
    except UnicodeEncodeError:
        raise re.error("half a character is in it") from None
    except RegressError as error:
        complaint = str(error)
    if found := _FOREIGN.search(pattern):
        raise re.error(f"{found[1]} means nothing in ECMA-262; {_MEANT.get(found[1], 'leave the backslash out')}")
    if "(?P" in pattern:
        raise re.error("(?P means nothing in ECMA-262; write (?<name>...), and \\k<name> to refer to it")
    lenient = _PART.sub(_without_needless, pattern)
    for flags in ("u",) if _UNICODE.search(pattern) else ("u", ""):
        try:
            return Regex(lenient, flags), lenient
        except RegressError:
            continue
    raise re.error(complaint[:1].lower() + complaint[1:])


_MEANT = {"\\A": "write ^", "\\Z": "write $", "\\z": "write $"}


def _without_needless(part: re.Match[str]) -> str:
    text = part[0]
    if text == "\\-":
        return "-"
    if text.startswith("["):
        text = _HYPHEN.sub(lambda found: f"{found[1] or ''}\\-", text)
    return _NEEDLESS.sub(lambda found: found[1] or found[2], text)

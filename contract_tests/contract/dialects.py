"""Regular expressions in the dialect of whatever language a server is written in: the page shows two and names none."""

import re
import warnings
from collections.abc import Callable
from functools import lru_cache

from contract_tests.contract.expressions import expression

# What other languages write, and Python does not read: the end of the text, classes by name, named groups, and flags
# that are turned on further on.
_FOREIGN = re.compile(
    r"(?P<end>\\[zZ])|(?P<kind>\\[pP](?:\{[^}]*\}|[A-Za-z])|\\h)|(?P<group>\(\?<(?=[A-Za-z_]))|"
    r"\(\?(?P<flags>[imsx]+)\)|\[:(?P<posix>[a-z]+):\]|(?P<both>&&\[[^\]]*\])|\\.",
    re.DOTALL,
)
_MISREAD = re.compile(r"\[:[a-z]+:\]|&&\[")  # what Python reads, but as something else
_SPELT = {"end": r"\Z", "kind": r"\w", "group": "(?P<", "both": ""}
_POSIX = {"digit": r"\d", "xdigit": "0-9A-Fa-f", "alpha": "A-Za-z", "upper": "A-Z", "lower": "a-z", "space": r"\s"}


@lru_cache(2048)
def reader(pattern: str) -> Callable[[str], bool]:
    """Says of a text whether the expression matches it somewhere; `re.error` if no dialect has such an expression.

    What cannot be put into Python's words exactly matches more rather than less.
    """
    with warnings.catch_warnings(action="ignore"):  # of what may mean sets some day
        if _MISREAD.search(pattern):
            return _found(re.compile(_translated(pattern)))
        try:
            return _found(re.compile(pattern))
        except re.error as error:
            complaint = error
        try:
            return expression(pattern).search
        except re.error:
            pass
        try:
            return _found(re.compile(_translated(pattern)))
        except re.error:
            raise complaint from None


def _found(compiled: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: compiled.search(text) is not None


def _translated(pattern: str) -> str:
    """The expression in Python's words."""
    flags: list[str] = []

    def word(match: re.Match[str]) -> str:
        if match["flags"]:
            flags.append(match["flags"])
            return ""
        if match["posix"]:
            return _POSIX.get(match["posix"], r"\w")
        return _SPELT.get(match.lastgroup or "", match[0])

    translated = _FOREIGN.sub(word, pattern)
    return "".join(f"(?{each})" for each in dict.fromkeys(flags)) + translated

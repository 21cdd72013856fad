"""Values as people write them, which must be such that they can be worked with."""

from math import isinf
from typing import Any

from contract_tests.contract.cutting import begun

DEEPEST = 100  # levels of nesting; what works on a value calls itself for each
_NESTS = frozenset({dict, list})
MOST_DIGITS = 300  # what a double can still hold; whoever writes a longer number means a text


def too_deep(value: Any) -> bool:
    """Whether JSON is nested deeper than anything here looks."""
    level, depth = [value] if type(value) in _NESTS else [], 0
    while level:
        level = [
            part
            for each in level
            for part in (each.values() if type(each) is dict else each)
            if type(part) in _NESTS  # exact types, as a reader makes them: every start looks at 20,000 parts so
        ]
        depth += 1
        if depth > DEEPEST:
            return True
    return False


def whole(text: str, base: int = 10) -> int:
    """The integer; ValueError if it has more digits than any number here, in whatever base."""
    if len(text) > MOST_DIGITS + 2:
        raise ValueError(f"a number of {len(text)} digits is too long to be read; if it is a text, put it in quotes")
    return int(text, base)


def fraction(text: str) -> float:
    """The number; ValueError if it is larger than a double can hold, which Python would take for infinite."""
    value = float(text)
    if isinf(value):
        raise ValueError(f"the number {begun(text, 40)} is too large; if it is a text, put it in quotes")
    return value

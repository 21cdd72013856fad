"""Text that matches a regular expression.

Written here because `rstr` and `exrex` draw from sets or from the global generator, so that the same seed gives other
text in another process, and because neither minds a length. The expression is read by the standard library's own
parser, as Hypothesis does too, once its ECMA-262 is said in Python's words; the engine that checks values has the last
word about each text.
"""

import re
import string
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from random import Random
from typing import Any

from contract_tests.contract.expressions import expression
from mock_server.contract.samples.dialect import as_python

_parser: Any = vars(re)["_parser"]  # private and without types; the name since Python 3.11
PLAIN = string.ascii_letters + string.digits
_PRINTABLE = string.printable[:95]  # without tabs and line ends
_BEYOND = "äéñøßčαβγδжийאבגחטي中文日本語한국어€№"  # for who wants none of the printable signs
_SIGNS = (PLAIN, _PRINTABLE, _BEYOND, string.printable + string.whitespace)
_TRIES = 200
_LOOSE = 12  # characters more than it needs, at most, where the expression sets no end

_CATEGORIES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_NOT_DIGIT": string.ascii_letters,
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": PLAIN,
    "CATEGORY_WORD": PLAIN + "_",
    "CATEGORY_NOT_WORD": "-",
}


def matching(pattern: str, random: Random, *, shortest: int = 0, longest: int | None = None) -> str:
    """A text that the expression matches, of `shortest` to `longest` characters where it can be.

    Lookarounds and word boundaries are met by drawing again, so what comes after all tries may miss them: check it.
    re.error for an expression that is none.
    """
    parsed, fits = _parsed(pattern), expression(pattern).search
    least, most = parsed.getwidth()
    low = max(least, shortest)
    high = max(low, min(most, low + _LOOSE if longest is None else longest))
    nearest = ""
    for attempt in range(_TRIES):
        drawn = _Matching(random, random.randint(low, high) - least, around=attempt % 3 == 2).text(parsed)
        text = _lengthened(drawn, random, shortest, front=attempt % 2 == 1)
        if shortest <= len(text) <= (len(text) if longest is None else longest) and fits(text):
            return text
        nearest = drawn if fits(drawn) or not nearest else nearest
    return nearest


def matching_all(patterns: Sequence[str], random: Random, *, shortest: int = 0, longest: int | None = None) -> str:
    """A text that all the expressions match, as far as it can be drawn: one of theirs, or one of each in a row."""
    text = ""
    for attempt in range(_TRIES):
        order = random.sample(patterns, len(patterns))
        if attempt % 2:
            text = matching(order[0], random, shortest=shortest, longest=longest)
        else:
            drawn = [_Matching(random, random.randint(0, 2)).text(_parsed(each)) for each in order]
            between = "".join(random.choice(PLAIN) for _ in range(shortest - sum(map(len, drawn))))
            text = "".join((drawn[0], between, *drawn[1:]))
        long = shortest <= len(text) <= (len(text) if longest is None else longest)
        if long and all(expression(each).search(text) for each in patterns):
            break
    return text


def _lengthened(text: str, random: Random, shortest: int, *, front: bool) -> str:
    """The text with more around it if it is too short, which an expression without anchors minds not."""
    more = "".join(random.choice(PLAIN) for _ in range(shortest - len(text)))
    return more + text if front else text + more


@lru_cache(256)
def _parsed(pattern: str) -> Any:
    """Its parts; none where Python's parser cannot read what ECMA-262 allows, such as a reference before its group."""
    said = as_python(expression(pattern).text)
    with warnings.catch_warnings(), suppress(re.error, OverflowError, RecursionError):
        warnings.simplefilter("ignore", FutureWarning)  # of signs that Python may give a meaning to some day
        return _parser.parse(said)
    return _parser.parse("")


class _Matching:
    """One text in the making; `spare` characters may be added to the least that matches.

    With `around`, what a lookaround wants to see is drawn as well, because nothing else of the expression may be it.
    """

    def __init__(self, random: Random, spare: int, *, around: bool = False) -> None:
        self._random = random
        self._spare = spare
        self._around = around
        self._groups: dict[int, str] = {}

    def text(self, parsed: Any) -> str:
        return "".join(self._drawn(operation.name, argument) for operation, argument in parsed)

    def _drawn(self, operation: str, argument: Any) -> str:
        match operation:
            case "LITERAL":
                return chr(argument)
            case "ANY":
                return self._random.choice(PLAIN)
            case "NOT_LITERAL" | "IN" | "CATEGORY":
                return self._random.choice(_characters(operation, argument) or PLAIN)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeated(*argument)
            case "BRANCH":
                return self.text(self._branch(argument[1]))
            case "SUBPATTERN":
                return self._group(argument[0], argument[-1])
            case "ATOMIC_GROUP":
                return self.text(argument)
            case "GROUPREF":
                return self._groups.get(argument, "")
            case "GROUPREF_EXISTS":
                return self.text(argument[1] if argument[0] in self._groups else argument[2] or [])
            case "ASSERT" if self._around:
                return self.text(argument[1])
            case _:  # anchors and lookarounds take no room
                return ""

    def _branch(self, branches: list[Any]) -> Any:
        """Any branch that there is room for; the parser's least width counts the shortest."""
        least = min(branch.getwidth()[0] for branch in branches)
        fitting = [branch for branch in branches if branch.getwidth()[0] - least <= self._spare]
        branch = self._random.choice(fitting)
        self._spare -= branch.getwidth()[0] - least
        return branch

    def _repeated(self, least: int, most: int, item: Any) -> str:
        width = item.getwidth()[0]
        room = min(int(most) - least, self._spare // max(width, 1))
        # Half the time all that fits, or a text with one repeat would seldom reach the length that is wanted.
        more = room if self._random.random() < 0.5 else self._random.randint(0, room)
        self._spare -= more * width
        return "".join(self.text(item) for _ in range(least + more))

    def _group(self, number: int | None, item: Any) -> str:
        text = self.text(item)
        if number is not None:
            self._groups[number] = text
        return text


def _characters(operation: str, argument: Any) -> str:
    match operation:
        case "LITERAL":
            return chr(argument)
        case "NOT_LITERAL":
            return _without(chr(argument))
        case "RANGE":
            low, high = argument
            return "".join(map(chr, range(low, min(high, low + 255) + 1)))
        case "CATEGORY":
            return _CATEGORIES[argument.name]
        case _:
            negated = bool(argument) and argument[0][0].name == "NEGATE"
            found = "".join(_characters(each.name, value) for each, value in argument[negated:])
            return _without(found) if negated else found


def _without(characters: str) -> str:
    return next(filter(None, ("".join(each for each in some if each not in characters) for some in _SIGNS)), "")

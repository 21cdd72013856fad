"""Two patterns as one that is found where both are."""

import re
from collections.abc import Sequence

PLACE = re.compile(r"(\\d|[A-Za-z0-9:_-])(?:\{(\d+)\})?")


def conjunction(one: str, other: str) -> str:
    """The pattern, written place by place if one is of digits and letters and the other tells how such a text ends."""
    whole, ending = sorted((one, other), key=len, reverse=True)
    places, last = _places(whole.removeprefix("^")), _places(ending)
    if whole.startswith("^") and places and last and len(last) <= len(places):
        start = len(places) - len(last)
        narrower = [_narrower(*pair) for pair in zip(places[start:], last, strict=True)]
        if all(narrower):
            return f"^{''.join([*places[:start], *narrower])}$"
    return f"^(?=[\\s\\S]*?(?:{one}))(?=[\\s\\S]*?(?:{other}))"


def alternation(patterns: Sequence[str]) -> str:
    """A pattern that is found where one of them is; none of them may count or name its groups."""
    inner = [each[1:-1] for each in patterns if each.startswith("^") and re.search(r"(?<!\\)\$$", each)]
    if len(inner) == len(patterns) and not any(map(_has_choice, inner)):
        return f"^({'|'.join(inner)})$"
    return "|".join(f"({each})" for each in patterns)


def _has_choice(pattern: str) -> bool:
    """Whether a `|` stands outside every group and class."""
    depth, bare = 0, re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "", pattern)
    for each in bare:
        depth += (each == "(") - (each == ")")
        if each == "|" and depth == 0:
            return True
    return False


def _places(pattern: str) -> list[str]:
    """What stands at each place up to the end, a digit or a character; empty if the pattern is of another kind."""
    text = pattern.removesuffix("$")
    found = list(PLACE.finditer(text))
    if text == pattern or "".join(each[0] for each in found) != text:
        return []
    return [each[1] for each in found for _ in range(int(each[2] or 1))]


def _narrower(one: str, other: str) -> str:
    """What both allow at one place; empty if that is nothing."""
    if one == other or (other == "\\d" and one.isdigit()):
        return one
    return other if one == "\\d" and other.isdigit() else ""

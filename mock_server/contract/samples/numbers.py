"""Generated numbers within bounds."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from random import Random
from typing import Any

_SPAN = 100  # how far from its one bound, or from zero, a number lies


def integer(schema: Mapping[str, Any], random: Random) -> int:
    """An integer within the schema's bounds and of its multiple; the lower bound if there is none."""
    low, high = _bounds(schema)
    return int(_multiple(low, high, schema.get("multipleOf", 1), random, whole=True))


def number(schema: Mapping[str, Any], random: Random) -> float:
    """A number within the schema's bounds and of its multiple, with two decimals if that is strictly between them."""
    low, high = _bounds(schema)
    if "multipleOf" in schema:
        return _multiple(low, high, schema["multipleOf"], random, whole=False)
    drawn = low + (high - low) * Fraction(random.random())
    short = round(float(drawn), 2)
    return short if low < short < high else float(drawn)


def _bounds(schema: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    lows = [Fraction(schema[name]) for name in ("minimum", "exclusiveMinimum") if name in schema]
    highs = [Fraction(schema[name]) for name in ("maximum", "exclusiveMaximum") if name in schema]
    low = max(lows) if lows else min(Fraction(0), *highs) - _SPAN if highs and min(highs) <= 0 else Fraction(0)
    high = min(highs) if highs else low + _SPAN
    return low, high


def _multiple(low: Fraction, high: Fraction, of: float, random: Random, *, whole: bool) -> float:
    step = Fraction(str(of))
    if whole and step.denominator != 1:
        step = Fraction(step.numerator)  # the multiples of a/b that are integers are those of a, in lowest terms
    first, last = ceil(low / step), floor(high / step)
    times = random.randint(first, last) if first <= last else first
    return int(times * step) if (times * step).denominator == 1 else float(times * step)

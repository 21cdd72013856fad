"""Generated numbers within bounds."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from random import Random
from typing import Any

from contract_tests.contract.formats import WIDTHS

_TRIES = 50
_SPAN = 100  # how far from its one bound, or from zero, a number lies


def integer(schema: Mapping[str, Any], random: Random) -> int:
    """An integer within the schema's bounds and of its multiple; the lower bound if there is none."""
    low, high = _bounds(schema)
    if width := WIDTHS.get(schema.get("format", "")):
        low, high = max(low, Fraction(-width)), min(high, Fraction(width - 1))
    step = _exact(schema.get("multipleOf", 1))
    # The multiples of a/b that are integers are those of a, in lowest terms.
    return int(_multiple(schema, low, high, Fraction(step.numerator), random))


def number(schema: Mapping[str, Any], random: Random) -> float:
    """A number within the schema's bounds and of its multiple, with two decimals if that is strictly between them."""
    low, high = _bounds(schema)
    if "multipleOf" in schema:
        return _multiple(schema, low, high, _exact(schema["multipleOf"]), random)
    drawn = low + (high - low) * Fraction(random.random())
    short = round(float(drawn), 2)
    return short if low < short < high else float(drawn)


def _bounds(schema: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    lows = [_exact(schema[name]) for name in ("minimum", "exclusiveMinimum") if name in schema]
    highs = [_exact(schema[name]) for name in ("maximum", "exclusiveMaximum") if name in schema]
    low = max(lows) if lows else min(Fraction(0), *highs) - _SPAN if highs and min(highs) <= 0 else Fraction(0)
    high = min(highs) if highs else low + _SPAN
    return low, high


def _multiple(schema: Mapping[str, Any], low: Fraction, high: Fraction, step: Fraction, random: Random) -> float:
    of = schema.get("multipleOf", 1)
    first, last = ceil(low / step), floor(high / step)
    first += "exclusiveMinimum" in schema and first * step == _exact(schema["exclusiveMinimum"])
    last -= "exclusiveMaximum" in schema and last * step == _exact(schema["exclusiveMaximum"])
    found: float = 0
    for _ in range(_TRIES):
        found = _shortest(step * (random.randint(first, last) if first <= last else first))
        if first >= last or not isinstance(of, float) or (found / of) % 1 == 0:
            break  # also one to those who divide binary fractions
    return found


def _exact(value: float) -> Fraction:
    """The number as it is written in the schema, and not its nearest binary fraction."""
    return Fraction(str(value))


def _shortest(value: Fraction) -> float:
    return int(value) if value.denominator == 1 else float(value)

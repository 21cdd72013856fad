"""Values of options on a command line."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from math import inf
from typing import TypeVar

N = TypeVar("N", int, float)


def at_least(least: N) -> Callable[[str], N]:
    """What reads a number of the same kind, and says what is wrong with one that is less or is none."""
    kind = type(least)

    def read(text: str) -> N:
        try:
            number = kind(text)
        except ValueError:
            number = None
        if number is None or not least <= number < inf:
            wanted = "whole number" if kind is int else "number"
            raise ArgumentTypeError(f"{text!r} must be a {wanted} of at least {least}")
        return number

    return read

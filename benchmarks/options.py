"""The command line of a benchmark."""

from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from math import inf
from typing import TypeVar

N = TypeVar("N", int, float)


def command(name: str, description: str) -> ArgumentParser:
    """The parser of `python -m benchmarks.NAME`, which tells in its help what the options are if not given."""
    return ArgumentParser(
        f"python -m benchmarks.{name}", None, description, formatter_class=ArgumentDefaultsHelpFormatter
    )


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

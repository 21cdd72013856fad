"""Chance, keyed: the same seed and key give the same draws in any process, order or thread."""

from random import Random


def stream(seed: int, *key: object) -> Random:
    """The same seed and key give the same draws, in any order, on any machine.

    A string seed goes through SHA-512 in `random.Random`, which does not depend on PYTHONHASHSEED.
    """
    return Random("/".join(map(str, (seed, *key))))

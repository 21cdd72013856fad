"""The check digit algorithms that carriers use, one pure function each.

Each takes the characters in front of the check digit and gives the check digit. `RULES` names them for
fixtures/number_formats.json; the published numbers in the tests tell which carrier uses which.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

CheckDigit = Callable[[str], str]

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)

# UPS counts a letter as (ASCII code - 3) mod 10: A is 2, H is 9, I is 0. A digit counts as itself.
VALUES = MappingProxyType({sign: int(sign) if sign.isdigit() else (ord(sign) - 3) % 10 for sign in ALPHABET})


def mod10(serial: str, *, even: int, odd: int) -> str:
    """What the sum lacks to the next ten, with one weight at even places and one at odd, counted from the left at 0."""
    values = [VALUES[sign] for sign in serial]
    return str(-(even * sum(values[::2]) + odd * sum(values[1::2])) % 10)


def gs1(serial: str) -> str:
    """GS1 General Specifications 7.9: weights 3, 1, 3, ... from the right, what the sum lacks to the next ten."""
    return mod10(serial[::-1], even=3, odd=1)


def luhn(serial: str) -> str:
    """ISO/IEC 7812-1 annex B: every second digit from the right is doubled and its two digits are added."""
    digits = [int(sign) for sign in reversed(serial)]
    return str(-(sum(digits[1::2]) + sum(digit * 2 - 9 * (digit > 4) for digit in digits[::2])) % 10)


def mod11_10(serial: str, *, weights: Sequence[int]) -> str:
    """FedEx Express: the weighted sum mod 11, and ten counts as 0."""
    return str(sum(weight * int(sign) for weight, sign in zip(weights, serial, strict=True)) % 11 % 10)


def s10(serial: str) -> str:
    """UPU S10: eleven less the weighted sum mod 11; ten counts as 0 and eleven as 5."""
    rest = sum(weight * int(sign) for weight, sign in zip(S10_WEIGHTS, serial, strict=True)) % 11
    return "50987654321"[rest]


def mod7(serial: str) -> str:
    """DHL Express: the rest on division by seven."""
    return str(int(serial) % 7)


def mod37_36(serial: str) -> str:
    """ISO/IEC 7064 MOD 37,36: a digit or a letter, which catches every single wrong character."""
    product = 36
    for sign in serial:
        product = (product + ALPHABET.index(sign)) % 36 or 36
        product = product * 2 % 37
    return ALPHABET[(37 - product) % 36]


RULES: Mapping[str, Callable[..., str]] = MappingProxyType(
    {rule.__name__: rule for rule in (mod10, gs1, luhn, mod11_10, s10, mod7, mod37_36)}
)


def check_digit(rule: str, parameters: Mapping[str, Any]) -> CheckDigit:
    """The algorithm of that name with its parameters filled in; ValueError if there is none."""
    if rule not in RULES:
        raise ValueError(f"{rule!r} is not a check digit rule; known are {', '.join(RULES)}")
    return partial(RULES[rule], **parameters) if parameters else RULES[rule]

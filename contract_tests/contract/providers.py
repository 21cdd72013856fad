"""Faker's providers, which `x-faker` names."""

import json
from difflib import get_close_matches
from functools import cache
from random import Random
from threading import Lock
from typing import Any

from contract_tests.contract.files import DocumentError


def faked(provider: str, random: Random) -> Any:
    """What Faker's provider makes of the draws of `random`, as JSON; DocumentError for a name Faker does not know.

    Providers that look at the clock, such as `date_time`, do not repeat; give such a schema a `format` instead.
    """
    lock, generator = _faker()
    made = getattr(generator, provider, None)
    if not callable(made):
        close = get_close_matches(provider, dir(generator), 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise DocumentError("", "x-faker", f"{provider!r} is no Faker provider{hint}")
    with lock:
        generator.random = random
        return json.loads(json.dumps(made(), default=str))


@cache
def _faker() -> tuple[Lock, Any]:
    """Faker's generator and the lock that lends it to one draw at a time: providers read their `random` from it."""
    from faker import Faker  # noqa: PLC0415 - slow to import, and only a sample needs it

    return Lock(), Faker("en_US").factories[0]  # the proxy around it refuses a generator's `random`

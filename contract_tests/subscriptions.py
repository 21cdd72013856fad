"""A subscription, and what the answer to a new webhook tells of it, under the contract's names or under others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests.exchange import Exchange
from contract_tests.target import Number


@dataclass(frozen=True, slots=True)
class Hook:
    """One subscription: its name in this run, the receiver's box for it, and the answer that made it."""

    name: str
    box: str
    number: Number
    events: Sequence[str] | None
    url: str
    exchange: Exchange
    id: str | None
    secret: str | None


def webhook_id(facts: Mapping[str, Any]) -> str | None:
    """The id of a new webhook: under the contract's name, or under whichever key looks like one."""
    named = [
        (name, each) for name, each in _leaves(facts) if isinstance(each, (str, int)) and not isinstance(each, bool)
    ]
    for wanted in ("webhook_id", "webhookid", "id", "subscriptionid", "hookid", "uuid"):
        for name, each in named:
            if wanted in {name, _plain(name)}:
                return str(each)
    return next((str(each) for name, each in named if _plain(name).endswith("id")), None)


def webhook_secret(facts: Mapping[str, Any]) -> str | None:
    """The secret of a new webhook, under whichever key speaks of one."""
    named = [(name, each) for name, each in _leaves(facts) if isinstance(each, str)]
    for wanted in ("secret", "key"):
        for name, each in named:
            if wanted in _plain(name):
                return each
    return None


def _leaves(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values, those of the outer object first."""
    inner = []
    for name, each in facts.items():
        if isinstance(each, dict):
            inner.append(each)
        else:
            yield name, each
    for each in inner:
        yield from _leaves(each)


def _plain(name: str) -> str:
    return "".join(each for each in name.lower() if each.isalnum())

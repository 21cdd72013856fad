"""Which keys this instance owns, as the store says it: claimed, fenced, given up."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from mock_server.persistence.known import known
from mock_server.persistence.shared import scripts
from mock_server.persistence.shared.link import Link

AT_A_TIME = 500  # keys that one script looks at


@dataclass(frozen=True, slots=True)
class Instance:
    """One process that shares the store: what it is called, where the others reach it, and what it tells of itself."""

    incarnation: str
    name: str
    address: str
    number: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)

    def record(self) -> str:
        return json.dumps({"name": self.name, "address": self.address, "number": self.number, "facts": {**self.facts}})

    @classmethod
    def read(cls, incarnation: str, record: str) -> "Instance":
        return known(cls, {**json.loads(record), "incarnation": incarnation})


@dataclass(frozen=True, slots=True)
class Claimed:
    """A key that is this instance's now, with what the store knows of it; or whose it is instead."""

    owner: Instance | None = None
    holding: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What the store says each time an instance says that it is alive.

    `unbroken` if it has never been taken for dead since the last time; `loose` are keys that nobody owns and that have
    something to do by themselves.
    """

    unbroken: bool
    mock: str
    logged: int
    alive: Sequence[Instance]
    dead: Sequence[str]
    loose: Sequence[str]


class KeptKeyError(Exception):
    """A sandbox is kept of the key, which nobody answers for: whoever claims it goes on with that."""


class ClaimOutcome(Enum):
    """What has become of a key while this instance could not say that it is alive."""

    SAME = "same"
    ANEW = "anew"
    """Nobody has had it, and the store may know nothing of it any more."""
    LOST = "lost"


class Claims:
    """The keys of one incarnation of an instance; safe to use from several threads."""

    def __init__(self, link: Link, incarnation: str) -> None:
        self.link = link
        self.incarnation = incarnation
        self.fences: dict[str, str] = {}
        """Of each key that is this instance's, the number of the claim."""
        self._alive = scripts.ALIVE + incarnation
        self._keys = scripts.KEYS_OF + incarnation

    def token(self, key: str) -> str:
        """What a write for the key shows; good for nothing where the key is another's."""
        return f"{self.incarnation}|{self.fences.get(key, '')}"

    def claim(self, key: str, *, new: bool = False) -> Claimed:
        """Make the key this instance's, if its owner is dead or it has none.

        KeptKeyError if it is to be `new`, and there is a sandbox to go on with.
        """
        keys = [scripts.OWNERS, scripts.LOOSE, scripts.HOLDINGS, scripts.WORLD + key]
        owner, told, *known = self.link.run(
            scripts.CLAIM,
            [*keys, scripts.INSTANCES],
            key,
            self.incarnation,
            scripts.ALIVE,
            scripts.KEYS_OF,
            "new" if new else "any",
        )
        if owner:
            return Claimed(Instance.read(text(owner), text(told)))
        if not told:
            raise KeptKeyError
        self.fences[key] = text(told)
        return Claimed(None, text(known[0]), dict(pairs(known[1])))

    def release(self, key: str) -> None:
        """Give the key up: anybody may claim it."""
        keys = [scripts.OWNERS, self._keys, scripts.LOOSE, scripts.AWAKE, scripts.WORLD + key]
        token = self.token(key)
        self.fences.pop(key, None)
        self.link.run(scripts.RELEASE, keys, key, token)

    def renew(self, me: Instance, seconds: float) -> Renewal:
        """Say that this instance is alive for so long; who else is, and what is to be done."""
        keys = [self._alive, scripts.INSTANCES, scripts.MOCK, scripts.LOOSE]
        found = self.link.watch(
            scripts.RENEW, keys, self.incarnation, me.record(), round(seconds * 1000), scripts.ALIVE
        )
        unbroken, mock, logged, instances, loose = found
        told = [(text(name), text(record), bool(alive)) for name, record, alive in instances]
        return Renewal(
            bool(unbroken),
            text(mock),
            int(logged),
            [Instance.read(name, record) for name, record, alive in told if alive],
            [name for name, _, alive in told if not alive],
            [text(key) for key in loose],
        )

    def reclaim(self) -> dict[str, ClaimOutcome]:
        """What has become of each key of this instance; what nobody has had since is its own again."""
        fates: dict[str, ClaimOutcome] = {}
        held = list(self.fences.items())
        for start in range(0, len(held), AT_A_TIME):
            some = held[start : start + AT_A_TIME]
            flat = [part for each in some for part in each]
            told = self.link.watch(
                scripts.RECLAIM, [scripts.OWNERS, self._keys, scripts.LOOSE], self.incarnation, *flat
            )
            for (key, _), (fate, fence) in zip(some, told, strict=True):
                fates[key] = ClaimOutcome(text(fate))
                if fates[key] is ClaimOutcome.LOST:
                    self.fences.pop(key, None)
                else:
                    self.fences[key] = text(fence)
        return fates

    def bury(self, dead: str) -> None:
        """Let the keys of an incarnation that is dead be nobody's."""
        keys = [scripts.ALIVE + dead, scripts.KEYS_OF + dead, scripts.OWNERS, scripts.LOOSE, scripts.AWAKE]
        while self.link.watch(scripts.BURY, [*keys, scripts.INSTANCES], dead):
            pass

    def leave(self) -> None:
        """Be alive no more."""
        self.link.watch(scripts.LEAVE, [self._alive, scripts.INSTANCES], self.incarnation)


def text(value: bytes | str) -> str:
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def pairs(flat: Sequence[bytes]) -> Iterator[tuple[str, str]]:
    """Fields and values as a hash returns them."""
    values = iter(map(text, flat))
    return zip(values, values, strict=True)

"""Which process answers for which key."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

REMEMBERED = 65_536  # keys whose owner is not worked out again


@dataclass(frozen=True, slots=True)
class Peer:
    """One process of the mock; `address` is where the others reach it: `unix:PATH`, or an http(s) URL.

    `number` is small, and the same for as long as the process lives.
    """

    name: str
    address: str
    number: int


class Membership(Protocol):
    """Who is there, and who owns what."""

    @property
    def me(self) -> Peer:
        """The process that asks."""

    def peers(self) -> Sequence[Peer]:
        """All that should be up, this one among them."""

    def owner(self, key: str) -> Peer | None:
        """Who answers for the key, `me` itself if this process does; None while nobody can."""

    def mine(self, key: str) -> bool:
        """Whether this process does; asked before each answer, so it is cheap."""

    async def turn(self, key: str) -> None:
        """Wait until it can be told whose the key is, without keeping clients of other keys waiting."""

    def doubt(self, key: str) -> None:
        """The owner could not be reached: whatever is remembered of the key may be wrong."""


class Workers:
    """So many processes of one machine for as long as the mock runs: a key's digest says whose it is."""

    def __init__(self, peers: Sequence[Peer], number: int) -> None:
        self._peers = tuple(peers)
        self.me = self._peers[number]
        self._number = lru_cache(REMEMBERED)(lambda key: place(key, len(self._peers)))

    def peers(self) -> Sequence[Peer]:
        return self._peers

    def owner(self, key: str) -> Peer:
        return self._peers[self._number(key)]

    def mine(self, key: str) -> bool:
        return self._number(key) == self.me.number

    async def turn(self, key: str) -> None:
        """Nothing is waited for."""

    def doubt(self, key: str) -> None:
        """Nothing is: who is down comes back with the same keys."""


def place(key: str, count: int) -> int:
    """A number below `count` that follows from the key alone, on every machine."""
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) % count

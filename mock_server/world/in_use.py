"""The worlds that are in use, and those that are on their way in or out."""

import logging
from collections.abc import Callable, Iterator
from itertools import islice
from threading import Lock

from mock_server.domain.clients.journal import Archive, masked
from mock_server.domain.steps import Steps
from mock_server.world.newcomers import Newcomer
from mock_server.world.store import Store
from mock_server.world.world import World

log = logging.getLogger(__name__)


class WorldsInUse:
    """Worlds by their keys, at most `most`; what happens to them happens under `lock`, which its owner takes.

    The one idle longest goes when there are too many: with webhooks only after all that have none, and never while a
    state file promises to keep them.
    """

    def __init__(self, most: int, archive: Archive, state: Store | None) -> None:
        self.lock = Lock()
        self.on_forgotten: list[Callable[[World], object]] = []
        self._most, self._archive, self._state = most, archive, state
        self.by_key: dict[str, World] = {}
        self._leaving: dict[str, World] = {}  # nobody's any more, and not let go of yet
        self.coming: dict[str, Newcomer] = {}  # somebody's already, and not taken in yet

    def all(self) -> tuple[World, ...]:
        """Every world, oldest first."""
        return tuple(self.by_key.values())

    def each(self, world: World | None = None) -> Iterator[World]:
        """That world alone, or every one that is still in use when its turn comes."""
        for found in [world] if world else self.all():
            if world or self.by_key.get(found.account.key) is found:
                yield found

    def make_room(self, key: str) -> None:
        """Let there be none of that key, nor one to come, and not too many beside it; who was to come has a place."""
        expected = self.coming.pop(key, None) is not None
        self.let_go(key)
        if key in self.by_key:
            self.forget(self.by_key[key])
        elif len(self.by_key) >= self._most and not expected:
            self._drop_idlest()

    def add(self, world: World) -> None:
        """From now on, it is the world of its key."""
        self.by_key[world.account.key] = world

    def leave(self) -> None:
        """None is in use any more, nor to come; each is still to be let go of."""
        self.coming.clear()
        self._leaving |= self.by_key
        self.by_key.clear()

    def letting_go(self) -> Steps[None]:
        """Let go of the worlds that are nobody's any more, one in each step."""
        while self._leaving:
            with self.lock:
                for key in tuple(islice(self._leaving, 1)):
                    self.let_go(key)
            yield

    def let_go(self, key: str) -> None:
        """Let go of the world of that key that is nobody's any more, before there is another."""
        if key in self._leaving:
            self.forget(self._leaving[key])

    def forget(self, world: World) -> None:
        """It is gone, and what was kept of it."""
        if self._state:
            self._state.forget(world.account.key)
        self.dismiss(world)

    def dismiss(self, world: World) -> None:
        """It is gone from this process."""
        for worlds in (self.by_key, self._leaving):
            if worlds.get(world.account.key) is world:
                del worlds[world.account.key]
        self._archive.close(world.journal)
        for told in self.on_forgotten:
            told(world)

    def _drop_idlest(self) -> None:
        """Make room for one more world, where that loses no webhook that the state file keeps."""
        idlest = min(self.by_key.values(), key=lambda world: (not world.webhooks.idle, world.used))
        name, known = masked(idlest.account.key), len(self.by_key)
        if not idlest.webhooks.idle and self._state:
            log.warning("%d keys have webhooks that the state file keeps; there is room for another still", known)
            return
        webhooks = len(idlest.webhooks.subscriptions)
        self.dismiss(idlest)
        if self._state:
            self._state.put_away(idlest.account.key)
        lost = f" and its {webhooks} webhook{'s' * (webhooks != 1)}" if webhooks else ""
        log.warning("forgot the sandbox of %s%s: %d keys are in use", name, lost, known + 1)

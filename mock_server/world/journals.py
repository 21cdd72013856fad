"""What was asked of all worlds, under whatever key."""

from collections.abc import Iterable, Iterator
from itertools import islice

from mock_server.domain.clients.journal import Entry
from mock_server.domain.clients.together import backwards, together
from mock_server.world.history import WorldHistory
from mock_server.world.world import World
from mock_server.world.worlds import Worlds


def heard(worlds: Worlds, key: str | None = None) -> Iterator[Entry]:
    """What was asked under a key, or by anybody, newest first; also what never reached the key's world."""
    if key is None:
        return backwards([worlds.stray, *(world.journal for world in worlds.all())])
    world = worlds.known(key)
    stray = (entry for entry in reversed(worlds.stray.entries()) if entry.key == key)
    return together([stray, reversed(world.journal.entries())] if world else [stray])


def newest(worlds: Worlds, key: str | None = None) -> int:
    """An id that none of those is above that `heard` has; 0 if there are none."""
    return worlds.archive.newest if key is None else next((entry.id for entry in heard(worlds, key)), 0)


def heard_of_each(worlds: Worlds, of: Iterable[World], most: int) -> Iterator[tuple[World, tuple[Entry, ...]]]:
    """So many of the newest requests of each of these worlds, oldest first, as `heard` has them."""
    stray: dict[str | None, list[Entry]] = {}
    for entry in reversed(worlds.stray.entries()):
        stray.setdefault(entry.key, []).append(entry)
    for world in of:
        both = together([stray.get(world.account.key, ()), reversed(world.journal.entries())])
        yield world, tuple(islice(both, most))[::-1]


def entry_of(worlds: Worlds, entry_id: int, key: str | None = None) -> Entry | None:
    """The request of that id, asked under a key or by anybody, as `heard` has it."""
    world = None if key is None else worlds.known(key)
    own = [each.journal for each in worlds.all()] if key is None else [world.journal] if world else []
    for journal in own:
        if found := journal.find(entry_id):
            return found
    stray = worlds.stray.find(entry_id)
    return stray if stray and key in {None, stray.key} else None


def heard_count(worlds: Worlds, key: str | None = None) -> int:
    """How many there are of those that `heard` has."""
    if key is None:
        return worlds.archive.entries
    world = worlds.known(key)
    return worlds.stray.count(key) + (len(world.journal) if world else 0)


def history_of(worlds: Worlds, world: World) -> WorldHistory | None:
    """How the world came to be as it is; None if its journal has let go of the beginning."""
    story = world.journal.story()
    if story is None:
        return None
    key = world.account.key
    return WorldHistory(
        world.account,
        world.scenario,
        worlds.clock.base.scale,
        world.beginning,
        *story,
        [entry for entry in worlds.stray.entries() if entry.key == key],
        list(world.shipments.seen().items()),
        world.webhooks.queue.all(),
    )

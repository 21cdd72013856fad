"""Taking a capsule: a world's history as a value that another mock can make the same world of."""

from collections.abc import Callable
from functools import partial
from typing import Any

from mock_server.capsules import digests
from mock_server.capsules.form import FORMAT, VERSION, CapsuleError, LostBeginningError
from mock_server.capsules.past import Past
from mock_server.capsules.secrets import SecretMask
from mock_server.capsules.story import Story, body_of_entry, course
from mock_server.domain.clock import SandboxClock, to_text
from mock_server.domain.steps import finished
from mock_server.faults.rulebook import RuleBook
from mock_server.persistence.snapshots.worlds import writing
from mock_server.settings import Settings
from mock_server.version import __version__
from mock_server.world import Foundation, World, Worlds, journals
from mock_server.world.history import WorldHistory

# Settings that answers and deliveries depend on.
ANSWERING = (
    "seed",
    "default_plan",
    "reset_unit",
    "strict",
    "strict_check_digits",
    "standard_webhooks",
    "webhook_retry",
)


def take(worlds: Worlds, key: str) -> dict[str, Any]:
    """The capsule of what has been done under a key so far; CapsuleError says why there can be none."""
    return taken(worlds, key)()


def taken(worlds: Worlds, key: str) -> Callable[[], dict[str, Any]]:
    """Writes the capsule of this moment, whenever it is called, in whatever thread; CapsuleError as `take`."""
    world = worlds.known(key)
    if world is None:
        raise CapsuleError("nobody has used that key yet, so there is nothing to save")
    history = journals.history_of(worlds, world)
    if history is None:
        raise lost(worlds.foundation.settings)
    return partial(capsule, worlds.foundation, history)


def lost(settings: Settings) -> LostBeginningError:
    """Why a session without a beginning cannot be saved."""
    return LostBeginningError(
        f"the journal has let go of how this began (it keeps {settings.journal_size} requests of a key and "
        f"{settings.journal_megabytes} MB of all, or was cleared); start the mock with a larger --journal-size, or "
        "reset the key and do it again"
    )


def capsule(foundation: Foundation, history: WorldHistory) -> dict[str, Any]:
    """The capsule of a history; CapsuleError for a request that cannot be sent again."""
    beginning, mask, defaults = history.beginning, SecretMask(foundation.specification), Settings()
    for entry in (*history.entries, *history.strays):
        mask.learn(entry.headers, entry.target, body_of_entry(entry).decode("utf-8", "replace"))
    story = list(Story(history, mask).told())
    settings = {name: getattr(foundation.settings, name) for name in ANSWERING}
    return {
        "format": FORMAT,
        "version": VERSION,
        "mock": __version__,
        "contract": foundation.specification.fingerprint,
        "taken_at": to_text(foundation.clock.base.now()),
        "overlays": [
            {"name": path.name, "text": path.read_text(encoding="utf-8")} for path in foundation.settings.overlay
        ],
        "settings": {name: value for name, value in settings.items() if value != getattr(defaults, name)},
        "plan": history.account.plan.name,
        "chance": history.account.chance,
        "clock": {"base": beginning.base, "scale": history.scale, "course": course(beginning.course)},
        "world": mask.value(_world(foundation, history)),
        "story": story,
        "deliveries": [digests.outcome(each, mask) for each in history.deliveries],
    }


def _world(foundation: Foundation, history: WorldHistory) -> dict[str, Any]:
    """The world as it began, as a snapshot has it."""
    beginning = history.beginning
    clock = SandboxClock(Past(beginning.base, history.scale))
    clock.change(lambda *_: beginning.course)
    world = World(
        foundation,
        history.account,
        history.scenario,
        pins=beginning.pins,
        books=[RuleBook(beginning.rules)],
        clock=clock,
        saved=beginning.saved,
    )
    world.faults.recount(beginning.counts)
    world.quota.resume(beginning.usage)
    record = finished(writing(world, beginning.base, alone=True))()
    # A life begins when it is first asked for; who asks again has to find it begun then.
    begun = [{"tracking_number": text, "carrier": carrier, "at": at} for (carrier, text), at in history.begun]
    return {**record, "first_seen": begun}

"""A command in the world of a capsule: it begins as that began, and what changed it then changes it again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from mock_server.capsules.form import Capsule
from mock_server.capsules.replaying import Changes, check, enter, settings_of, shifted
from mock_server.capsules.story import course_of
from mock_server.commands.process import Ending
from mock_server.commands.running import run_in
from mock_server.contract.errors import ApiError
from mock_server.domain.clients.journal import Entry
from mock_server.lab.trial import JOURNAL
from mock_server.proxy.entrances import Outside
from mock_server.proxy.upstream import Upstream
from mock_server.testing.running import RunningMock
from mock_server.web.mock import Mock
from mock_server.world import World, steering

BY_ITSELF = frozenset(("collect", "take", "attempt", "fail", "begun"))  # notes of what a mock does by itself


@contextmanager
def mock_of(capsule: Capsule) -> Iterator[RunningMock]:
    """A mock on which the capsule's world can be had again; CapsuleError if this version cannot be one."""
    with settings_of(capsule, port=0, journal_size=JOURNAL) as settings, RunningMock(settings) as mock:
        check(capsule, mock.front.mock.worlds.foundation)
        yield mock


def run_again(
    capsule: Capsule, command: Sequence[str], user: Mapping[str, str], *, limit: float | None = None
) -> Ending:
    """How the command ends in the capsule's world; CapsuleError, FormError or NoCommandError if that cannot be.

    The world's clock shows what it showed, and goes on from there. What a tester did after so many requests is done
    after as many requests.
    """
    with mock_of(capsule) as mock:
        worlds = mock.front.mock.worlds
        world = enter(capsule, worlds)
        now, then = worlds.clock.base.now(), capsule["clock"]
        steering.move_clock(worlds, lambda *_: shifted(course_of(then["course"]), now - then["base"]), world)
        tester = _Tester(capsule, mock.front.mock, world)
        tester.go_on()
        with worlds.archive.watchers.watched(tester.heard):
            key = world.account.key
            with mock.entrance(key, Outside(Upstream.of(user))) as entrance:
                return run_in(entrance, command, user, limit=limit)


class _Tester:
    """Does what testers did, each thing after as many requests as then."""

    def __init__(self, capsule: Capsule, mock: Mock, world: World) -> None:
        self._story = iter(capsule["story"])
        self._mock = mock
        self._world = world
        self._changes = Changes(world)

    def heard(self, entry: Entry) -> None:
        """The command has asked for something."""
        if entry.key == self._world.account.key:
            self.go_on()

    def go_on(self) -> None:
        """Do what came before the next request."""
        changed = False
        for item in self._story:
            if "note" not in item:
                break
            if item["note"] not in BY_ITSELF:
                with suppress(ApiError, ValueError, LookupError):  # as of a webhook that there is not this time
                    self._changes.make(item)
                    changed = True
        if changed:
            self._mock.scheduler.news(self._world)

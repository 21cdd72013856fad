"""What keeps the sandboxes of a mock beyond its process, as far as the mock has to do with it."""

from collections.abc import Callable, Iterator
from typing import Protocol

from mock_server.domain.clock import Course
from mock_server.domain.plans import Account
from mock_server.domain.steps import Steps
from mock_server.domain.webhooks.records import Records, Saved
from mock_server.faults.scenarios import Scenario
from mock_server.world.foundation import Foundation
from mock_server.world.newcomers import Newcomer, Opening
from mock_server.world.owners import Holding
from mock_server.world.world import World


class Store(Protocol):
    """Where a mock keeps what it has promised, so that it goes on after a crash."""

    name: str
    """What people call it, with its place."""

    def opening(self, foundation: Foundation) -> Opening | None:
        """How the mock as a whole was left; None if nothing is known of that, or it was to start in another way.

        FormError for what this mock cannot go on with.
        """

    def holdings(self) -> Iterator[tuple[str, Holding]]:
        """The keys that were made for somebody, and for whom."""

    def saved(self) -> Iterator[Saved]:
        """Every sandbox that is kept; ValueError where that cannot be read."""

    def load(self, key: str) -> Saved | None:
        """The sandbox of that key if it is kept; ValueError where that cannot be read."""

    def begun(self, key: str) -> bool:
        """Whether another process has let the sandbox begin anew since all were told to, even if nothing is kept."""

    def holding(self, key: str) -> Holding | None:
        """For whom the key was made that has just been loaded, if `holdings` has not told."""

    def newcomer(self, foundation: Foundation, account: Account, saved: Saved, scenario: Scenario) -> Newcomer:
        """The sandbox as it was left, in a mock in that scenario; FormError for what this mock cannot go on with."""

    def of(self, key: str, course: Callable[[], Course]) -> Records:
        """Where the sandbox of that key writes; `course` is how its clock goes."""

    def follow(self, world: World, alone: Callable[[World], bool]) -> None:
        """From now on, what the world stands in is kept with all that its sandbox writes.

        That is what it has granted, its rules and their counts; `alone` says if the mock's scenario is not its own.
        """

    def keeping_opening(self, foundation: Foundation, opening: Callable[[], Opening]) -> Steps[str | None]:
        """Keep how the mock as a whole stands, if that has changed; why that could not be. Step by step."""

    def hold(self, key: str, holding: Holding) -> None:
        """Keep whose a key is."""

    def put_away(self, key: str) -> None:
        """There is no room for a sandbox here any more."""

    def begin_anew(self, key: str | None = None) -> None:
        """All sandboxes begin anew, also those that are not loaded; or that of a key, of which nothing is kept."""

    def forget(self, key: str) -> None:
        """Let go of all that is known of a sandbox."""

    def forget_all(self) -> None:
        """Let go of the mock as a whole, and of whose its keys are."""

    def close(self) -> None:
        """Leave everything as it is to be kept."""

"""The state file: what every sandbox has promised, kept across a crash, in SQLite."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from mock_server.domain.clock import Course
from mock_server.domain.plans import Account
from mock_server.domain.steps import Steps
from mock_server.domain.webhooks.records import Saved
from mock_server.faults.scenarios import Scenario
from mock_server.persistence import snapshots
from mock_server.persistence.database import Database, SharedDatabase, whole
from mock_server.persistence.file_pages import FilePages
from mock_server.persistence.known import known
from mock_server.persistence.opening_text import OpeningText
from mock_server.persistence.reading import newcomer, saved
from mock_server.persistence.sandbox_records import SandboxRecords, follow
from mock_server.persistence.starting import started
from mock_server.world import Foundation, Newcomer, Opening, World
from mock_server.world.owners import Holding

log = logging.getLogger(__name__)


FIRST = 1
"""By what number the file has the mock as a whole, as the first or only process of it has left it."""


class StateFile:
    """Every sandbox's records in one file, which one mock has at a time."""

    def __init__(self, path: Path, *, number: int | None = None, resumed: bool = False) -> None:
        """Opens the file, or makes it; ValueError if it is something else, or another mock has it.

        Of several processes of one mock each has a `number`; one that was `resumed` goes on from where it was itself.
        """
        self.database = Database(path) if number is None else SharedDatabase(path)
        self._own = FIRST + (number or 0)
        self._began = self._own if resumed else FIRST
        self.path = path
        self.name = f"state file {path}"
        self._text = OpeningText()
        self._left_over: set[str] = set()  # keys that could not be forgotten
        self._opening = ""  # what was last kept of the mock as a whole

    def saved(self) -> Iterator[Saved]:
        """Every sandbox that the file knows; ValueError where it does not say what a state file says."""
        with whole(self.path):
            yield from self._saved()

    def load(self, key: str) -> Saved | None:
        """The sandbox as it was left, if the file knows it; ValueError as `saved`."""
        if key in self._left_over:
            return None
        with whole(self.path), self.database.lock:
            for world in self.database.worlds(key):
                return saved(key, world, self.database.rows_of(key))
        return None

    def opening(self, foundation: Foundation) -> Opening | None:
        """How the mock as a whole was left; None if it never was, or is started with other settings now.

        FormError for what this mock cannot go on with, ValueError for what is no such record.
        """
        rows = self.database.rows("SELECT document FROM mock WHERE id = ?", self._began)
        if not rows:
            return None
        with whole(self.path):
            record = json.loads(rows[0][0])
            if record["settings"] != started(foundation):
                log.warning("the %s was left by a mock with other settings; it starts as these say", self.name)
                return None
            return snapshots.opening(foundation, record, known(Course, record["course"]))

    def holdings(self) -> Iterator[tuple[str, Holding]]:
        """The keys that were made for somebody, and for whom."""
        with whole(self.path):
            for key, owner, until in self.database.rows("SELECT key, owner, until FROM holdings ORDER BY rowid"):
                yield key, Holding(owner, None if until is None else float(until))

    def begun(self, _key: str) -> bool:
        """No other process has this one's keys."""
        return False

    def holding(self, key: str) -> None:
        """None: all are told at the start."""

    def newcomer(self, foundation: Foundation, account: Account, saved: Saved, scenario: Scenario) -> Newcomer:
        """The sandbox as it was left; FormError for what this mock cannot go on with."""
        with whole(self.path):
            return newcomer(foundation, account, saved, scenario)

    def keeping_opening(self, foundation: Foundation, opening: Callable[[], Opening]) -> Steps[str | None]:
        """Keep how the mock as a whole stands, if that has changed; why that could not be. Step by step."""
        for key in tuple(self._left_over):
            yield
            if key in self._left_over:
                self.forget(key)
        if self._left_over:
            return f"the state file cannot be written: {len(self._left_over)} keys are still in it that should not be"
        document = yield from self._text.latest(foundation, opening)
        if document == self._opening:
            return None
        try:
            self.database.write("INSERT OR REPLACE INTO mock VALUES (?, ?)", self._own, document)
            self.database.commit()
            self._opening = document
        except sqlite3.Error as error:
            self.database.undo()
            log.error("the state file %s cannot be written: %s", self.path, error)
            return f"the state file cannot be written: {error}"
        return None

    def hold(self, key: str, holding: Holding) -> None:
        """Keep whose a key is, with the next commit."""
        with suppress(sqlite3.Error):  # the commit tells
            self.database.write("INSERT OR REPLACE INTO holdings VALUES (?, ?, ?)", key, holding.owner, holding.until)

    def forget_all(self) -> None:
        """Let go of the mock as a whole, and of whose its keys are."""
        with suppress(sqlite3.Error):
            self.database.write("DELETE FROM mock")
            self.database.write("DELETE FROM holdings")
            self.database.commit()
        self._opening = ""

    def of(self, key: str, course: Callable[[], Course]) -> SandboxRecords:
        """Where the sandbox of that key writes; `course` is how its clock goes."""
        records = SandboxRecords(FilePages(self.database, key), course)
        if key in self._left_over:
            self._left_over.discard(key)
            records.problem = "the state file has another sandbox of this key still"  # so it is written anew, or not
        return records

    def follow(self, world: World, alone: Callable[[World], bool]) -> None:
        """From now on what the world stands in is kept with all that its sandbox writes."""
        follow(world, alone)

    def put_away(self, key: str) -> None:
        """Nobody else would go on with the sandbox, so it is forgotten."""
        self.forget(key)

    def begin_anew(self, key: str | None = None) -> None:
        """Nothing: the file has no sandbox that the mock has not loaded."""

    def forget(self, key: str) -> None:
        """Let go of all that is known of a sandbox."""
        try:
            self.database.clear(key)
            self.database.commit()
            self._left_over.discard(key)
        except sqlite3.Error as error:
            self._left_over.add(key)
            self.database.undo()
            log.error("the state file %s cannot be written: %s", self.path, error)

    def close(self) -> None:
        """Leave everything as it is to be kept."""
        self.database.close()

    def _saved(self) -> Iterator[Saved]:
        with self.database.lock:
            for world in self.database.worlds():
                yield saved(world["key"], world, self.database.rows_of(world["key"]))

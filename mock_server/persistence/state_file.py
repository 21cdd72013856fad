"""The state file: what every sandbox has promised, kept across a crash, in SQLite."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from threading import RLock
from typing import Any

from mock_server.domain.clock import Course
from mock_server.domain.plans import Account
from mock_server.domain.shipments.source import Identity
from mock_server.domain.webhooks.delivery import Attempt, Delivery, State
from mock_server.domain.webhooks.records import Counts, Records, Saved
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.domain.webhooks.watches import Mark, WatchKey
from mock_server.faults.scenarios import Scenario
from mock_server.persistence import snapshots
from mock_server.persistence.snapshots.worlds import standing, stood
from mock_server.world import Foundation, Newcomer, Opening, World
from mock_server.world.owners import Holding

APPLICATION_ID = 0x7466776D  # "tfwm", which tells this file from other applications' (SQLite, PRAGMA application_id)
VERSION = 2

log = logging.getLogger(__name__)

TABLES = """
CREATE TABLE worlds (
  key TEXT PRIMARY KEY, course TEXT, seen REAL, subscriptions INT, deliveries INT, announced INT, standing TEXT
);
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY, key TEXT, tracking_number TEXT, carrier TEXT, url TEXT, events TEXT, secret TEXT,
  created_at REAL
);
CREATE TABLE told (key TEXT, number TEXT, carrier TEXT, instant REAL, place REAL, PRIMARY KEY (key, number, carrier));
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY, key TEXT, event_id TEXT, type TEXT, webhook_id TEXT, tracking_number TEXT, url TEXT,
  created_at REAL, body BLOB, secret TEXT, due REAL, flawed INT, faults TEXT, state TEXT, note TEXT
);
CREATE TABLE attempts (delivery TEXT, number INT, told TEXT, body BLOB, PRIMARY KEY (delivery, number));
CREATE TABLE pins (key TEXT, carrier TEXT, number TEXT, wish TEXT, PRIMARY KEY (key, carrier, number));
CREATE TABLE begun (key TEXT, carrier TEXT, number TEXT, instant REAL, PRIMARY KEY (key, carrier, number));
CREATE TABLE mock (id INT PRIMARY KEY, document TEXT);
CREATE TABLE holdings (key TEXT PRIMARY KEY, owner TEXT, until REAL);
CREATE INDEX webhooks_of ON webhooks (key);
CREATE INDEX deliveries_of ON deliveries (key);
"""
SINCE_1 = """
ALTER TABLE worlds ADD COLUMN standing TEXT;
CREATE TABLE mock (id INT PRIMARY KEY, document TEXT);
CREATE TABLE holdings (key TEXT PRIMARY KEY, owner TEXT, until REAL);
"""
"""What a file of the first version lacks."""
STARTING = ("seed", "scenario", "clock", "time_scale")
"""Settings that say how a mock starts; under others, how the mock as a whole was left is not gone on with."""
KEYED = ("worlds", "webhooks", "told", "deliveries", "pins", "begun")


class StateFile:
    """Every sandbox's records in one file, which one process has at a time."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it; ValueError if it is something else, or another mock has it."""
        self.lock = RLock()
        self._opening = ""  # what was last kept of the mock as a whole
        self.path = path
        self.name = f"state file {path}"
        if path.exists() and not path.is_file():
            raise ValueError(f"the state file {path} cannot be opened: it is no ordinary file; name one")
        try:
            self._connection = connection = sqlite3.connect(path, check_same_thread=False, timeout=0)
            with _told(path):
                connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                connection.execute("PRAGMA journal_mode=WAL")
                # What is committed is the system's, and outlives this process however it ends. A loss of power leaves
                # the file whole, without what the system had not put on the disk; waiting for that at each commit
                # (FULL) would hold up every client for milliseconds.
                connection.execute("PRAGMA synchronous=NORMAL")
                self._prepare(path)
                self._check(path)
        except sqlite3.OperationalError as error:
            raise ValueError(f"the state file {path} cannot be opened: {error}") from None

    def saved(self) -> Iterator[Saved]:
        """Every sandbox that the file knows; ValueError where it does not say what a state file says."""
        with _whole(self.path):
            yield from self._saved()

    def _saved(self) -> Iterator[Saved]:
        with self.lock:
            columns = "key, course, seen, standing, subscriptions, deliveries, announced"
            for key, course, seen, standing, *counts in self._rows(f"SELECT {columns} FROM worlds ORDER BY rowid"):  # noqa: S608 - the names are ours
                yield Saved(
                    key,
                    Course(**json.loads(course)),
                    seen,
                    Counts(*counts),
                    tuple(self._webhooks(key)),
                    {
                        (number, carrier or None): (instant, place)
                        for number, carrier, instant, place in self._rows(
                            "SELECT number, carrier, instant, place FROM told WHERE key = ?", key
                        )
                    },
                    tuple(self._deliveries(key)),
                    tuple(
                        ((carrier, number), json.loads(wish))
                        for carrier, number, wish in self._rows(
                            "SELECT carrier, number, wish FROM pins WHERE key = ?", key
                        )
                    ),
                    tuple(
                        ((carrier, number), instant)
                        for carrier, number, instant in self._rows(
                            "SELECT carrier, number, instant FROM begun WHERE key = ?", key
                        )
                    ),
                    standing,
                )

    def opening(self, foundation: Foundation) -> Opening | None:
        """How the mock as a whole was left; None if it never was, or is started with other settings now.

        FormError for what this mock cannot go on with, ValueError for what is no such record.
        """
        rows = self._rows("SELECT document FROM mock")
        if not rows:
            return None
        with _whole(self.path):
            record = json.loads(rows[0][0])
            if record["settings"] != _settings(foundation):
                log.warning("the %s was left by a mock with other settings; it starts as these say", self.name)
                return None
            return snapshots.opening(foundation, record, Course(**record["course"]))

    def holdings(self) -> Iterator[tuple[str, Holding]]:
        """The keys that were made for somebody, and for whom."""
        for key, owner, until in self._rows("SELECT key, owner, until FROM holdings ORDER BY rowid"):
            yield key, Holding(owner, until)

    def newcomer(self, foundation: Foundation, account: Account, saved: Saved, scenario: Scenario) -> Newcomer:
        """The sandbox as it was left; FormError for what this mock cannot go on with."""
        if saved.standing is None:
            return Newcomer(account, scenario, alone=False, rules=(), counts=(), usage=(), saved=saved)
        with _whole(self.path):
            return stood(foundation, account, json.loads(saved.standing), "", scenario, saved)

    def keep(self, world: World, *, alone: bool) -> None:
        """Keep what the sandbox has granted, its rules and their counts, if that has changed."""
        records = world.webhooks.records
        turn = world.quota.usage(), world.faults.turns
        if isinstance(records, SandboxRecords) and records.turn != turn:
            records.turn = turn
            records.stands(json.dumps(standing(world, alone=alone)))
            world.webhooks.commit()

    def keep_opening(self, foundation: Foundation, opening: Opening) -> None:
        """Keep how the mock as a whole stands, if that has changed."""
        record = {**snapshots.standing(opening), "course": asdict(opening.course), "settings": _settings(foundation)}
        document = json.dumps(record)
        if document == self._opening:
            return
        try:
            self.write("INSERT OR REPLACE INTO mock VALUES (1, ?)", document)
            self.commit()
            self._opening = document
        except sqlite3.Error as error:
            self.undo()
            log.error("the state file %s cannot be written: %s", self.path, error)

    def hold(self, key: str, holding: Holding) -> None:
        """Keep whose a key is, with the next commit."""
        with suppress(sqlite3.Error):  # the commit tells
            self.write("INSERT OR REPLACE INTO holdings VALUES (?, ?, ?)", key, holding.owner, holding.until)

    def forget_all(self) -> None:
        """Let go of the mock as a whole, and of whose its keys are."""
        with suppress(sqlite3.Error):
            self.write("DELETE FROM mock")
            self.write("DELETE FROM holdings")
            self.commit()
        self._opening = ""

    def of(self, key: str, course: Callable[[], Course]) -> "SandboxRecords":
        """Where the sandbox of that key writes; `course` is how its clock goes."""
        return SandboxRecords(self, key, course)

    def forget(self, key: str) -> None:
        """Let go of all that is known of a sandbox."""
        try:
            self.clear(key)
            self.commit()
        except sqlite3.Error as error:
            self.undo()
            log.error("the state file %s cannot be written: %s", self.path, error)

    def clear(self, key: str) -> None:
        """The same as part of what the next commit keeps."""
        with self.lock:
            self.write("DELETE FROM attempts WHERE delivery IN (SELECT id FROM deliveries WHERE key = ?)", key)
            for table in KEYED:
                self.write(f"DELETE FROM {table} WHERE key = ?", key)  # noqa: S608 - the names are ours

    def undo(self) -> None:
        """Let go of what was written since the last commit."""
        with self.lock, suppress(sqlite3.Error):
            self._connection.rollback()

    def write(self, statement: str, *values: object) -> None:
        """Part of what the next commit keeps."""
        with self.lock:
            self._connection.execute(statement, values)

    def commit(self) -> None:
        with self.lock:
            self._connection.commit()

    def close(self) -> None:
        with self.lock:
            try:
                self._connection.commit()
            finally:
                self._connection.close()

    def _prepare(self, path: Path) -> None:
        """Make the tables in a new file; ValueError for a file of another kind."""
        ((application,),) = self._rows("PRAGMA application_id")
        ((version,),) = self._rows("PRAGMA user_version")
        tables = self._rows("SELECT name FROM sqlite_schema")
        if not tables and not application:
            self._connection.executescript(
                f"BEGIN; {TABLES} PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION}; COMMIT;"
            )
        elif (application, version) == (APPLICATION_ID, 1):
            self._connection.executescript(f"BEGIN; {SINCE_1} PRAGMA user_version={VERSION}; COMMIT;")
        elif (application, version) != (APPLICATION_ID, VERSION):
            raise ValueError(f"{path} is another application's database, or another version's; name a new file")

    def _check(self, path: Path) -> None:
        """ValueError for a file of which a part is lost."""
        found = {name for (name,) in self._rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        missing = [name for name in (*KEYED, "attempts", "mock", "holdings") if name not in found]
        if missing:
            raise ValueError(_damaged(path, f"it has no table {missing[0]}"))
        ((said, *_), *_) = self._rows("PRAGMA quick_check(1)")
        if said != "ok":
            raise ValueError(_damaged(path, str(said)))

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()

    def _webhooks(self, key: str) -> Iterator[Subscription]:
        for row in self._rows("SELECT * FROM webhooks WHERE key = ? ORDER BY rowid", key):
            webhook_id, _, number, carrier, url, events, secret, created_at = row
            yield Subscription(webhook_id, number, carrier, url, tuple(json.loads(events)), secret, created_at)

    def _deliveries(self, key: str) -> Iterator[Delivery]:
        attempts: dict[str, list[Attempt]] = {}
        for delivery_id, told, body in self._rows(
            "SELECT delivery, told, attempts.body FROM attempts JOIN deliveries ON delivery = id WHERE key = ?"
            " ORDER BY delivery, number",
            key,
        ):
            attempts.setdefault(delivery_id, []).append(Attempt(**json.loads(told), answer_body=body))
        for row in self._rows("SELECT * FROM deliveries WHERE key = ? ORDER BY rowid", key):
            delivery_id, _, event_id, kind, webhook_id, number, url, created_at, body, secret, due, *rest = row
            flawed, faults, state, note = rest
            yield Delivery(
                id=delivery_id,
                event_id=event_id,
                type=kind,
                webhook_id=webhook_id,
                tracking_number=number,
                url=url,
                created_at=created_at,
                body=body,
                secret=secret,
                due=due,
                flawed=bool(flawed),
                faults=tuple(json.loads(faults)),
                state=State(state),
                note=note,
                attempts=tuple(attempts.get(delivery_id, ())),
            )


class SandboxRecords(Records):
    """One sandbox's records in the file."""

    def __init__(self, file: StateFile, key: str, course: Callable[[], Course]) -> None:
        self._file = file
        self._key = key
        self._course = course
        self._dirty = False
        self.problem: str | None = None
        self.whole: Callable[[], Saved] | None = None
        self._renewing = False
        self._standing: str | None = None
        self.turn: object = None
        """What the sandbox stood in when it was last kept."""
        self._told = False  # whether the log has the problem

    def subscribed(self, subscription: Subscription) -> None:
        self._write(
            "INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            subscription.webhook_id,
            self._key,
            subscription.tracking_number,
            subscription.carrier,
            subscription.url,
            json.dumps(subscription.events),
            subscription.secret,
            subscription.created_at,
        )

    def unsubscribed(self, webhook_id: str) -> None:
        self._write("DELETE FROM webhooks WHERE id = ?", webhook_id)

    def told(self, place: WatchKey, mark: Mark) -> None:
        number, carrier = place
        self._write("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?)", self._key, number, carrier or "", *mark)

    def delivery(self, delivery: Delivery) -> None:
        self._write(
            "INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET due = excluded.due, state = excluded.state, note = excluded.note",
            delivery.id,
            self._key,
            delivery.event_id,
            delivery.type,
            delivery.webhook_id,
            delivery.tracking_number,
            delivery.url,
            delivery.created_at,
            delivery.body,
            delivery.secret,
            delivery.due,
            delivery.flawed,
            json.dumps(delivery.faults),
            delivery.state,
            delivery.note,
        )

    def attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        told = asdict(attempt)
        body = told.pop("answer_body")
        self._write(
            "INSERT INTO attempts VALUES (?, ?, ?, ?)", delivery.id, len(delivery.attempts), json.dumps(told), body
        )

    def forgotten(self, delivery_id: str) -> None:
        self._write("DELETE FROM attempts WHERE delivery = ?", delivery_id)
        self._write("DELETE FROM deliveries WHERE id = ?", delivery_id)

    def pinned(self, identity: Identity, wish: dict[str, Any] | None) -> None:
        if wish is None:
            self._write("DELETE FROM pins WHERE key = ? AND carrier = ? AND number = ?", self._key, *identity)
        else:
            self._write("INSERT OR REPLACE INTO pins VALUES (?, ?, ?, ?)", self._key, *identity, json.dumps(wish))

    def began(self, identity: Identity, instant: float) -> None:
        self._write("INSERT OR REPLACE INTO begun VALUES (?, ?, ?, ?)", self._key, *identity, instant)

    def commit(self, seen: float, counts: Counts) -> None:
        """Keep what was written; where it could not be, everything anew, until that works."""
        if not self._dirty:
            return
        if self.problem and self.whole and not self._renewing:
            self._renew(self.whole())
            return
        self._finish(seen, counts)

    def _renew(self, saved: Saved) -> None:
        """Write all there is of the sandbox anew."""
        self.problem = None
        try:
            self._file.clear(self._key)
        except sqlite3.Error as error:
            self._fail(error)
            return
        self._renewing = True
        saved.enter(self)
        self._renewing = False

    def _finish(self, seen: float, counts: Counts) -> None:
        self._write(
            "INSERT INTO worlds VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET course = excluded.course,"
            " seen = excluded.seen, subscriptions = excluded.subscriptions, deliveries = excluded.deliveries,"
            " announced = excluded.announced, standing = coalesce(excluded.standing, standing)",
            self._key,
            json.dumps(asdict(self._course())),
            seen,
            counts.subscriptions,
            counts.deliveries,
            counts.announced,
            self._standing,
        )
        if self.problem:
            return
        try:
            self._file.commit()
        except sqlite3.Error as error:
            self._fail(error)
        else:
            self._dirty = self._told = False

    def stands(self, standing: str) -> None:
        """What the sandbox stands in; kept with the next commit."""
        self._standing, self._dirty = standing, True

    def moved(self) -> None:
        """The sandbox's clock takes another course; kept with the next commit."""
        self._dirty = True

    def _write(self, statement: str, *values: object) -> None:
        self._dirty = True
        if self.problem:  # the commit writes everything anew
            return
        try:
            self._file.write(statement, *values)
        except sqlite3.Error as error:
            self._fail(error)

    def _fail(self, error: sqlite3.Error) -> None:
        """The file is behind what the sandbox knows; whoever must be sure looks at `problem`."""
        self._file.undo()
        if not self._told:
            log.error("the state file %s cannot be written: %s", self._file.path, error)
        self._told = True
        self.problem = f"the state file cannot be written: {error}"


def _settings(foundation: Foundation) -> dict[str, Any]:
    return {name: getattr(foundation.settings, name) for name in STARTING}


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """ValueError for whatever is not as this program has written it."""
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(_damaged(path, f"{type(error).__name__}: {error}")) from None


def _damaged(path: Path, why: str) -> str:
    return f"the state file {path} is damaged: {why}; name a new one, or put back a copy"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What is wrong with the file, in words."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise ValueError(f"another mock has the state file {path}; give each its own") from None
        raise
    except sqlite3.DatabaseError as error:
        if "malformed" in str(error):
            raise ValueError(_damaged(path, str(error))) from None
        raise ValueError(f"{path} is no state file; name a new one") from None

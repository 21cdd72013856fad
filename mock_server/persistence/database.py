"""The state file as SQLite has it: its tables, what is written and kept, and what is wrong with a damaged one."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

APPLICATION_ID = 0x7466776D  # "tfwm", which tells this file from other applications' (SQLite, PRAGMA application_id)
VERSION = 3
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
  created_at REAL, body BLOB, secret TEXT, due REAL, flawed INT, faults TEXT, state TEXT, note TEXT,
  media_type TEXT
);
CREATE TABLE attempts (delivery TEXT, number INT, told TEXT, body BLOB, PRIMARY KEY (delivery, number));
CREATE TABLE pins (key TEXT, carrier TEXT, number TEXT, wish TEXT, PRIMARY KEY (key, carrier, number));
CREATE TABLE begun (key TEXT, carrier TEXT, number TEXT, instant REAL, PRIMARY KEY (key, carrier, number));
CREATE INDEX webhooks_of ON webhooks (key);
CREATE INDEX deliveries_of ON deliveries (key);
"""
OF_THE_MOCK = """
CREATE TABLE mock (id INT PRIMARY KEY, document TEXT);
CREATE TABLE holdings (key TEXT PRIMARY KEY, owner TEXT, until REAL);
"""
SINCE_2 = "ALTER TABLE deliveries ADD COLUMN media_type TEXT;"
SINCE_1 = f"ALTER TABLE worlds ADD COLUMN standing TEXT; {OF_THE_MOCK} {SINCE_2}"
LACKING = {1: SINCE_1, 2: SINCE_2}
"""What a file of an earlier version lacks."""
KEYED = ("worlds", "webhooks", "told", "deliveries", "pins", "begun")


OPENED = 2.0  # seconds for other processes of the same mock to let the file be opened
WRITTEN = 10_000  # milliseconds for them to write


class Database:
    """One file, which one process has at a time."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        """Opens the file, or makes it; ValueError if it is something else, or another mock has it."""
        self.lock = RLock()
        self.path = path
        if path.exists() and not path.is_file():
            raise ValueError(f"the state file {path} cannot be opened: it is no ordinary file; name one")
        with ExitStack() as refused:
            try:
                patience = OPENED if shared else 0
                self._connection = connection = sqlite3.connect(path, check_same_thread=False, timeout=patience)
                refused.callback(connection.close)
                with _told(path):
                    if not shared:
                        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                    connection.execute("PRAGMA journal_mode=WAL")
                    # What is committed is the system's, and outlives this process however it ends. A loss of power
                    # leaves the file whole, without what the system had not put on the disk; waiting for that at each
                    # commit (FULL) would hold up every client for milliseconds.
                    connection.execute("PRAGMA synchronous=NORMAL")
                    self._prepare(path)
                    self._check(path)
                    if shared:
                        connection.execute(f"PRAGMA busy_timeout={WRITTEN}")
            except sqlite3.OperationalError as error:
                raise ValueError(f"the state file {path} cannot be opened: {error}") from None
            refused.pop_all()

    def clear(self, key: str) -> None:
        """Let go of all that is known of a sandbox, as part of what the next commit keeps."""
        with self.lock:
            self.write("DELETE FROM attempts WHERE delivery IN (SELECT id FROM deliveries WHERE key = ?)", key)
            for table in KEYED:
                self.delete(table, {"key": key})

    def upsert(self, table: str, ids: Sequence[str], row: Mapping[str, Any]) -> None:
        """The row, or its columns where there is one of that id; it keeps its place in the order of writing."""
        names, slots = ", ".join(row), ", ".join("?" * len(row))
        changes = ", ".join(f"{name} = excluded.{name}" for name in row)
        statement = (
            f"INSERT INTO {table} ({names}) VALUES ({slots})"  # noqa: S608 - the names are ours
            f" ON CONFLICT ({', '.join(ids)}) DO UPDATE SET {changes}"
        )
        self.write(statement, *row.values())

    def delete(self, table: str, place: Mapping[str, Any]) -> None:
        """The rows that have these values."""
        where = " AND ".join(f"{name} = ?" for name in place)
        self.write(f"DELETE FROM {table} WHERE {where}", *place.values())  # noqa: S608 - the names are ours

    def rows_of(self, key: str) -> dict[str, list[dict[str, Any]]]:
        """All rows of one sandbox by their tables, in the order in which they were first written."""
        tables = [table for table in KEYED if table != "worlds"]
        with self.lock:
            rows = {table: self._dicts(f"SELECT * FROM {table} WHERE key = ? ORDER BY rowid", key) for table in tables}  # noqa: S608 - the names are ours
            joined = "SELECT attempts.* FROM attempts JOIN deliveries ON delivery = id WHERE key = ?"
            return {**rows, "attempts": self._dicts(joined, key)}

    def worlds(self, key: str | None = None) -> list[dict[str, Any]]:
        """What is known of each sandbox as a whole, or of one."""
        with self.lock:
            if key is None:
                return self._dicts("SELECT * FROM worlds ORDER BY rowid")
            return self._dicts("SELECT * FROM worlds WHERE key = ?", key)

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
        ((application,),) = self.rows("PRAGMA application_id")
        ((version,),) = self.rows("PRAGMA user_version")
        tables = self.rows("SELECT name FROM sqlite_schema")
        marks = f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION};"
        if not tables and not application:
            self._connection.executescript(f"BEGIN; {TABLES} {OF_THE_MOCK} {marks} COMMIT;")
        elif application == APPLICATION_ID and version in LACKING:
            self._connection.executescript(f"BEGIN; {LACKING[version]} {marks} COMMIT;")
        elif (application, version) != (APPLICATION_ID, VERSION):
            raise ValueError(f"{path} is another application's database, or another version's; name a new file")

    def _check(self, path: Path) -> None:
        """ValueError for a file of which a part is lost."""
        found = {name for (name,) in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        missing = [name for name in (*KEYED, "attempts", "mock", "holdings") if name not in found]
        if missing:
            raise ValueError(damaged(path, f"it has no table {missing[0]}"))
        ((said, *_), *_) = self.rows("PRAGMA quick_check(1)")
        if said != "ok":
            raise ValueError(damaged(path, str(said)))

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()

    def _dicts(self, statement: str, *values: object) -> list[dict[str, Any]]:
        cursor = self._connection.execute(statement, values)
        names = [name for name, *_ in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


class SharedDatabase(Database):
    """One file, which several processes of one mock have; each writes when it commits, and holds nobody up before."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, shared=True)
        self._waiting: list[tuple[str, tuple[object, ...]]] = []

    def write(self, statement: str, *values: object) -> None:
        with self.lock:
            self._waiting.append((statement, values))

    def commit(self) -> None:
        with self.lock:
            if not self._waiting:
                return
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                for statement, values in self._waiting:
                    self._connection.execute(statement, values)
            self._waiting.clear()

    def undo(self) -> None:
        with self.lock:
            self._waiting.clear()
        super().undo()

    def close(self) -> None:
        self.commit()
        super().close()


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """ValueError for whatever is not as this program has written it."""
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(damaged(path, f"{type(error).__name__}: {error}")) from None


def damaged(path: Path, why: str) -> str:
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
            raise ValueError(damaged(path, str(error))) from None
        raise ValueError(f"{path} is no state file; name a new one") from None

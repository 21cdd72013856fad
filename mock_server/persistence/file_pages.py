"""One sandbox's pages in the state file."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from mock_server.persistence.database import Database
from mock_server.persistence.pages import IDS, NotKeptError, Row

SHARED_IDS = frozenset({"webhooks", "deliveries"})
"""Tables in which no two sandboxes have rows of the same id."""


class FilePages:
    """The rows of one key, in the file's tables."""

    kind = "state file"
    passing = False

    def __init__(self, database: Database, key: str) -> None:
        self._database = database
        self._key = key
        self.name = f"state file {database.path}"

    def put(self, table: str, row: Row) -> None:
        with _told():
            if table == "attempts":
                self._database.upsert(table, IDS[table], row)
            else:
                ids = IDS[table] if table in SHARED_IDS else ("key", *IDS[table])
                self._database.upsert(table, ids, {"key": self._key, **row})

    def drop(self, table: str, *place: object) -> None:
        found = dict(zip(IDS[table], place, strict=False))
        with _told():
            self._database.delete(table, found if table == "attempts" else {"key": self._key, **found})

    def world(self, row: Row) -> None:
        with _told():
            self._database.upsert("worlds", ("key",), {"key": self._key, **row})

    def clear(self) -> None:
        with _told():
            self._database.clear(self._key)

    def commit(self) -> None:
        with _told():
            self._database.commit()

    def undo(self) -> None:
        self._database.undo()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise NotKeptError(str(error)) from None

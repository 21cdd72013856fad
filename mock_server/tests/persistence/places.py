"""The stores that the same tests are about: a state file, and a database of Valkey."""

import sqlite3
from pathlib import Path
from typing import Any, Protocol

from mock_server.domain.webhooks.records import Saved
from mock_server.persistence.reading import saved
from mock_server.persistence.shared.shared_pages import rows_of_sandbox
from mock_server.persistence.state_file import StateFile
from mock_server.tests.valkeys import asked, rows_of, store_at
from mock_server.world.store import Store


class StatePlace(Protocol):
    """Where a mock keeps what it has promised."""

    def open(self) -> Store:
        """The store as a mock opens it that starts here."""

    def settings(self) -> dict[str, Any]:
        """The settings of a mock that keeps all here."""

    def kept(self, key: str) -> Saved:
        """What another process would find, were this one gone without a word."""

    def attempts(self, key: str) -> int:
        """How many attempts are kept."""

    def written(self) -> int:
        """A number that grows with everything that is written."""

    def crash(self) -> "StatePlace":
        """Where the next process finds what one that was killed has left."""


class FilePlace:
    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> Store:
        return StateFile(self.path)

    def settings(self) -> dict[str, Any]:
        return {"state": str(self.path)}

    def kept(self, key: str) -> Saved:
        file = StateFile(copied(self.path))
        found = file.load(key)
        file.close()
        assert found is not None
        return found

    def attempts(self, key: str) -> int:
        ((count,),) = sqlite3.connect(copied(self.path)).execute("SELECT count(*) FROM attempts").fetchall()
        return int(count)

    def written(self) -> int:
        return self.path.with_name(f"{self.path.name}-wal").stat().st_size

    def crash(self) -> "FilePlace":
        left, path = copied(self.path), self.path.with_name(f"again-{self.path.name}")
        for suffix in ("", "-wal"):
            part = left.with_name(left.name + suffix)
            if part.exists():
                part.rename(path.with_name(path.name + suffix))
        return FilePlace(path)


class ValkeyPlace:
    def __init__(self, url: str) -> None:
        self.url = url

    def open(self) -> Store:
        return store_at(self.url)

    def settings(self) -> dict[str, Any]:
        return {"store": self.url}

    def kept(self, key: str) -> Saved:
        store = store_at(self.url)
        world, rows = rows_of_sandbox(rows_of(store, key))
        store.close()
        return saved(key, world, rows)

    def attempts(self, key: str) -> int:
        return sum(name.startswith("attempts") for name in rows_of(store_at(self.url), key))

    def written(self) -> int:
        return int(asked(self.url, "INFO", "commandstats")["cmdstat_hset"]["calls"])

    def crash(self) -> "ValkeyPlace":
        return self


def copied(path: Path) -> Path:
    """The file as a crash leaves it: the database and its log, whatever the process still has in its hands."""
    other = path.with_name("crashed.db")
    for suffix in ("", "-wal"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            other.with_name(other.name + suffix).write_bytes(part.read_bytes())
    return other

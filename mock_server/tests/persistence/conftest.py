import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mock_server.persistence.shared import link
from mock_server.tests.persistence.places import FilePlace, StatePlace, ValkeyPlace
from mock_server.tests.valkeys import PATIENCE, asked
from mock_server.tests.valkeys import running as valkey_running
from mock_server.tests.web.control.conftest import admin, base, running

__all__ = ["admin", "base", "running"]


@pytest.fixture(autouse=True)
def _mocks_that_were_killed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tests leave state files as a process does that is killed; they are closed afterwards, or Python would tell."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noted(*args: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*args, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", noted)
    yield
    for connection in opened:
        connection.close()


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """A server for all tests of this process."""
    with valkey_running() as url:
        yield url


@pytest.fixture
def store_url(valkey: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that has nothing; whoever opens it has patience."""
    monkeypatch.setattr(link, "Link", partial(link.Link, patience=PATIENCE))
    asked(valkey, "FLUSHDB")
    return valkey


@pytest.fixture(params=["state file", "valkey"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StatePlace:
    """Each store in turn."""
    if request.param == "valkey":
        return ValkeyPlace(request.getfixturevalue("store_url"))
    return FilePlace(tmp_path / "state.db")

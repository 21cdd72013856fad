"""The state file as a file: one process at a time, nobody else's, whole when it is cut short."""

import sqlite3
from pathlib import Path

import pytest

from mock_server.domain.clock import ManualClock, SandboxClock
from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.steps import finished
from mock_server.persistence.state_file import StateFile
from mock_server.settings import Settings
from mock_server.tests.domain.webhooks.webhook_sandbox import WebhookSandbox
from mock_server.tests.persistence.places import FilePlace, copied
from mock_server.tests.persistence.stores import recording, worlds
from mock_server.world import Foundation, Worlds, keeping, steering


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def test_two_mocks_do_not_share_a_file(path: Path) -> None:
    file = StateFile(path)
    with pytest.raises(ValueError, match="another mock has the state file"):
        StateFile(path)
    file.close()
    StateFile(path).close()


def test_a_file_of_another_kind_is_left_alone(path: Path) -> None:
    content = b"not a database, but long enough to be one" * 40
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is no state file"):
        StateFile(path)
    assert path.read_bytes() == content


def test_another_application_s_database_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(ValueError, match="another application's database"):
        StateFile(path)


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_an_earlier_version_gets_what_it_lacks(path: Path, version: int) -> None:
    subscription = recording(FilePlace(path)).subscribe()
    old = copied(path)
    with sqlite3.connect(old) as earlier:
        earlier.execute("ALTER TABLE deliveries DROP COLUMN media_type")
        if version == 1:
            earlier.executescript("ALTER TABLE worlds DROP COLUMN standing; DROP TABLE mock; DROP TABLE holdings;")
        earlier.execute(f"PRAGMA user_version={version}")
    earlier.close()
    file = StateFile(old)
    (saved,) = file.saved()
    file.close()
    assert list(saved.webhooks) == [subscription]
    assert sqlite3.connect(old).execute("SELECT media_type FROM deliveries").fetchall() == []


def test_what_is_kept_of_the_mock_is_how_it_stands_when_that_is_written(path: Path, clock: ManualClock) -> None:
    mock = Worlds(Foundation(Settings(), clock), StateFile(path))
    number = mock.foundation.recognise("1Z999AA10123456784", "ups")
    finished(steering.pinning(mock, Pin(number, {"status": "in_transit"})))
    slow = keeping.keeping(mock)
    next(slow)
    mock.reset()
    assert keeping.keep(mock) is None
    assert finished(slow) is None
    assert Worlds(Foundation(Settings(), clock), StateFile(copied(path))).pins.all() == ()


def test_a_place_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be opened"):
        StateFile(tmp_path / "nowhere" / "state.db")


def test_a_commit_without_a_change_writes_nothing(path: Path) -> None:
    sandbox = recording(FilePlace(path))
    sandbox.subscribe()
    size = path.with_name(path.name + "-wal").stat().st_size
    for _ in range(10):
        sandbox.webhooks.commit()
    assert path.with_name(path.name + "-wal").stat().st_size == size


def test_a_file_survives_being_cut_short(path: Path) -> None:
    """A torn tail of the log is as if the last commits had not been."""
    sandbox = recording(FilePlace(path))
    subscriptions = [sandbox.subscribe() for _ in range(20)]
    crashed = copied(path)
    log = crashed.with_name(crashed.name + "-wal")
    whole = log.read_bytes()
    for length in range(len(whole), 0, -1021):
        for name in ("", "-wal", "-shm"):
            crashed.with_name(crashed.name + name).unlink(missing_ok=True)
        crashed.write_bytes(path.read_bytes())
        log.write_bytes(whole[:length])
        file = StateFile(crashed)
        found = [each for saved in file.saved() for each in saved.webhooks]
        file.close()
        assert found == subscriptions[: len(found)]


def test_a_key_that_is_none_any_more_is_left_in_the_file(
    path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    file = StateFile(path)
    pages = file.of("tf_test_gone_a", lambda: SandboxClock(clock).course)
    sandbox = WebhookSandbox(records=pages)
    sandbox.subscribe()
    file.close()
    assert worlds(FilePlace(path), clock).all() == ()
    assert "it is no key any more" in caplog.text

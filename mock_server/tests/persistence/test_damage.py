"""State files and snapshots that say what no mock has written: told in words, and nothing of them is in force."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contract_tests.contract.files import DocumentError
from mock_server.capsules.form import load as capsule_of
from mock_server.certificates.authority import CertificateError
from mock_server.certificates.serving import context_of_files
from mock_server.contract.errors import ApiError
from mock_server.contract.forms import FormError
from mock_server.domain.clock import ManualClock
from mock_server.domain.steps import finished
from mock_server.persistence import snapshots
from mock_server.persistence.state_file import StateFile
from mock_server.settings import Settings
from mock_server.world import Foundation, Worlds, keeping, steering

KEY = "tf_test_free_a"
LIFE = "1ZTFTEST0300000111"
HOUR = 3600
FOUNDATION = Foundation(Settings())


def busy(clock: ManualClock, path: Path | None = None) -> Worlds:
    """A mock with a webhook, a pinned shipment, a whole life that has begun, and deliveries."""
    worlds = Worlds(Foundation(Settings(), clock), StateFile(path) if path else None)
    world = worlds.of(KEY)
    world.webhooks.subscribe(LIFE, "ups", "http://127.0.0.1:9/hooks", ("all",))
    number = worlds.foundation.recognise("1Z204E380338943508", "ups")
    finished(steering.happening(worlds, number, {"type": "exception"}, world))
    steering.move_clock(worlds, lambda course, base: course.advance(base, 3 * HOUR), world)
    while world.webhooks.collect(16):
        pass
    return worlds


@pytest.fixture
def path(tmp_path: Path, clock: ManualClock) -> Path:
    path = tmp_path / "state.db"
    worlds = busy(clock, path)
    assert worlds.state
    worlds.state.close()
    return path


def start(path: Path) -> None:
    file = StateFile(path)
    try:
        Worlds(FOUNDATION, file)
    finally:
        file.close()


def changed(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_state_file_as_it_was_written_is_gone_on_with(path: Path) -> None:
    start(path)


ATTEMPT = json.dumps({"at": 2e9, "real": 1.0, "seconds": 1.0, "headers": {}, "status": 99})


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("DROP TABLE told", "has no table told"),
        ("DROP TABLE attempts", "has no table attempts"),
        ("DROP TABLE worlds", "has no table worlds"),
        ("UPDATE pins SET carrier = 'nobody'", "'nobody' is not a carrier code"),
        ("UPDATE pins SET number = '1'", "/shipments/0"),
        ("UPDATE pins SET wish = '[1]'", "/shipments/0"),
        ("UPDATE pins SET wish = '{'", "is damaged"),
        ("UPDATE begun SET carrier = 'nobody'", "/first_seen/0"),
        ("UPDATE begun SET number = 'x'", "/first_seen/0"),
        ("UPDATE begun SET instant = 'soon'", "/first_seen/0"),
        ("UPDATE webhooks SET url = 'ftp://127.0.0.1/'", "/webhooks/subscriptions/0"),
        ("UPDATE webhooks SET url = 'http://127.0.0.1/' || char(10)", "/webhooks/subscriptions/0"),
        ("UPDATE webhooks SET url = NULL", "/webhooks/subscriptions/0"),
        ("UPDATE webhooks SET events = '[\"lost\"]'", "/webhooks/subscriptions/0"),
        ("UPDATE webhooks SET events = '{'", "is damaged"),
        ("UPDATE webhooks SET carrier = 'nobody'", "'nobody' is not a carrier code"),
        ("UPDATE webhooks SET tracking_number = '1Z'", "/webhooks/subscriptions/0"),
        ("UPDATE webhooks SET secret = NULL", "secret None is not a text"),
        ("UPDATE webhooks SET created_at = 1e300", "created_at 1e+300 is no instant"),
        ("UPDATE worlds SET seen = 'x'", "seen 'x' is no number"),
        ("UPDATE worlds SET announced = 'many'", "announced 'many' is no number"),
        ("UPDATE worlds SET subscriptions = -1", "subscriptions -1 is no number"),
        ("UPDATE worlds SET deliveries = 9e99", "deliveries 9e+99 is no number"),
        ("UPDATE worlds SET key = x'00ff'", "is not a text"),
        ("UPDATE told SET instant = 'soon'", "/webhooks/told/0"),
        ("UPDATE told SET carrier = 'nobody'", "/webhooks/told/0"),
        ("UPDATE deliveries SET url = 'gopher://x/'", "/deliveries/list/0"),
        ("UPDATE deliveries SET event_id = 'a' || char(13) || char(10) || 'X: 1'", "event_id"),
        ("UPDATE deliveries SET event_id = 'evt_' || char(1633)", "event_id"),
        ("UPDATE deliveries SET media_type = 'a/b' || char(13) || char(10) || 'X: y'", "media_type"),
        (f"INSERT INTO attempts SELECT id, 1, '{ATTEMPT}', x'' FROM deliveries", "status 99 of an attempt"),
        ("UPDATE deliveries SET body = NULL", "body is not made of bytes"),
        ("UPDATE deliveries SET state = 'lost'", "is damaged"),
        ("UPDATE deliveries SET due = 1e300", "due 1e+300 is no instant"),
        ("UPDATE deliveries SET faults = '[\"a\\nb\"]'", "faults"),
        ("UPDATE worlds SET course = '{}'", "is damaged"),
        ("UPDATE worlds SET course = NULL", "is damaged"),
        ('UPDATE worlds SET course = \'{"origin": 1e300, "since": 0}\'', "/clock"),
    ],
)
def test_a_state_file_that_no_mock_has_written_is_refused_by_its_name(
    path: Path, statement: str, complaint: str
) -> None:
    changed(path, statement)
    with pytest.raises(ValueError, match=r"state\.db") as caught:
        start(path)
    assert complaint in str(caught.value)
    assert "name a new" in str(caught.value)


@pytest.mark.parametrize("page", [1, 2, 3, 5, 8])
def test_a_state_file_with_a_page_of_nothing_is_refused_by_its_name(path: Path, page: int) -> None:
    content = bytearray(path.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = bytes(4096)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"state\.db"):
        start(path)


def test_a_state_file_cut_short_is_refused_by_its_name(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(ValueError, match=r"state\.db"):
        start(path)


def test_a_webhook_that_cannot_be_kept_is_refused_and_is_none(clock: ManualClock, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    worlds = busy(clock, path)
    file, world = worlds.state, worlds.of(KEY)
    assert isinstance(file, StateFile)
    (first,) = world.webhooks.subscriptions.all()
    room(file, 1)
    refused, told = 0, set()
    for number in range(200):
        try:
            world.webhooks.subscribe(LIFE, "ups", f"http://127.0.0.1:9/{'x' * 500}{number}", ("all",))
        except ApiError as error:
            refused += 1
            told.add((error.code, error.detail))
    full = "the state file cannot be written: database or disk is full; nothing has changed"
    assert told == {("internal_error", full)}
    assert 0 < refused < 200
    assert len(world.webhooks.subscriptions) == 201 - refused
    with suppress(ApiError):  # what goes may make room for what is written of it
        world.webhooks.unsubscribe(first.webhook_id)
    steering.move_clock(
        worlds, lambda course, base: course.advance(base, 40 * HOUR), world
    )  # its deliveries cannot be kept
    while world.webhooks.collect(16):
        pass
    room(file, 100_000)
    world.webhooks.subscribe(LIFE, "ups", "http://127.0.0.1:9/last", ("all",))
    made = {each.id for each in world.webhooks.queue.all()}
    kept = {each.webhook_id for each in world.webhooks.subscriptions.all()}
    file.close()
    (saved,) = StateFile(path).saved()
    assert {each.webhook_id for each in saved.webhooks} == kept
    assert {each.id for each in saved.deliveries} == made


def test_what_a_full_disk_still_has_of_a_sandbox_that_was_let_go_of_is_told_and_goes_with_the_next_call(
    clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.db"
    file = StateFile(path)
    worlds = Worlds(Foundation(Settings(), clock), file)
    for key in ("tf_test_free_a", "tf_test_free_b"):
        worlds.of(key).webhooks.subscribe(LIFE, "ups", "http://127.0.0.1:9/", ("all",))

    def full(_: str) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(file.database, "clear", full)
        worlds.reset()
        assert "2 keys are still in it" in str(keeping.keep(worlds))
        assert not worlds.of("tf_test_free_a").webhooks.subscriptions.all()
    assert keeping.keep(worlds) is None
    assert not worlds.of("tf_test_free_b").webhooks.subscriptions.all()
    worlds.of("tf_test_free_a").webhooks.subscribe(LIFE, "ups", "http://127.0.0.1:9/new", ("all",))
    file.close()
    assert [each.url for saved in StateFile(path).saved() for each in saved.webhooks] == ["http://127.0.0.1:9/new"]


def room(file: StateFile, pages: int) -> None:
    """Let the file grow to so many pages and no more; it has more than one already, and then not at all."""
    file.database.write(f"PRAGMA max_page_count = {pages}")


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda world: hook(world).update(url="ftp://127.0.0.1/"), "/webhooks/subscriptions/0"),
        (lambda world: hook(world).update(url="http://127.0.0.1/\n"), "/webhooks/subscriptions/0"),
        (lambda world: hook(world).update(url="http://example.com/"), "/webhooks/subscriptions/0"),
        (lambda world: hook(world).update(events=["lost"]), "/webhooks/subscriptions/0"),
        (lambda world: hook(world).update(webhook_id="wh_1\r\nX: 1"), "/webhooks/subscriptions/0"),
        (lambda world: hook(world).update(secret="s\n"), "/webhooks/subscriptions/0"),
        (lambda world: hook(world).update(carrier="nobody"), "/webhooks/subscriptions/0"),
        (lambda world: hook(world).update(tracking_number="!"), "/webhooks/subscriptions/0"),
        (lambda world: world["webhooks"]["subscriptions"].append(hook(world)), "/webhooks/subscriptions/1"),
        (lambda world: sent(world).update(event_id="evt\r\nX-Admin: 1"), "/deliveries/list/0"),
        (lambda world: sent(world).update(event_id="evt_\u0661"), "/deliveries/list/0"),
        (lambda world: sent(world).update(id="dlv\n"), "/deliveries/list/0"),
        (lambda world: sent(world).update(url="file:///etc/passwd", state="pending"), "/deliveries/list/0"),
        (lambda world: sent(world).update(faults=["a\x00"]), "/deliveries/list/0"),
        (lambda world: sent(world).update(due=None, state="pending"), "/deliveries/list/0"),
        (lambda world: world["shipments"][0].update(carrier="nobody"), "/shipments/0"),
    ],
)
def test_a_snapshot_that_no_client_could_have_brought_about_is_refused_with_its_place(
    clock: ManualClock, change: Change, pointer: str
) -> None:
    worlds = busy(clock)
    value = json.loads(json.dumps(snapshots.take(worlds)))
    snapshots.restore(worlds, value)
    before = snapshots.take(worlds)
    change(value["worlds"][0])
    with pytest.raises(FormError) as caught:
        snapshots.restore(worlds, value)
    assert caught.value.flaw.pointer.startswith(f"/worlds/0{pointer}")
    assert snapshots.take(worlds) == before


def hook(world: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = world["webhooks"]["subscriptions"][0]
    return found


def sent(world: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = world["deliveries"]["list"][0]
    return found


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"worlds": ['])
@pytest.mark.parametrize("depth", [101, 900, 100_000])
def test_a_file_that_is_nested_deeply_is_refused_by_its_name(tmp_path: Path, opening: str, depth: int) -> None:
    file = tmp_path / "deep.json"
    ending = opening[::-1].translate(str.maketrans("[{", "]}", '":adelorsw '))
    file.write_text(opening * depth + "1" + ending * depth)
    with pytest.raises(DocumentError, match=r"deep\.json: is nested too deeply"):
        snapshots.load(Worlds(FOUNDATION), file)


def test_a_device_that_never_ends_is_refused_by_its_name() -> None:
    with pytest.raises(DocumentError, match=r"/dev/zero: is longer than 64 MB"):
        snapshots.load(Worlds(FOUNDATION), Path("/dev/zero"))
    with pytest.raises(ValueError, match="/dev/zero"):
        StateFile(Path("/dev/zero"))
    with pytest.raises(CertificateError, match="/dev/zero: is no ordinary file"):
        context_of_files(Path("/dev/zero"), None)
    with pytest.raises(DocumentError, match=r"/dev/zero: is longer than 64 MB"):
        capsule_of(Path("/dev/zero"))

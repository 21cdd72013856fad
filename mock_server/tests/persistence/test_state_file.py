"""The state file: what is committed is there for the next process, whole."""

import sqlite3
from pathlib import Path

import pytest

from mock_server.domain.clock import ManualClock, SandboxClock
from mock_server.domain.webhooks.delivery import State
from mock_server.domain.webhooks.records import Saved
from mock_server.persistence.state_file import StateFile
from mock_server.settings import Settings
from mock_server.tests.domain.webhooks.correspondence import HOUR, START, Office, Spoilt, event
from mock_server.world import Foundation, Worlds, steering

KEY = "tf_test_free_a"
LIFE = [event(START + hours * HOUR) for hours in (1, 2, 3)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def kept(path: Path, office: Office) -> Saved:
    """What another process finds in the file, once this one is gone without a word."""
    office_file = office.records
    assert office_file is not None
    file = StateFile(copied(path))
    (saved,) = file.saved()
    file.close()
    return saved


def copied(path: Path) -> Path:
    """The file as a crash leaves it: the database and its log, whatever the process still has in its hands."""
    other = path.with_name("crashed.db")
    for suffix in ("", "-wal"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            other.with_name(other.name + suffix).write_bytes(part.read_bytes())
    return other


def recording(path: Path, *handlings: Spoilt) -> Office:
    office = Office(LIFE, handlings)
    pages = StateFile(path).of(KEY, lambda: office.clock.course)
    office.records = pages
    office.webhooks = office.room(pages)
    return office


def resumed(saved: Saved, office: Office) -> Office:
    again = Office(LIFE, base=office.base)
    again.clock.change(lambda *_: saved.course)
    again.webhooks.restore(saved)
    return again


def test_a_webhook_is_there_as_soon_as_it_is_made_and_gone_as_soon_as_it_is_deleted(path: Path) -> None:
    office = recording(path)
    first, second = office.subscribe("delivered", "exception"), office.subscribe()
    assert kept(path, office).webhooks == (first, second)
    office.webhooks.unsubscribe(first.webhook_id)
    assert kept(path, office).webhooks == (second,)


def test_deliveries_and_attempts_come_back_as_they_were(path: Path) -> None:
    office = recording(path, Spoilt("bad", faults=("r1",)), Spoilt("missing"), Spoilt(dropped=True))
    office.subscribe()
    office.advance(3 * HOUR)
    first, second = office.take_all()
    office.attempt(first, 503, answer_headers={"retry-after": "9"}, answer_body=b"\xff\x00")
    office.attempt(second, 200)
    office.collect()
    assert kept(path, office).deliveries == office.webhooks.queue.all()


def test_a_webhooks_goes_on_where_it_stopped_and_ids_go_on_too(path: Path) -> None:
    office = recording(path)
    office.subscribe()
    office.advance(HOUR)
    again = resumed(kept(path, office), office)
    again.advance(2 * HOUR)
    office.advance(2 * HOUR)
    assert again.webhooks.queue.all() == office.webhooks.queue.all()
    assert again.subscribe() == office.subscribe()


def test_what_was_under_way_is_due_again_with_the_same_bytes(path: Path) -> None:
    office = recording(path)
    office.subscribe()
    office.advance(HOUR)
    (under_way,) = office.take_all()
    again = resumed(kept(path, office), office)
    assert again.take_all() == [under_way]


def test_no_attempt_is_made_at_a_delivery_that_is_not_in_the_file(path: Path) -> None:
    office = recording(path)
    for _ in range(30):
        office.subscribe()
    office.clock.advance(HOUR)
    while office.webhooks.collect(7):
        saved = {delivery.id for delivery in kept(path, office).deliveries}
        assert {delivery.id for delivery in office.take_all()} <= saved


def test_an_event_that_was_being_told_is_told_to_everybody(path: Path) -> None:
    office = recording(path)
    for _ in range(30):
        office.subscribe()
    office.clock.advance(HOUR)
    office.webhooks.collect(12)
    before = {delivery.event_id for delivery in office.webhooks.queue.all()}
    assert 0 < len(before) < 30
    again = resumed(kept(path, office), office)
    again.collect()
    after = {delivery.event_id for delivery in again.webhooks.queue.all()}
    assert len(after) == 30
    assert before < after


def test_what_came_of_attempts_is_kept_at_the_latest_with_the_next_turn(path: Path) -> None:
    office = recording(path)
    office.subscribe()
    office.advance(HOUR)
    office.attempt(office.take_all()[0], 200)
    assert kept(path, office).deliveries[0].state is State.PENDING
    office.collect()
    assert kept(path, office).deliveries[0].state is State.DELIVERED


def test_what_is_let_go_is_let_go_in_the_file_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.domain.webhooks.queue.KEPT", 1)
    office = recording(path)
    office.subscribe()
    office.advance(3 * HOUR)
    for delivery in office.take_all():
        office.attempt(delivery, 200)
    office.collect()
    assert kept(path, office).deliveries == office.webhooks.queue.all()
    ((attempts,),) = sqlite3.connect(copied(path)).execute("SELECT count(*) FROM attempts").fetchall()
    assert attempts == 1


# Files that are something else


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


def test_a_place_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be opened"):
        StateFile(tmp_path / "nowhere" / "state.db")


# Whole worlds


def worlds(path: Path, clock: ManualClock, sandboxes: int = 1_000) -> Worlds:
    return Worlds(Foundation(Settings(sandboxes=sandboxes), clock), StateFile(path))


def closed(all_of_them: Worlds) -> None:
    assert all_of_them.state is not None
    all_of_them.state.close()


def test_a_sandbox_comes_back_with_its_clock_its_pins_and_its_whole_lives(path: Path, clock: ManualClock) -> None:
    before = worlds(path, clock)
    world = before.of(KEY)
    number = before.foundation.recognise(before.foundation.magic.magic_number("ups", "011"), None)
    pinned = before.foundation.recognise("1Z999AA10123456784", None)
    for each in (number, pinned):
        world.webhooks.subscribe(each.text, "ups", "http://127.0.0.1:9/", ("all",))
    world.webhooks.collect(10)
    clock.sleep(HOUR)
    steering.move_clock(before, lambda course, base: course.advance(base, 100.0), world)
    steering.happen(before, pinned, {"type": "exception"}, world)
    while world.webhooks.collect(10):
        pass
    closed(before)
    after = worlds(path, clock).of(KEY)
    after.webhooks.collect(10)
    assert after.clock.now() == world.clock.now()
    for each in (number, pinned):
        seen, again = (one.shipments.find(each, one.clock.now()).at(one.clock.now()) for one in (world, after))
        assert again.facts("en") == seen.facts("en")
    assert after.webhooks.queue.all() == world.webhooks.queue.all()
    assert after.webhooks.next_due() == world.webhooks.next_due()


def test_a_reset_forgets_what_the_file_knows(path: Path, clock: ManualClock) -> None:
    before = worlds(path, clock)
    for key in (KEY, "tf_test_free_b"):
        before.of(key).webhooks.subscribe("1Z999AA10123456784", "ups", "http://127.0.0.1:9/", ("all",))
    before.reset(KEY)
    closed(before)
    between = worlds(path, clock)
    assert [world.account.key for world in between.all()] == ["tf_test_free_b"]
    between.reset()
    closed(between)
    assert worlds(path, clock).all() == ()


def test_no_webhook_that_the_file_keeps_goes_for_want_of_room(
    path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    before = worlds(path, clock, sandboxes=2)
    for name in "abc":
        before.of(f"tf_test_free_{name}").webhooks.subscribe(
            "1Z999AA10123456784", "ups", "http://127.0.0.1:9/", ("all",)
        )
    assert "2 keys have webhooks that the state file keeps" in caplog.text
    for name in "de":  # the one makes room for the other
        before.of(f"tf_test_free_{name}")
    assert [world.account.key[-1] for world in before.all()] == ["a", "b", "c", "e"]
    kept = [world.webhooks.subscriptions.all() for world in before.all()]
    closed(before)
    after = worlds(path, clock, sandboxes=2)
    assert [world.webhooks.subscriptions.all() for world in after.all()] == kept[:3]
    closed(after)


def test_a_scenario_s_webhooks_are_not_made_twice(path: Path, clock: ManualClock, tmp_path: Path) -> None:
    scenario = tmp_path / "hooks.yaml"
    scenario.write_text("webhooks: [{tracking_number: 1Z999AA10123456784, url: 'http://127.0.0.1:9/'}]")

    def start() -> Worlds:
        return Worlds(Foundation(Settings(scenario=str(scenario)), clock), StateFile(path))

    before = start()
    made = before.of(KEY).webhooks.subscriptions.all()
    closed(before)
    after = start()
    assert after.of(KEY).webhooks.subscriptions.all() == made
    closed(after)


def test_a_key_that_is_none_any_more_is_left_in_the_file(
    path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    file = StateFile(path)
    pages = file.of("tf_test_gone_a", lambda: SandboxClock(clock).course)
    office = Office(records=pages)
    office.subscribe()
    file.close()
    assert worlds(path, clock).all() == ()
    assert "it is no key any more" in caplog.text


def test_a_commit_without_a_change_writes_nothing(path: Path) -> None:
    office = recording(path)
    office.subscribe()
    size = path.with_name(path.name + "-wal").stat().st_size
    for _ in range(10):
        office.webhooks.commit()
    assert path.with_name(path.name + "-wal").stat().st_size == size


def test_a_file_survives_being_cut_short(path: Path) -> None:
    """A torn tail of the log is as if the last commits had not been."""
    office = recording(path)
    subscriptions = [office.subscribe() for _ in range(20)]
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

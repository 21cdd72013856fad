"""What the control plane does to many keys: in turns with other requests, and to its end."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from sqlite3 import ProgrammingError

import pytest

from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.steps import Steps, finished
from mock_server.persistence import snapshots
from mock_server.server.reply import Reply
from mock_server.settings import Settings
from mock_server.tests.web.control.turning import answered, asked, with_others
from mock_server.web.control.turns import TURN
from mock_server.web.front import Front
from mock_server.web.mock import Mock

NUMBER = "1ZTFTEST0300000022"  # in transit
KEYS = [f"tf_test_growth_{place}" for place in range(2 * TURN)]
HOOK = json.dumps({"tracking_number": NUMBER, "url": "http://127.0.0.1:9/"}).encode()
PINNED = b'{"status": "in_transit"}'


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """A mock with many keys, each with a webhook, and a state file."""
    mock = Mock(Settings(state=str(tmp_path / "state")))
    front = Front(mock)
    assert front.flask is not None
    for key in KEYS:
        subscribe(front, key)
    yield front
    with suppress(ProgrammingError):  # a test has closed it
        mock.close()


def subscribe(front: Front, key: str) -> None:
    headers = {"x-api-key": key, "content-type": "application/json"}
    assert front.mock.pipeline.answer("POST", "/v2/webhooks", headers, HOOK).status == 201


def again(front: Front) -> Mock:
    """The mock that goes on from the state file."""
    front.mock.close()
    return Mock(front.mock.worlds.foundation.settings)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/keys", b""),
        ("GET", "/webhooks", b""),
        ("GET", "/report", b""),
        ("DELETE", "/faults", b""),
        ("PUT", "/clock", b'{"action": "advance", "seconds": 60}'),
        ("PUT", "/clock", b'{"action": "reset"}'),
        ("PUT", f"/shipments/{NUMBER}", PINNED),
        ("POST", f"/shipments/{NUMBER}/events", b'{"type": "exception"}'),
        ("POST", "/states", b'{"state": "quota used", "params": {"remaining": 1}}'),
        ("POST", "/states", b'{"state": "time passes", "params": {"seconds": 1}}'),
        ("POST", "/states", b'{"state": "carrier available", "params": {"carrier": "ups"}}'),
        ("POST", "/webhooks/trigger", json.dumps({"number": NUMBER, "event": "tracking.updated"}).encode()),
        ("POST", "/faults", b'{"fault": {"type": "error", "code": "not_found"}}'),
        ("DELETE", "/requests", b""),
        ("PUT", "/scenario", b'{"name": "flaky"}'),
        ("POST", "/reset", b""),
    ],
)
def test_what_is_done_to_many_keys_lets_others_have_their_turns(
    front: Front, method: str, path: str, body: bytes
) -> None:
    reply = asked(front, path, method, body)
    done, others = with_others(reply)
    assert done.status in {200, 201}
    assert others >= 2


def test_what_is_done_to_many_keys_is_done_to_the_end_though_who_asked_has_gone(front: Front) -> None:
    async def gone() -> None:
        reply = asked(front, "/states", "POST", b'{"state": "quota used", "params": {"remaining": 1}}')
        assert reply.later is not None
        waiting = asyncio.ensure_future(reply.later())
        await asyncio.sleep(0)
        waiting.cancel()
        for _ in KEYS:
            await asyncio.sleep(0)

    asyncio.run(gone())
    assert {world.quota.levels()[0].remaining for world in front.mock.worlds.all()} == {1}


def test_a_key_that_is_asked_for_while_others_are_let_go_of_begins_anew_and_is_kept(front: Front) -> None:
    worlds = front.mock.worlds
    steps = worlds.resetting()
    next(steps)
    assert not worlds.all()
    last = KEYS[-1]
    assert not worlds.of(last).webhooks.subscriptions.all()
    subscribe(front, last)
    for _ in steps:
        pass
    assert [world.account.key for world in worlds.all()] == [last]
    mock = again(front)
    assert {world.account.key: len(world.webhooks.subscriptions) for world in mock.worlds.all()} == {last: 1}
    mock.close()


def test_what_changes_while_a_snapshot_is_written_down_is_kept_as_it_is_then(front: Front) -> None:
    worlds, key = front.mock.worlds, KEYS[0]
    world = worlds.of(key)
    recognise = worlds.foundation.recognise
    numbers = [recognise(f"1Z999AA1{place:09}4", "ups") for place in range(9)]
    for number in numbers:
        world.pin(Pin(number, {"status": "in_transit"}))
    found = snapshots.read_value(worlds, json.loads(json.dumps(snapshots.take(worlds, key))), key)
    steps = snapshots.entering(worlds, found)
    for _ in range(4):
        next(steps)
    assert worlds.of(key) is not world
    assert all(worlds.of(key).unpin(number) for number in (numbers[0], numbers[-1]))
    for _ in steps:
        pass
    mock = again(front)
    assert set(mock.worlds.of(key).shipments.own) == {("ups", number.text) for number in numbers[1:-1]}
    mock.close()


def done(front: Front, path: str, method: str, body: bytes) -> Reply:
    reply = asked(front, path, method, body)
    return answered(reply) if reply.later else reply


def returning(front: Front) -> Steps[None]:
    """A snapshot's return of which only the first of all keys is in."""
    worlds = front.mock.worlds
    steps = snapshots.entering(worlds, snapshots.read_value(worlds, json.loads(json.dumps(snapshots.take(worlds)))))
    while not worlds.all() or len(worlds.all()) == len(KEYS):
        next(steps)
    return steps


@pytest.mark.parametrize(
    ("path", "method", "body", "left"),
    [
        ("/reset", "POST", b"", 0),
        (f"/reset?key={KEYS[-1]}", "POST", b"", len(KEYS) - 1),
        ("/scenario", "PUT", b'{"name": "flaky"}', 0),
    ],
)
def test_a_reset_in_the_middle_of_a_snapshot_s_return_is_the_last_word(
    front: Front, path: str, method: str, body: bytes, left: int
) -> None:
    steps = returning(front)
    assert done(front, path, method, body).status == 200
    finished(steps)
    assert len([world for world in front.mock.worlds.all() if not world.webhooks.idle]) == left
    mock = again(front)
    assert len([world for world in mock.worlds.all() if not world.webhooks.idle]) == left
    mock.close()


def test_whether_the_mock_is_up_is_told_in_the_middle_of_a_snapshot_s_return(front: Front) -> None:
    steps = returning(front)
    assert asked(front, "/health").later is None
    assert asked(front, "/ready").later is None
    assert len(front.mock.worlds.all()) == 1
    finished(steps)


def test_a_snapshot_that_is_put_back_in_the_middle_of_another_s_return_comes_back_whole(front: Front) -> None:
    worlds = front.mock.worlds
    second = snapshots.entering(worlds, snapshots.read_value(worlds, json.loads(json.dumps(snapshots.take(worlds)))))
    first = returning(front)
    next(second)
    finished(first)
    finished(second)
    assert {world.account.key for world in worlds.all()} == {*KEYS}


def test_whose_a_key_is_is_asked_when_its_turn_comes(front: Front) -> None:
    worlds, asked_for = front.mock.worlds, []

    def mine(key: str) -> bool:
        asked_for.append(key)
        return key != KEYS[1]

    worlds.portion = replace(worlds.portion, mine=mine)
    steps = returning(front)
    assert asked_for == [KEYS[0]]
    finished(steps)
    assert asked_for == KEYS
    assert {world.account.key for world in worlds.all()} == {*KEYS} - {KEYS[1]}


def test_a_key_that_is_asked_for_in_the_middle_of_a_snapshot_s_return_is_as_the_snapshot_has_it(front: Front) -> None:
    steps, last = returning(front), KEYS[-1]
    subscribe(front, last)
    world = front.mock.worlds.of(last)
    assert len(world.webhooks.subscriptions.all()) == 2
    finished(steps)
    assert front.mock.worlds.of(last) is world
    mock = again(front)
    assert {len(each.webhooks.subscriptions) for each in mock.worlds.all()} == {1, 2}
    assert len(mock.worlds.all()) == len(KEYS)
    mock.close()


def test_what_is_done_to_all_in_the_middle_of_a_snapshot_s_return_is_done_to_all(front: Front) -> None:
    worlds = front.mock.worlds
    steps, before = returning(front), worlds.clock.now()
    assert done(front, f"/shipments/{NUMBER}", "PUT", b'{"status": "exception"}').status == 200
    finished(steps)
    steps = returning(front)
    assert done(front, "/clock", "PUT", b'{"action": "advance", "seconds": 3600}').status == 200
    finished(steps)
    assert len(worlds.all()) == len(KEYS)
    assert {world.look_up(NUMBER, None).tracked.status for world in map(worlds.of, KEYS[::TURN])} == {"exception"}
    assert all(world.clock.now() >= before + 3600 for world in worlds.all())

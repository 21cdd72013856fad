"""Outbound: who goes when, and how many at once."""

import asyncio

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.domain.webhooks.delivery import DeliveryState
from mock_server.sending import lanes
from mock_server.sending import scheduler as outbound
from mock_server.tests.sending.mock_on_loop import HOUR, KEY, OTHER, MockOnLoop, on_loop
from mock_server.world import steering


def test_a_webhook_s_deliveries_go_one_after_the_other_in_order(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(23)
        for count in range(1, 5):
            await mock.turns()
            assert len(mock.receivers.seen) == count
            mock.receivers.answer()
        await mock.turns()
        delivered = [delivery.created_at for delivery in mock.deliveries() if delivery.state is DeliveryState.DELIVERED]
        assert delivered == sorted(delivered)
        assert len(delivered) == 4

    on_loop(clock, test)


def test_a_receiver_that_hangs_does_not_hold_up_the_next_for_longer_than_a_head_start(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(23)
        await mock.turns()
        while len(mock.receivers.open) < 4:
            await asyncio.sleep(0)
        assert mock.receivers.seen == ["http://127.0.0.1:9/a"] * 4

    on_loop(clock, test, head_start=0.0)


def test_one_receiver_gets_so_many_at_once_and_another_is_not_held_up(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        for number in range(30):
            mock.subscribe(f"http://127.0.0.1:9/{number}")
        mock.subscribe("http://127.0.0.2:9/other")
        await mock.turns()
        mock.advance(2)
        await mock.turns()
        assert len(mock.receivers.open) == lanes.MOST_TO_A_RECEIVER + 1
        assert "http://127.0.0.2:9/other" in mock.receivers.seen
        mock.receivers.answer()
        await mock.turns()
        assert len(mock.receivers.open) == lanes.MOST_TO_A_RECEIVER + 1

    on_loop(clock, test)


def test_one_world_and_all_worlds_have_so_many_at_once(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MOST_FOR_A_WORLD", 3)
    monkeypatch.setattr(outbound, "MOST_AT_ONCE", 5)

    async def test(mock: MockOnLoop) -> None:
        for key in (KEY, OTHER, "tf_test_free_c"):
            for number in range(4):
                mock.subscribe(f"http://127.0.0.{number + 1}:9/{key}", key)
        await mock.turns()
        for key in (KEY, OTHER, "tf_test_free_c"):
            mock.advance(2, key)
        await mock.turns()
        assert len(mock.receivers.open) == 5
        assert sum(KEY in url for url, _ in mock.receivers.open) == 3
        for _ in range(12):
            mock.receivers.answer()
            await mock.turns()
        assert len(mock.receivers.seen) == 12
        assert mock.receivers.at_once == 5

    on_loop(clock, test)


def test_a_turn_of_the_event_loop_takes_few_steps_however_many_deliveries_have_come_due(clock: ManualClock) -> None:
    keys = [f"tf_test_free_{number}" for number in range(4)]

    async def test(mock: MockOnLoop) -> None:
        def made() -> int:
            return sum(len(mock.deliveries(key)) for key in keys)

        for key in keys:
            for number in range(50):
                mock.subscribe(f"http://127.0.0.{number % 9 + 1}:9/{key}", key)
        await mock.turns()
        steering.move_clock(mock.worlds, lambda course, base: course.advance(base, 73 * HOUR))
        growth, sent = [], []
        while made() < 4 * 50 * 10:
            before, begun = made(), len(mock.receivers.seen)
            await asyncio.sleep(0)
            growth.append(made() - before)
            sent.append(len(mock.receivers.seen) - begun)
            assert len(growth) < 4 * 50 * 10 * 3, "it takes more turns than there are deliveries to make"
        assert max(growth) <= lanes.STEPS
        assert max(sent) <= lanes.TAKEN

    on_loop(clock, test)


def test_sandboxes_take_turns_at_making_deliveries(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        for _ in range(200):
            mock.subscribe(key=KEY)
        mock.subscribe(key=OTHER)
        await mock.turns()
        steering.move_clock(mock.worlds, lambda course, base: course.advance(base, 73 * HOUR))
        while len(mock.deliveries(OTHER)) < 10:
            await asyncio.sleep(0)
        assert len(mock.deliveries(KEY)) < 10 * lanes.STEPS

    on_loop(clock, test)

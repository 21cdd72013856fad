"""Outbound: what goes wrong here is told, and holds up nobody else."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.domain.webhooks.delivery import DeliveryState
from mock_server.sending import scheduler as outbound
from mock_server.sending.allowed import HostNotAllowedError
from mock_server.tests.sending.mock_on_loop import MockOnLoop, on_loop


def test_a_bug_is_loud_and_blocks_nobody(clock: ManualClock, caplog: pytest.LogCaptureFixture) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(8)
        await mock.turns()
        mock.receivers.open[0][1].set_exception(RuntimeError("a bug"))
        await mock.turns()
        assert len(mock.receivers.seen) == 2

    on_loop(clock, test)
    assert "failed here, not at its receiver" in caplog.text


def test_a_blocked_delivery_is_told_in_the_log_with_the_way_to_allow_it(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(8)
        await mock.turns()
        mock.receivers.open[0][1].set_exception(HostNotAllowedError("allow it with --webhook-allow example.com"))
        await mock.turns()
        assert mock.world().webhooks.queue.states[DeliveryState.BLOCKED] == 1

    on_loop(clock, test)
    assert "is blocked: allow it with --webhook-allow example.com" in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        {"url": "ftp://127.0.0.1/x"},
        {"url": "http://[::1"},
        {"url": "http://127.0.0.1:99999/"},
        {"url": ""},
        {"secret": "not base64"},
        {"secret": None, "url": "http://127.0.0.1:9\r\nX: 1/"},
    ],
)
def test_a_delivery_that_cannot_be_made_fails_alone_and_is_told(clock: ManualClock, change: dict[str, Any]) -> None:
    async def test(mock: MockOnLoop) -> None:
        world = mock.world()
        world.webhooks.terms = replace(world.webhooks.terms, standard=True)
        mock.subscribe()
        await mock.turns()
        mock.advance(2)
        await mock.turns()
        (good,) = mock.deliveries()
        bad = replace(
            good, id="dlv_bad", webhook_id="wh_bad", attempts=(), state=DeliveryState.PENDING, due=0.0, **change
        )
        world.webhooks.queue.post(bad)
        mock.scheduler.wake(world)
        await mock.turns()
        for _ in range(3):
            while mock.receivers.open:
                mock.receivers.answer()
                await mock.turns()
            mock.advance(24)
            await mock.turns()
        states = {each.id: each.state for each in mock.deliveries()}
        assert states[good.id] is DeliveryState.DELIVERED
        assert len(states) > 4
        if change.get("secret"):
            assert states["dlv_bad"] is DeliveryState.FAILED
            assert "dlv_bad" in world.webhooks.queue.troubles[-1]

    on_loop(clock, test)


def test_a_turn_that_goes_wrong_is_told_and_taken_again(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "HELD_UP", 0.0)

    async def test(mock: MockOnLoop) -> None:
        world = mock.world()
        mock.subscribe()
        await mock.turns()
        collect = world.webhooks.collect
        turns = []

        def broken(steps: int) -> bool:
            turns.append(steps)
            if len(turns) < 3:
                raise RuntimeError("a bug")
            return collect(steps)

        monkeypatch.setattr(world.webhooks, "collect", broken)
        mock.advance(2)
        while len(mock.receivers.open) < 1:
            await asyncio.sleep(0)
        assert world.webhooks.queue.troubled == 2
        assert "a bug" in world.webhooks.queue.troubles[-1]

    on_loop(clock, test)

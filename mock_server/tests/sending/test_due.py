"""Outbound: a delivery goes when the clock says so, its sandbox's or the machine's."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.sending import scheduler as outbound
from mock_server.tests.sending.mock_on_loop import HOUR, MockOnLoop, Running, on_loop
from mock_server.world import steering


def test_a_failed_delivery_goes_again_when_the_sandbox_s_clock_says_so(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(2)
        await mock.turns()
        mock.receivers.answer(500)
        await mock.turns()
        mock.advance(29 / HOUR)
        await mock.turns()
        assert len(mock.receivers.seen) == 1
        mock.advance(1 / HOUR)
        await mock.turns()
        assert len(mock.receivers.seen) == 2

    on_loop(clock, test)


def test_retry_after_is_kept_in_the_sandbox_s_time(clock: ManualClock) -> None:
    """A receiver counts in real seconds; with a scale of 60, two of them are two minutes here."""

    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        steering.move_clock(mock.worlds, lambda course, base: course.run(base, 60.0), mock.world())
        mock.advance(2)
        await mock.turns()
        due = mock.deliveries()[0].due or 0
        mock.receivers.answer(503, **{"retry-after": "2"})
        await mock.turns()
        assert mock.deliveries()[0].due == due + 120

    on_loop(Running(clock.now()), test)


def test_a_running_clock_wakes_it_in_real_time(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        loop = asyncio.get_running_loop()
        mock.clock.sleep(2 * HOUR - 0.01)
        mock.scheduler.news(mock.world())
        await mock.turns()
        assert mock.receivers.seen == []
        loop.call_later(0.005, partial(mock.clock.sleep, 0.02))
        while not mock.receivers.seen:
            await asyncio.sleep(0)

    on_loop(Running(clock.now()), test)


def test_a_frozen_clock_that_keeps_the_promise_of_retry_after_delivers_what_comes_due_by_that(
    clock: ManualClock,
) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(2 - 30 / HOUR)
        steering.move_clock(
            mock.worlds, lambda course, base: replace(course.run(base, 0.0), auto_advance=3000.0), mock.world()
        )
        await mock.turns()
        mock.world().clock.owe(0.01)
        await mock.turns()
        assert mock.receivers.seen == []
        mock.clock.sleep(0.01)
        while not mock.receivers.seen:
            await asyncio.sleep(0)

    on_loop(Running(clock.now()), test)


@pytest.mark.parametrize("hours", [2, 24, 24 * 30])
def test_a_clock_of_the_machine_that_jumps_forward_makes_what_is_due_by_then_go(
    monkeypatch: pytest.MonkeyPatch, hours: float
) -> None:
    monkeypatch.setattr(outbound, "WATCH", 0.0)
    clock = Running(1_781_524_800.0)

    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        assert not mock.receivers.open
        mock.clock.sleep(hours * HOUR)
        for _ in range(2000):
            await asyncio.sleep(0)
        assert mock.receivers.open

    on_loop(clock, test)

"""Outbound: what is sent, what is not sent any more, and from where it is set going."""

import asyncio

from mock_server.domain.clock import ManualClock
from mock_server.domain.webhooks.delivery import DeliveryState
from mock_server.sending.scheduler import Scheduler
from mock_server.settings import Settings
from mock_server.tests.sending.mock_on_loop import KEY, MockOnLoop, Receivers, on_loop
from mock_server.world import Foundation, Worlds


def test_a_deleted_webhook_s_deliveries_that_wait_for_a_place_are_not_sent(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        webhook_id = mock.subscribe()
        await mock.turns()
        mock.advance(23)
        await mock.turns()
        mock.world().webhooks.unsubscribe(webhook_id)
        mock.receivers.answer()
        await mock.turns()
        assert len(mock.receivers.seen) == 1
        assert {delivery.state for delivery in mock.deliveries()} == {DeliveryState.CANCELLED}

    on_loop(clock, test)


def test_410_ends_the_webhook(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(2)
        await mock.turns()
        mock.receivers.answer(410)
        await mock.turns()
        assert mock.world().webhooks.subscriptions.all() == ()

    on_loop(clock, test)


def test_a_replay_goes_at_once_and_beside_the_others(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(2)
        await mock.turns()
        mock.receivers.answer(204)
        await mock.turns()
        (delivery,) = mock.deliveries()
        mock.scheduler.replay(mock.world(), delivery)
        await mock.turns()
        mock.receivers.answer(500)
        await mock.turns()
        (delivery,) = mock.deliveries()
        assert [attempt.replay for attempt in delivery.attempts] == [False, True]
        assert delivery.state is DeliveryState.DELIVERED

    on_loop(clock, test)


def test_a_forgotten_world_sends_nothing_more(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(23)
        await mock.turns()
        settled = asyncio.ensure_future(mock.scheduler.settling([mock.world()])(1000.0))
        mock.worlds.reset(KEY)
        await mock.turns()
        assert settled.done()
        mock.receivers.answer()
        await mock.turns()
        assert len(mock.receivers.seen) == 1
        assert mock.deliveries() == ()

    on_loop(clock, test)


def test_a_thread_of_its_own_is_heard(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        await asyncio.to_thread(mock.subscribe)
        await mock.turns()
        await asyncio.to_thread(mock.advance, 2.0)
        while not mock.receivers.open:
            await asyncio.sleep(0)

    on_loop(clock, test)


def test_where_nothing_delivers_events_are_made_and_wait(clock: ManualClock) -> None:
    worlds = Worlds(Foundation(Settings(), clock))
    scheduler = Scheduler(worlds, Receivers(), clock)
    mock = MockOnLoop(clock, worlds, scheduler, Receivers())
    mock.subscribe()
    mock.advance(8)
    assert scheduler.news(mock.world()) == 2
    assert not scheduler.here
    assert [delivery.state for delivery in mock.deliveries()] == [DeliveryState.PENDING, DeliveryState.PENDING]

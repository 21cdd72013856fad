"""Outbound: who moves a clock waits for what became due by that."""

import asyncio

from mock_server.domain.clock import ManualClock
from mock_server.domain.steps import finished
from mock_server.sending.address import ReceiverAnswer
from mock_server.tests.sending.mock_on_loop import MockOnLoop, on_loop
from mock_server.world import steering


def test_who_settles_waits_for_what_became_due_and_not_for_what_hung_before(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        mock.subscribe("http://127.0.0.1:9/hangs")
        await mock.turns()
        mock.advance(2)
        await mock.turns()
        assert len(mock.receivers.open) == 1
        mock.subscribe("http://127.0.0.2:9/answers")
        await mock.turns()
        finished(
            steering.happening(
                mock.worlds, mock.worlds.foundation.recognise(mock.number, None), {"type": "exception"}, mock.world()
            )
        )
        settled = asyncio.ensure_future(mock.scheduler.settling([mock.world()])(1000.0))
        while not any("answers" in url for url, _ in mock.receivers.open):
            await asyncio.sleep(0)
        assert not settled.done()
        hanging = mock.receivers.open[0][1]
        while not settled.done():
            for _, answered in mock.receivers.open:
                if answered is not hanging and not answered.done():
                    answered.set_result(ReceiverAnswer(0.1, 204))
            await asyncio.sleep(0)
        assert await settled == 1
        assert mock.world().webhooks.pending() == 1

    on_loop(clock, test, head_start=0.0)


def test_who_settles_does_not_wait_for_ever(clock: ManualClock) -> None:
    async def test(mock: MockOnLoop) -> None:
        for number in range(3):
            mock.subscribe(f"http://127.0.0.1:9/{number}")
        await mock.turns()
        mock.advance(2)
        assert await mock.scheduler.settling([mock.world()])(0.0) > 0
        await mock.turns()
        assert await mock.scheduler.settling([mock.world()])(0.0) == 3

    on_loop(clock, test)

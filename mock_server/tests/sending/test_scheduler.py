"""Outbound: who goes when, on an event loop with receivers that answer when they are told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.domain.webhooks.delivery import Delivery, State
from mock_server.sending import lanes
from mock_server.sending import scheduler as outbound
from mock_server.sending.address import ReceiverAnswer
from mock_server.sending.allowed import HostNotAllowedError
from mock_server.sending.scheduler import Scheduler
from mock_server.settings import Settings
from mock_server.world import Foundation, World, Worlds, steering

KEY, OTHER = "tf_test_free_a", "tf_test_free_b"
HOUR = 3600
Patience = Callable[[], Awaitable[None]]


class Running(ManualClock):
    """Moved by hand, but says of itself that it runs as real time does."""

    scale = 1.0


@dataclass
class Receivers:
    """Stand in for the sender: each request waits until it is answered."""

    open: list[tuple[str, "asyncio.Future[ReceiverAnswer]"]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    at_once: int = 0

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> ReceiverAnswer:
        answered: asyncio.Future[ReceiverAnswer] = asyncio.get_running_loop().create_future()
        self.open.append((url, answered))
        self.seen.append(url)
        self.at_once = max(self.at_once, len(self.open))
        try:
            return await answered
        finally:
            self.open = [pair for pair in self.open if pair[1] is not answered]

    def answer(self, status: int = 204, **said: str) -> None:
        """ReceiverAnswer the request that came first of those that wait."""
        self.open[0][1].set_result(ReceiverAnswer(0.1, status, headers=said))


@dataclass
class Mock:
    """A mock without a network, on the event loop of a test."""

    clock: ManualClock
    worlds: Worlds
    scheduler: Scheduler
    receivers: Receivers

    @property
    def number(self) -> str:
        """A whole life: ten scans in 72 hours."""
        return self.worlds.foundation.magic.magic_number("ups", "011")

    def world(self, key: str = KEY) -> World:
        return self.worlds.of(key)

    def subscribe(self, url: str = "http://127.0.0.1:9/a", key: str = KEY) -> str:
        return self.world(key).webhooks.subscribe(self.number, "ups", url, ("all",)).webhook_id

    def advance(self, hours: float, key: str = KEY) -> None:
        steering.move_clock(self.worlds, lambda course, base: course.advance(base, hours * HOUR), self.world(key))

    def deliveries(self, key: str = KEY) -> tuple[Delivery, ...]:
        return self.world(key).webhooks.queue.all()

    async def turns(self) -> None:
        """Let the event loop do what it can without waiting."""
        for _ in range(200):
            await asyncio.sleep(0)


def on_loop(clock: ManualClock, test: Callable[[Mock], Awaitable[None]], head_start: float = 1000.0) -> None:
    async def main() -> None:
        worlds, receivers = Worlds(Foundation(Settings(), clock)), Receivers()
        scheduler = Scheduler(worlds, receivers, clock, head_start)
        scheduler.start(asyncio.get_running_loop())
        await test(Mock(clock, worlds, scheduler, receivers))
        for _, answered in receivers.open:
            answered.cancel()
        await asyncio.sleep(0)

    asyncio.run(main())


def test_a_webhook_s_deliveries_go_one_after_the_other_in_order(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(23)
        for count in range(1, 5):
            await mock.turns()
            assert len(mock.receivers.seen) == count
            mock.receivers.answer()
        await mock.turns()
        delivered = [delivery.created_at for delivery in mock.deliveries() if delivery.state is State.DELIVERED]
        assert delivered == sorted(delivered)
        assert len(delivered) == 4

    on_loop(clock, test)


def test_a_receiver_that_hangs_does_not_hold_up_the_next_for_longer_than_a_head_start(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(23)
        await mock.turns()
        while len(mock.receivers.open) < 4:
            await asyncio.sleep(0)
        assert mock.receivers.seen == ["http://127.0.0.1:9/a"] * 4

    on_loop(clock, test, head_start=0.0)


def test_one_receiver_gets_so_many_at_once_and_another_is_not_held_up(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
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

    async def test(mock: Mock) -> None:
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


def test_a_deleted_webhook_s_deliveries_that_wait_for_a_place_are_not_sent(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
        webhook_id = mock.subscribe()
        await mock.turns()
        mock.advance(23)
        await mock.turns()
        mock.world().webhooks.unsubscribe(webhook_id)
        mock.receivers.answer()
        await mock.turns()
        assert len(mock.receivers.seen) == 1
        assert {delivery.state for delivery in mock.deliveries()} == {State.CANCELLED}

    on_loop(clock, test)


def test_a_failed_delivery_goes_again_when_the_sandbox_s_clock_says_so(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
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

    async def test(mock: Mock) -> None:
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


def test_410_ends_the_webhook(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(2)
        await mock.turns()
        mock.receivers.answer(410)
        await mock.turns()
        assert mock.world().webhooks.subscriptions.all() == ()

    on_loop(clock, test)


def test_who_settles_waits_for_what_became_due_and_not_for_what_hung_before(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
        mock.subscribe("http://127.0.0.1:9/hangs")
        await mock.turns()
        mock.advance(2)
        await mock.turns()
        assert len(mock.receivers.open) == 1
        mock.subscribe("http://127.0.0.2:9/answers")
        await mock.turns()
        steering.happen(
            mock.worlds, mock.worlds.foundation.recognise(mock.number, None), {"type": "exception"}, mock.world()
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
    async def test(mock: Mock) -> None:
        for number in range(3):
            mock.subscribe(f"http://127.0.0.1:9/{number}")
        await mock.turns()
        mock.advance(2)
        assert await mock.scheduler.settling([mock.world()])(0.0) > 0
        await mock.turns()
        assert await mock.scheduler.settling([mock.world()])(0.0) == 3

    on_loop(clock, test)


def test_a_replay_goes_at_once_and_beside_the_others(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
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
        assert delivery.state is State.DELIVERED

    on_loop(clock, test)


def test_a_forgotten_world_sends_nothing_more(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
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


def test_a_bug_is_loud_and_blocks_nobody(clock: ManualClock, caplog: pytest.LogCaptureFixture) -> None:
    async def test(mock: Mock) -> None:
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
    async def test(mock: Mock) -> None:
        mock.subscribe()
        await mock.turns()
        mock.advance(8)
        await mock.turns()
        mock.receivers.open[0][1].set_exception(HostNotAllowedError("allow it with --webhook-allow example.com"))
        await mock.turns()
        assert mock.world().webhooks.queue.blocked == 1

    on_loop(clock, test)
    assert "is blocked: allow it with --webhook-allow example.com" in caplog.text


def test_a_running_clock_wakes_it_in_real_time(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
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
    async def test(mock: Mock) -> None:
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


def test_a_thread_of_its_own_is_heard(clock: ManualClock) -> None:
    async def test(mock: Mock) -> None:
        await asyncio.to_thread(mock.subscribe)
        await mock.turns()
        await asyncio.to_thread(mock.advance, 2.0)
        while not mock.receivers.open:
            await asyncio.sleep(0)

    on_loop(clock, test)


def test_where_nothing_delivers_events_are_made_and_wait(clock: ManualClock) -> None:
    worlds = Worlds(Foundation(Settings(), clock))
    scheduler = Scheduler(worlds, Receivers(), clock)
    mock = Mock(clock, worlds, scheduler, Receivers())
    mock.subscribe()
    mock.advance(8)
    assert scheduler.news(mock.world()) == 2
    assert not scheduler.here
    assert [delivery.state for delivery in mock.deliveries()] == [State.PENDING, State.PENDING]


def test_a_turn_of_the_event_loop_takes_few_steps_however_many_deliveries_have_come_due(clock: ManualClock) -> None:
    keys = [f"tf_test_free_{number}" for number in range(4)]

    async def test(mock: Mock) -> None:
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
    async def test(mock: Mock) -> None:
        for _ in range(200):
            mock.subscribe(key=KEY)
        mock.subscribe(key=OTHER)
        await mock.turns()
        steering.move_clock(mock.worlds, lambda course, base: course.advance(base, 73 * HOUR))
        while len(mock.deliveries(OTHER)) < 10:
            await asyncio.sleep(0)
        assert len(mock.deliveries(KEY)) < 10 * lanes.STEPS

    on_loop(clock, test)


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
    async def test(mock: Mock) -> None:
        world = mock.world()
        world.webhooks.terms = replace(world.webhooks.terms, standard=True)
        mock.subscribe()
        await mock.turns()
        mock.advance(2)
        await mock.turns()
        (good,) = mock.deliveries()
        bad = replace(good, id="dlv_bad", webhook_id="wh_bad", attempts=(), state=State.PENDING, due=0.0, **change)
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
        assert states[good.id] is State.DELIVERED
        assert len(states) > 4
        if change.get("secret"):
            assert states["dlv_bad"] is State.FAILED
            assert "dlv_bad" in world.webhooks.queue.troubles[-1]

    on_loop(clock, test)


def test_a_turn_that_goes_wrong_is_told_and_taken_again(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "HELD_UP", 0.0)

    async def test(mock: Mock) -> None:
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


@pytest.mark.parametrize("hours", [2, 24, 24 * 30])
def test_a_clock_of_the_machine_that_jumps_forward_makes_what_is_due_by_then_go(
    monkeypatch: pytest.MonkeyPatch, hours: float
) -> None:
    monkeypatch.setattr(outbound, "WATCH", 0.0)
    clock = Running(1_781_524_800.0)

    async def test(mock: Mock) -> None:
        mock.subscribe()
        await mock.turns()
        assert not mock.receivers.open
        mock.clock.sleep(hours * HOUR)
        for _ in range(2000):
            await asyncio.sleep(0)
        assert mock.receivers.open

    on_loop(clock, test)

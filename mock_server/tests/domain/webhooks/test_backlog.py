"""Webhooks when time goes back, and when there is too much to tell at once."""

import pytest

from mock_server.domain.webhooks import fanout
from mock_server.domain.webhooks.queue import DeliveryQueue
from mock_server.tests.domain.webhooks.webhook_sandbox import HOUR, LIFE, START, WebhookSandbox, event, journey, told


def test_a_clock_set_back_lets_the_same_events_come_again_with_the_same_ids() -> None:
    sandbox = WebhookSandbox(LIFE)
    sandbox.subscribe()
    sandbox.advance(2 * HOUR)
    first = [delivery.event_id for delivery in sandbox.take_all()]
    sandbox.clock.set(START - 30 * 86400)
    sandbox.collect()
    sandbox.advance(30 * 86400 + 2 * HOUR)
    assert [delivery.event_id for delivery in sandbox.take_all()] == first


def test_a_clock_that_two_threads_read_at_once_sets_nothing_back() -> None:
    sandbox = WebhookSandbox(LIFE)
    sandbox.subscribe()
    sandbox.advance(HOUR)
    sandbox.clock.set(START + HOUR - 0.5)
    sandbox.collect()
    sandbox.advance(1)
    assert len(told(sandbox)) == 1


def test_a_step_makes_one_delivery_so_that_nobody_waits_for_a_thousand() -> None:
    sandbox = WebhookSandbox(LIFE[:1])
    for _ in range(20):
        sandbox.subscribe()
    sandbox.clock.advance(HOUR)
    while not sandbox.webhooks.queue.all():
        sandbox.webhooks.collect(1)
    for count in range(1, 20):
        assert len(sandbox.webhooks.queue.all()) == count
        assert sandbox.webhooks.collect(1)
        assert sandbox.webhooks.pending() > count


def test_a_webhook_deleted_while_an_event_is_told_gets_none_of_it() -> None:
    sandbox = WebhookSandbox(LIFE[:1])
    subscriptions = [sandbox.subscribe() for _ in range(3)]
    sandbox.clock.advance(HOUR)
    while not sandbox.webhooks.queue.all():
        sandbox.webhooks.collect(1)
    sandbox.webhooks.unsubscribe(subscriptions[2].webhook_id)
    sandbox.collect()
    assert len(sandbox.webhooks.queue.all()) == 2


def test_a_full_queue_waits_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.domain.webhooks.queue.MOST_UNTRIED", 2)
    sandbox = WebhookSandbox(LIFE)
    sandbox.subscribe()
    sandbox.advance(4 * HOUR)
    assert len(told(sandbox)) == 2
    assert sandbox.webhooks.next_due() == START + HOUR
    for delivery in sandbox.take_all():
        sandbox.attempt(delivery, 200)
    sandbox.collect()
    assert [delivery.type for delivery in sandbox.take_all()] == ["tracking.updated", "tracking.delivered"]


def test_events_beyond_any_measure_are_let_go_with_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(DeliveryQueue, "full", True)
    monkeypatch.setattr(fanout, "MOST_TELLING", 3)
    sandbox = WebhookSandbox()
    sandbox.subscribe()
    for _ in range(5):
        sandbox.become(journey(event(START)), 0)
    assert "let go of an event" in caplog.text

"""Webhooks when time goes back, and when there is too much to tell at once."""

import pytest

from mock_server.domain.webhooks import fanout
from mock_server.domain.webhooks.queue import DeliveryQueue
from mock_server.tests.domain.webhooks.correspondence import HOUR, LIFE, START, Office, event, journey, told


def test_a_clock_set_back_lets_the_same_events_come_again_with_the_same_ids() -> None:
    office = Office(LIFE)
    office.subscribe()
    office.advance(2 * HOUR)
    first = [delivery.event_id for delivery in office.take_all()]
    office.clock.set(START - 30 * 86400)
    office.collect()
    office.advance(30 * 86400 + 2 * HOUR)
    assert [delivery.event_id for delivery in office.take_all()] == first


def test_a_clock_that_two_threads_read_at_once_sets_nothing_back() -> None:
    office = Office(LIFE)
    office.subscribe()
    office.advance(HOUR)
    office.clock.set(START + HOUR - 0.5)
    office.collect()
    office.advance(1)
    assert len(told(office)) == 1


def test_a_step_makes_one_delivery_so_that_nobody_waits_for_a_thousand() -> None:
    office = Office(LIFE[:1])
    for _ in range(20):
        office.subscribe()
    office.clock.advance(HOUR)
    while not office.webhooks.queue.all():
        office.webhooks.collect(1)
    for count in range(1, 20):
        assert len(office.webhooks.queue.all()) == count
        assert office.webhooks.collect(1)
        assert office.webhooks.pending() > count


def test_a_webhook_deleted_while_an_event_is_told_gets_none_of_it() -> None:
    office = Office(LIFE[:1])
    subscriptions = [office.subscribe() for _ in range(3)]
    office.clock.advance(HOUR)
    while not office.webhooks.queue.all():
        office.webhooks.collect(1)
    office.webhooks.unsubscribe(subscriptions[2].webhook_id)
    office.collect()
    assert len(office.webhooks.queue.all()) == 2


def test_a_full_queue_waits_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.domain.webhooks.queue.MOST_UNTRIED", 2)
    office = Office(LIFE)
    office.subscribe()
    office.advance(4 * HOUR)
    assert len(told(office)) == 2
    assert office.webhooks.next_due() == START + HOUR
    for delivery in office.take_all():
        office.attempt(delivery, 200)
    office.collect()
    assert [delivery.type for delivery in office.take_all()] == ["tracking.updated", "tracking.delivered"]


def test_events_beyond_any_measure_are_let_go_with_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(DeliveryQueue, "full", True)
    monkeypatch.setattr(fanout, "MOST_TELLING", 3)
    office = Office()
    office.subscribe()
    for _ in range(5):
        office.become(journey(event(START)), 0)
    assert "let go of an event" in caplog.text

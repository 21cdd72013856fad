"""Attempts at a delivery: their bytes, their ladder, and what ends it."""

from dataclasses import replace

from mock_server.domain.webhooks.delivery import State
from mock_server.domain.webhooks.terms import DeliveryTerms
from mock_server.tests.domain.webhooks.correspondence import HOUR, LIFE, START, TERMS, Office


def test_every_attempt_sends_the_same_bytes() -> None:
    office = Office(LIFE[:1])
    office.subscribe()
    office.advance(HOUR)
    sent = []
    for delivery in iter(office.webhooks.take, None):
        sent.append((delivery.event_id, delivery.body, tuple(TERMS.headers(delivery, START).items())))
        office.attempt(delivery, 500)
        office.clock.advance(10**6)
    assert len(sent) == 14
    assert len(set(sent)) == 1


def test_one_advance_over_the_whole_ladder_plays_it() -> None:
    office = Office(LIFE[:1])
    office.subscribe()
    office.advance(HOUR + 245_730)
    attempts = 0
    while delivery := office.webhooks.take():
        attempts += 1
        assert delivery.due == START + HOUR + 30 * (2 ** (attempts - 1) - 1)
        office.attempt(delivery, 503)
    assert attempts == 14


def test_410_ends_the_webhook_and_what_waits_for_it() -> None:
    office = Office(LIFE)
    office.subscribe()
    office.advance(2 * HOUR)
    first, second = office.take_all()
    office.attempt(first, 500)
    office.attempt(second, 410)
    assert office.webhooks.subscriptions.all() == ()
    assert office.delivery(first.id).state is State.CANCELLED
    office.advance(10 * HOUR)
    assert office.webhooks.take() is None


def test_a_replay_that_is_answered_410_ends_nothing() -> None:
    office = Office(LIFE)
    office.subscribe()
    office.advance(HOUR)
    office.attempt(office.take_all()[0], 200)
    office.attempt(office.webhooks.queue.all()[0], 410, replay=True)
    assert len(office.webhooks.subscriptions.all()) == 1


def test_quick_retries_go_by_the_setting() -> None:
    quick = replace(TERMS, rules=replace(TERMS.rules, first_delay_seconds=0.5))
    assert isinstance(quick, DeliveryTerms)
    office = Office(LIFE[:1], terms=quick)
    office.subscribe()
    office.advance(HOUR)
    assert office.attempt(office.take_all()[0], 500).due == START + HOUR + 0.5

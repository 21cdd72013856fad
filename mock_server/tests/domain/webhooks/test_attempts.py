"""Attempts at a delivery: their bytes, their ladder, and what ends it."""

from dataclasses import replace

from mock_server.domain.webhooks.delivery import DeliveryState
from mock_server.domain.webhooks.terms import DeliveryTerms
from mock_server.tests.domain.webhooks.webhook_sandbox import HOUR, LIFE, START, TERMS, WebhookSandbox


def test_every_attempt_sends_the_same_bytes() -> None:
    sandbox = WebhookSandbox(LIFE[:1])
    sandbox.subscribe()
    sandbox.advance(HOUR)
    sent = []
    for delivery in iter(sandbox.webhooks.take, None):
        sent.append((delivery.event_id, delivery.body, tuple(TERMS.headers(delivery, START).items())))
        sandbox.attempt(delivery, 500)
        sandbox.clock.advance(10**6)
    assert len(sent) == 14
    assert len(set(sent)) == 1


def test_one_advance_over_the_whole_ladder_plays_it() -> None:
    sandbox = WebhookSandbox(LIFE[:1])
    sandbox.subscribe()
    sandbox.advance(HOUR + 245_730)
    attempts = 0
    while delivery := sandbox.webhooks.take():
        attempts += 1
        assert delivery.due == START + HOUR + 30 * (2 ** (attempts - 1) - 1)
        sandbox.attempt(delivery, 503)
    assert attempts == 14


def test_410_ends_the_webhook_and_what_waits_for_it() -> None:
    sandbox = WebhookSandbox(LIFE)
    sandbox.subscribe()
    sandbox.advance(2 * HOUR)
    first, second = sandbox.take_all()
    sandbox.attempt(first, 500)
    sandbox.attempt(second, 410)
    assert sandbox.webhooks.subscriptions.all() == ()
    assert sandbox.delivery(first.id).state is DeliveryState.CANCELLED
    sandbox.advance(10 * HOUR)
    assert sandbox.webhooks.take() is None


def test_a_replay_that_is_answered_410_ends_nothing() -> None:
    sandbox = WebhookSandbox(LIFE)
    sandbox.subscribe()
    sandbox.advance(HOUR)
    sandbox.attempt(sandbox.take_all()[0], 200)
    sandbox.attempt(sandbox.webhooks.queue.all()[0], 410, replay=True)
    assert len(sandbox.webhooks.subscriptions.all()) == 1


def test_quick_retries_go_by_the_setting() -> None:
    quick = replace(TERMS, rules=replace(TERMS.rules, first_delay_seconds=0.5))
    assert isinstance(quick, DeliveryTerms)
    sandbox = WebhookSandbox(LIFE[:1], terms=quick)
    sandbox.subscribe()
    sandbox.advance(HOUR)
    assert sandbox.attempt(sandbox.take_all()[0], 500).due == START + HOUR + 0.5

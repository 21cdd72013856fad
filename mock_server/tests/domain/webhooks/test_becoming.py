"""Webhooks are told when a shipment becomes another, and what is ordered for them."""

from mock_server.tests.domain.webhooks.webhook_sandbox import (
    HOUR,
    LIFE,
    NUMBER,
    START,
    URL,
    WebhookSandbox,
    event,
    journey,
    told,
)


def test_news_of_a_shipment_that_becomes_another_are_told_at_once_after_those_it_had() -> None:
    sandbox = WebhookSandbox(LIFE)
    sandbox.subscribe()
    sandbox.clock.advance(1.5 * HOUR)
    other = journey(event(START + HOUR, "picked_up"), event(START + 1.5 * HOUR, "damaged"), event(START + 9 * HOUR))
    sandbox.become(other, 1)
    assert told(sandbox) == ["tracking.updated", "tracking.exception"]
    sandbox.advance(6 * HOUR)
    assert len(told(sandbox)) == 2
    sandbox.advance(2 * HOUR)
    assert len(told(sandbox)) == 3


def test_an_event_announced_in_the_instant_of_a_subscription_is_told() -> None:
    sandbox = WebhookSandbox()
    sandbox.subscribe()
    sandbox.become(journey(event(START)), 0)
    sandbox.become(journey(event(START), event(START, "delivered")), 1)
    assert told(sandbox) == ["tracking.updated", "tracking.delivered"]
    assert len({delivery.event_id for delivery in sandbox.webhooks.queue.all()}) == 2


def test_the_same_event_announced_twice_has_two_ids() -> None:
    sandbox = WebhookSandbox()
    sandbox.subscribe()
    for _ in range(2):
        sandbox.become(journey(event(START)), 0)
    assert len({delivery.event_id for delivery in sandbox.webhooks.queue.all()}) == 2


def test_who_subscribed_before_any_carrier_knew_the_number_is_told() -> None:
    sandbox = WebhookSandbox()
    sandbox.webhooks.subscribe(NUMBER.text, None, URL, ("all",))
    sandbox.become(journey(event(START)), 0)
    assert told(sandbox) == ["tracking.updated"]


def test_an_ordered_event_goes_to_the_number_s_webhooks_whose_filter_lets_it_through() -> None:
    sandbox = WebhookSandbox(LIFE)
    everything, delivered = sandbox.subscribe(), sandbox.subscribe("delivered")
    data = journey(*LIFE).at(START + 2 * HOUR).facts("en")
    ordered = sandbox.webhooks.order(NUMBER.text, "tracking.exception", "exception", data)
    assert [each.webhook_id for each in ordered] == [everything.webhook_id]
    ordered = sandbox.webhooks.order(NUMBER.text, "tracking.delivered", "delivered", data)
    assert [each.webhook_id for each in ordered] == [everything.webhook_id, delivered.webhook_id]
    assert sandbox.webhooks.order("1Z0", "tracking.delivered", "delivered", data) == []

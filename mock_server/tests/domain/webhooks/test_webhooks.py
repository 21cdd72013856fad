"""The webhooks: what happens to a shipment reaches who subscribed, in order, as it was then."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mock_server.contract.errors import ApiError
from mock_server.tests.domain.webhooks.webhook_sandbox import (
    HOUR,
    LIFE,
    START,
    TERMS,
    WebhookSandbox,
    event,
    said,
    told,
)


def test_three_scans_that_come_due_are_three_deliveries_each_with_the_state_of_its_instant() -> None:
    sandbox = WebhookSandbox(LIFE)
    subscription = sandbox.subscribe()
    sandbox.advance(3 * HOUR)
    values = [said(delivery) for delivery in sandbox.take_all()]
    assert [value["created_at"] for value in values] == [
        "2026-06-15T13:00:00Z",
        "2026-06-15T14:00:00Z",
        "2026-06-15T15:00:00Z",
    ]
    assert [value["data"]["status"] for value in values] == ["in_transit", "exception", "out_for_delivery"]
    assert [len(value["data"]["events"]) for value in values] == [1, 2, 3]
    assert {value["webhook_id"] for value in values} == {subscription.webhook_id}
    assert len({value["id"] for value in values}) == 3
    assert sandbox.shipment is not None
    for value, each in zip(values, LIFE, strict=False):
        assert value["data"] == sandbox.shipment.at(each.at).facts("en")


def test_nothing_is_told_before_its_time_and_nothing_twice() -> None:
    sandbox = WebhookSandbox(LIFE)
    sandbox.subscribe()
    assert sandbox.webhooks.next_due() == START
    sandbox.collect()
    assert sandbox.webhooks.next_due() == START + HOUR
    sandbox.advance(HOUR - 1)
    assert told(sandbox) == []
    sandbox.advance(1)
    sandbox.advance(0)
    sandbox.advance(HOUR - 1)
    assert told(sandbox) == ["tracking.updated"]


def test_what_had_happened_before_is_not_told() -> None:
    sandbox = WebhookSandbox(LIFE)
    sandbox.advance(2 * HOUR)
    sandbox.subscribe()
    sandbox.advance(HOUR)
    assert [said(delivery)["data"]["status"] for delivery in sandbox.take_all()] == ["out_for_delivery"]


@pytest.mark.parametrize(
    ("filters", "types"),
    [
        (["all"], ["tracking.updated", "tracking.exception", "tracking.updated", "tracking.delivered"]),
        (["delivered"], ["tracking.delivered"]),
        (["exception"], ["tracking.exception"]),
        (["delivered", "exception"], ["tracking.exception", "tracking.delivered"]),
    ],
)
def test_a_filter_lets_its_own_through(filters: Sequence[str], types: Sequence[str]) -> None:
    sandbox = WebhookSandbox(LIFE)
    sandbox.subscribe(*filters)
    sandbox.advance(4 * HOUR)
    assert told(sandbox) == types


def test_every_subscription_is_told_with_an_id_and_a_signature_of_its_own() -> None:
    sandbox = WebhookSandbox(LIFE[:1])
    subscriptions = [sandbox.subscribe() for _ in range(3)]
    sandbox.advance(HOUR)
    deliveries = sandbox.take_all()
    assert [delivery.webhook_id for delivery in deliveries] == [each.webhook_id for each in subscriptions]
    assert len({delivery.event_id for delivery in deliveries}) == 3
    for delivery, subscription in zip(deliveries, subscriptions, strict=True):
        headers = TERMS.headers(delivery, START)
        assert TERMS.scheme.accepts(subscription.secret, delivery.body, headers[TERMS.scheme.header])


def test_the_same_run_has_the_same_ids_and_bytes() -> None:
    def run() -> list[tuple[str, str, bytes]]:
        sandbox = WebhookSandbox(LIFE)
        sandbox.subscribe()
        sandbox.subscribe("delivered")
        sandbox.advance(4 * HOUR)
        return [(each.id, each.event_id, each.body) for each in sandbox.webhooks.queue.all()]

    assert run() == run()


def test_a_body_has_a_number_with_a_point_and_text_beyond_ascii_and_spaces_nobody_writes() -> None:
    sandbox = WebhookSandbox([replace(event(START + HOUR), location="Zürich 東京")])
    sandbox.subscribe()
    sandbox.advance(HOUR)
    body = sandbox.take_all()[0].body
    assert '"sender": {"name":"TrackFlow – mock","api_version":2.0} }'.encode() in body
    assert "Zürich 東京".encode() in body
    assert body.startswith(b'{ "id": "evt_')


def test_a_deleted_webhook_is_told_nothing_more() -> None:
    sandbox = WebhookSandbox(LIFE)
    subscription = sandbox.subscribe()
    other = sandbox.subscribe()
    sandbox.advance(HOUR)
    sandbox.webhooks.unsubscribe(subscription.webhook_id)
    sandbox.advance(HOUR)
    assert {delivery.webhook_id for delivery in sandbox.take_all()} == {other.webhook_id}
    with pytest.raises(ApiError, match="not_found"):
        sandbox.webhooks.unsubscribe(subscription.webhook_id)

"""Deliveries that a fault drops, delays, copies, reorders or signs wrongly."""

import pytest

from mock_server.domain.webhooks.delivery import DeliveryPlan, DeliveryState, Signature
from mock_server.tests.domain.webhooks.webhook_sandbox import HOUR, LIFE, START, TERMS, WebhookSandbox, said


def test_a_dropped_delivery_is_seen_and_never_sent() -> None:
    sandbox = WebhookSandbox(LIFE, [DeliveryPlan(dropped=True, faults=("r1",))])
    sandbox.subscribe()
    sandbox.advance(2 * HOUR)
    dropped, sent = sandbox.webhooks.queue.all()
    assert (dropped.state, dropped.faults, sent.state) == (DeliveryState.DROPPED, ("r1",), DeliveryState.PENDING)
    assert [delivery.id for delivery in sandbox.take_all()] == [sent.id]


def test_a_delivery_tells_something_else_in_bytes_of_the_same_kind() -> None:
    sandbox = WebhookSandbox(LIFE, [DeliveryPlan(event={"id": "evt_1"}, faults=("r1",))])
    sandbox.subscribe()
    sandbox.advance(2 * HOUR)
    lied, honest = sandbox.take_all()
    assert (lied.body, lied.faults) == (b'{ "id": "evt_1" }', ("r1",))
    assert said(honest)["id"] == honest.event_id


def test_a_delayed_delivery_comes_later_on_the_sandbox_s_clock() -> None:
    sandbox = WebhookSandbox(LIFE[:1], [DeliveryPlan(delay=300)])
    sandbox.subscribe()
    sandbox.advance(HOUR + 299)
    assert sandbox.take_all() == []
    sandbox.advance(1)
    assert len(sandbox.take_all()) == 1


def test_copies_have_one_event_id_and_the_same_bytes() -> None:
    sandbox = WebhookSandbox(LIFE[:1], [DeliveryPlan(copies=3)])
    sandbox.subscribe()
    sandbox.advance(HOUR)
    copies = sandbox.take_all()
    assert len({delivery.id for delivery in copies}) == 3
    assert len({(delivery.event_id, delivery.body) for delivery in copies}) == 1


def test_an_overtaken_delivery_comes_right_after_the_next() -> None:
    sandbox = WebhookSandbox(LIFE, [DeliveryPlan(overtaken=True)])
    sandbox.subscribe()
    sandbox.advance(HOUR)
    assert sandbox.take_all() == []
    sandbox.advance(2 * HOUR)
    statuses = [said(delivery)["data"]["status"] for delivery in sandbox.take_all()]
    assert statuses == ["exception", "in_transit", "out_for_delivery"]


def test_an_overtaken_delivery_that_nothing_follows_comes_a_day_later() -> None:
    sandbox = WebhookSandbox(LIFE[:1], [DeliveryPlan(overtaken=True)])
    sandbox.subscribe()
    sandbox.advance(HOUR + 86_400)
    assert len(sandbox.take_all()) == 1


@pytest.mark.parametrize(
    ("signature", "accepted"), [("good", True), ("bad", False), ("missing", False), ("foreign", False)]
)
def test_only_a_good_signature_is_accepted(signature: str, accepted: bool) -> None:
    sandbox = WebhookSandbox(LIFE[:1], [DeliveryPlan(signature=Signature(signature))])
    secret = sandbox.subscribe().secret
    sandbox.advance(HOUR)
    (delivery,) = sandbox.take_all()
    given = TERMS.headers(delivery, START).get(TERMS.scheme.header)
    assert (given is None) is (signature == "missing")
    assert TERMS.scheme.accepts(secret, delivery.body, given) is accepted

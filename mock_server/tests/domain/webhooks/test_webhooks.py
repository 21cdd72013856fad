"""The webhooks: what happens to a shipment reaches who subscribed, in order, as it was then."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from mock_server.contract.errors import ApiError
from mock_server.domain.webhooks import fanout
from mock_server.domain.webhooks.delivery import Delivery, State
from mock_server.domain.webhooks.queue import DeliveryQueue
from mock_server.domain.webhooks.terms import DeliveryTerms
from mock_server.tests.domain.webhooks.correspondence import (
    HOUR,
    NUMBER,
    START,
    TERMS,
    URL,
    Office,
    Spoilt,
    event,
    journey,
)

LIFE = [
    event(START + HOUR, "picked_up"),
    event(START + 2 * HOUR, "weather_delay"),
    event(START + 3 * HOUR, "out_for_delivery"),
    event(START + 4 * HOUR, "delivered"),
]


def said(delivery: Delivery) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(delivery.body)
    return value


def told(office: Office) -> list[str]:
    return [delivery.type for delivery in office.webhooks.queue.all()]


def test_three_scans_that_come_due_are_three_deliveries_each_with_the_state_of_its_instant() -> None:
    office = Office(LIFE)
    subscription = office.subscribe()
    office.advance(3 * HOUR)
    values = [said(delivery) for delivery in office.take_all()]
    assert [value["created_at"] for value in values] == [
        "2026-06-15T13:00:00Z",
        "2026-06-15T14:00:00Z",
        "2026-06-15T15:00:00Z",
    ]
    assert [value["data"]["status"] for value in values] == ["in_transit", "exception", "out_for_delivery"]
    assert [len(value["data"]["events"]) for value in values] == [1, 2, 3]
    assert {value["webhook_id"] for value in values} == {subscription.webhook_id}
    assert len({value["id"] for value in values}) == 3
    assert office.shipment is not None
    for value, each in zip(values, LIFE, strict=False):
        assert value["data"] == office.shipment.at(each.at).facts("en")


def test_nothing_is_told_before_its_time_and_nothing_twice() -> None:
    office = Office(LIFE)
    office.subscribe()
    assert office.webhooks.next_due() == START
    office.collect()
    assert office.webhooks.next_due() == START + HOUR
    office.advance(HOUR - 1)
    assert told(office) == []
    office.advance(1)
    office.advance(0)
    office.advance(HOUR - 1)
    assert told(office) == ["tracking.updated"]


def test_what_had_happened_before_is_not_told() -> None:
    office = Office(LIFE)
    office.advance(2 * HOUR)
    office.subscribe()
    office.advance(HOUR)
    assert [said(delivery)["data"]["status"] for delivery in office.take_all()] == ["out_for_delivery"]


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
    office = Office(LIFE)
    office.subscribe(*filters)
    office.advance(4 * HOUR)
    assert told(office) == types


def test_every_subscription_is_told_with_an_id_and_a_signature_of_its_own() -> None:
    office = Office(LIFE[:1])
    subscriptions = [office.subscribe() for _ in range(3)]
    office.advance(HOUR)
    deliveries = office.take_all()
    assert [delivery.webhook_id for delivery in deliveries] == [each.webhook_id for each in subscriptions]
    assert len({delivery.event_id for delivery in deliveries}) == 3
    for delivery, subscription in zip(deliveries, subscriptions, strict=True):
        headers = TERMS.headers(delivery, START)
        assert TERMS.scheme.accepts(subscription.secret, delivery.body, headers[TERMS.scheme.header])


def test_the_same_run_has_the_same_ids_and_bytes() -> None:
    def run() -> list[tuple[str, str, bytes]]:
        office = Office(LIFE)
        office.subscribe()
        office.subscribe("delivered")
        office.advance(4 * HOUR)
        return [(each.id, each.event_id, each.body) for each in office.webhooks.queue.all()]

    assert run() == run()


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


def test_a_body_has_a_number_with_a_point_and_text_beyond_ascii_and_spaces_nobody_writes() -> None:
    office = Office([replace(event(START + HOUR), location="Zürich 東京")])
    office.subscribe()
    office.advance(HOUR)
    body = office.take_all()[0].body
    assert '"sender": {"name":"TrackFlow – mock","api_version":2.0} }'.encode() in body
    assert "Zürich 東京".encode() in body
    assert body.startswith(b'{ "id": "evt_')


def test_a_deleted_webhook_is_told_nothing_more() -> None:
    office = Office(LIFE)
    subscription = office.subscribe()
    other = office.subscribe()
    office.advance(HOUR)
    office.webhooks.unsubscribe(subscription.webhook_id)
    office.advance(HOUR)
    assert {delivery.webhook_id for delivery in office.take_all()} == {other.webhook_id}
    with pytest.raises(ApiError, match="not_found"):
        office.webhooks.unsubscribe(subscription.webhook_id)


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


# Shipments that become others


def test_news_of_a_shipment_that_becomes_another_are_told_at_once_after_those_it_had() -> None:
    office = Office(LIFE)
    office.subscribe()
    office.clock.advance(1.5 * HOUR)
    other = journey(event(START + HOUR, "picked_up"), event(START + 1.5 * HOUR, "damaged"), event(START + 9 * HOUR))
    office.become(other, 1)
    assert told(office) == ["tracking.updated", "tracking.exception"]
    office.advance(6 * HOUR)
    assert len(told(office)) == 2
    office.advance(2 * HOUR)
    assert len(told(office)) == 3


def test_an_event_announced_in_the_instant_of_a_subscription_is_told() -> None:
    office = Office()
    office.subscribe()
    office.become(journey(event(START)), 0)
    office.become(journey(event(START), event(START, "delivered")), 1)
    assert told(office) == ["tracking.updated", "tracking.delivered"]
    assert len({delivery.event_id for delivery in office.webhooks.queue.all()}) == 2


def test_the_same_event_announced_twice_has_two_ids() -> None:
    office = Office()
    office.subscribe()
    for _ in range(2):
        office.become(journey(event(START)), 0)
    assert len({delivery.event_id for delivery in office.webhooks.queue.all()}) == 2


def test_who_subscribed_before_any_carrier_knew_the_number_is_told() -> None:
    office = Office()
    office.webhooks.subscribe(NUMBER.text, None, URL, ("all",))
    office.become(journey(event(START)), 0)
    assert told(office) == ["tracking.updated"]


def test_an_ordered_event_goes_to_the_number_s_webhooks_whose_filter_lets_it_through() -> None:
    office = Office(LIFE)
    everything, delivered = office.subscribe(), office.subscribe("delivered")
    data = journey(*LIFE).at(START + 2 * HOUR).facts("en")
    ordered = office.webhooks.order(NUMBER.text, "tracking.exception", "exception", data)
    assert [each.webhook_id for each in ordered] == [everything.webhook_id]
    ordered = office.webhooks.order(NUMBER.text, "tracking.delivered", "delivered", data)
    assert [each.webhook_id for each in ordered] == [everything.webhook_id, delivered.webhook_id]
    assert office.webhooks.order("1Z0", "tracking.delivered", "delivered", data) == []


# Time that goes back, and too much at once


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


# Faults


def test_a_dropped_delivery_is_seen_and_never_sent() -> None:
    office = Office(LIFE, [Spoilt(dropped=True, faults=("r1",))])
    office.subscribe()
    office.advance(2 * HOUR)
    dropped, sent = office.webhooks.queue.all()
    assert (dropped.state, dropped.faults, sent.state) == (State.DROPPED, ("r1",), State.PENDING)
    assert [delivery.id for delivery in office.take_all()] == [sent.id]


def test_a_delayed_delivery_comes_later_on_the_sandbox_s_clock() -> None:
    office = Office(LIFE[:1], [Spoilt(delay=300)])
    office.subscribe()
    office.advance(HOUR + 299)
    assert office.take_all() == []
    office.advance(1)
    assert len(office.take_all()) == 1


def test_copies_have_one_event_id_and_the_same_bytes() -> None:
    office = Office(LIFE[:1], [Spoilt(copies=3)])
    office.subscribe()
    office.advance(HOUR)
    copies = office.take_all()
    assert len({delivery.id for delivery in copies}) == 3
    assert len({(delivery.event_id, delivery.body) for delivery in copies}) == 1


def test_an_overtaken_delivery_comes_right_after_the_next() -> None:
    office = Office(LIFE, [Spoilt(overtaken=True)])
    office.subscribe()
    office.advance(HOUR)
    assert office.take_all() == []
    office.advance(2 * HOUR)
    statuses = [said(delivery)["data"]["status"] for delivery in office.take_all()]
    assert statuses == ["exception", "in_transit", "out_for_delivery"]


def test_an_overtaken_delivery_that_nothing_follows_comes_a_day_later() -> None:
    office = Office(LIFE[:1], [Spoilt(overtaken=True)])
    office.subscribe()
    office.advance(HOUR + 86_400)
    assert len(office.take_all()) == 1


@pytest.mark.parametrize(
    ("signature", "accepted"), [("good", True), ("bad", False), ("missing", False), ("foreign", False)]
)
def test_only_a_good_signature_is_accepted(signature: str, accepted: bool) -> None:
    office = Office(LIFE[:1], [Spoilt(signature=signature)])
    secret = office.subscribe().secret
    office.advance(HOUR)
    (delivery,) = office.take_all()
    given = TERMS.headers(delivery, START).get(TERMS.scheme.header)
    assert (given is None) is (signature == "missing")
    assert TERMS.scheme.accepts(secret, delivery.body, given) is accepted


def test_quick_retries_go_by_the_setting() -> None:
    quick = replace(TERMS, rules=replace(TERMS.rules, first_delay_seconds=0.5))
    assert isinstance(quick, DeliveryTerms)
    office = Office(LIFE[:1], terms=quick)
    office.subscribe()
    office.advance(HOUR)
    assert office.attempt(office.take_all()[0], 500).due == START + HOUR + 0.5

"""Every store: what is committed is there for the next process, whole."""

import json
from pathlib import Path

import pytest

from mock_server.contract.forms import FormError
from mock_server.domain.clock import ManualClock
from mock_server.domain.steps import finished
from mock_server.domain.webhooks.delivery import DeliveryPlan, DeliveryState, Signature
from mock_server.domain.webhooks.records import Saved
from mock_server.persistence import snapshots
from mock_server.settings import Settings
from mock_server.tests.domain.webhooks.webhook_sandbox import HOUR, WebhookSandbox
from mock_server.tests.persistence.places import StatePlace
from mock_server.tests.persistence.stores import KEY, LIFE, closed, recording, worlds
from mock_server.world import Foundation, Worlds, steering
from mock_server.world.portion import Portion


def resumed(saved: Saved, sandbox: WebhookSandbox) -> WebhookSandbox:
    again = WebhookSandbox(LIFE, base=sandbox.base)
    again.clock.change(lambda *_: saved.course)
    again.webhooks.restore(saved)
    return again


def test_a_webhook_is_there_as_soon_as_it_is_made_and_gone_as_soon_as_it_is_deleted(place: StatePlace) -> None:
    sandbox = recording(place)
    first, second = sandbox.subscribe("delivered", "exception"), sandbox.subscribe()
    assert place.kept(KEY).webhooks == (first, second)
    sandbox.webhooks.unsubscribe(first.webhook_id)
    assert place.kept(KEY).webhooks == (second,)


def test_deliveries_and_attempts_come_back_as_they_were(place: StatePlace) -> None:
    sandbox = recording(
        place, DeliveryPlan(Signature.BAD, faults=("r1",)), DeliveryPlan(Signature.MISSING), DeliveryPlan(dropped=True)
    )
    sandbox.subscribe()
    sandbox.advance(3 * HOUR)
    first, second = sandbox.take_all()
    sandbox.attempt(first, 503, answer_headers={"retry-after": "9"}, answer_body=b"\xff\x00")
    sandbox.attempt(second, 200)
    sandbox.collect()
    assert place.kept(KEY).deliveries == sandbox.webhooks.queue.all()


def test_a_webhooks_goes_on_where_it_stopped_and_ids_go_on_too(place: StatePlace) -> None:
    sandbox = recording(place)
    sandbox.subscribe()
    sandbox.advance(HOUR)
    again = resumed(place.kept(KEY), sandbox)
    again.advance(2 * HOUR)
    sandbox.advance(2 * HOUR)
    assert again.webhooks.queue.all() == sandbox.webhooks.queue.all()
    assert again.subscribe() == sandbox.subscribe()


def test_what_was_under_way_is_due_again_with_the_same_bytes(place: StatePlace) -> None:
    sandbox = recording(place)
    sandbox.subscribe()
    sandbox.advance(HOUR)
    (under_way,) = sandbox.take_all()
    again = resumed(place.kept(KEY), sandbox)
    assert again.take_all() == [under_way]


def test_no_attempt_is_made_at_a_delivery_that_is_not_in_the_file(place: StatePlace) -> None:
    sandbox = recording(place)
    for _ in range(30):
        sandbox.subscribe()
    sandbox.clock.advance(HOUR)
    while sandbox.webhooks.collect(7):
        saved = {delivery.id for delivery in place.kept(KEY).deliveries}
        assert {delivery.id for delivery in sandbox.take_all()} <= saved


def test_an_event_that_was_being_told_is_told_to_everybody(place: StatePlace) -> None:
    sandbox = recording(place)
    for _ in range(30):
        sandbox.subscribe()
    sandbox.clock.advance(HOUR)
    sandbox.webhooks.collect(12)
    before = {delivery.event_id for delivery in sandbox.webhooks.queue.all()}
    assert 0 < len(before) < 30
    again = resumed(place.kept(KEY), sandbox)
    again.collect()
    after = {delivery.event_id for delivery in again.webhooks.queue.all()}
    assert len(after) == 30
    assert before < after


def test_what_came_of_attempts_is_kept_at_the_latest_with_the_next_turn(place: StatePlace) -> None:
    sandbox = recording(place)
    sandbox.subscribe()
    sandbox.advance(HOUR)
    sandbox.attempt(sandbox.take_all()[0], 200)
    assert place.kept(KEY).deliveries[0].state is DeliveryState.PENDING
    sandbox.collect()
    assert place.kept(KEY).deliveries[0].state is DeliveryState.DELIVERED


def test_what_is_let_go_is_let_go_in_the_file_too(place: StatePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.domain.webhooks.queue.KEPT", 1)
    sandbox = recording(place)
    sandbox.subscribe()
    sandbox.advance(3 * HOUR)
    for delivery in sandbox.take_all():
        sandbox.attempt(delivery, 200)
    sandbox.collect()
    assert place.kept(KEY).deliveries == sandbox.webhooks.queue.all()
    assert place.attempts(KEY) == 1


# Whole worlds


def test_a_sandbox_comes_back_with_its_clock_its_pins_and_its_whole_lives(
    place: StatePlace, clock: ManualClock
) -> None:
    before = worlds(place, clock)
    world = before.of(KEY)
    number = before.foundation.recognise(before.foundation.magic.magic_number("ups", "011"), None)
    pinned = before.foundation.recognise("1Z999AA10123456784", None)
    for each in (number, pinned):
        world.webhooks.subscribe(each.text, "ups", "http://127.0.0.1:9/", ("all",))
    world.webhooks.collect(10)
    clock.sleep(HOUR)
    steering.move_clock(before, lambda course, base: course.advance(base, 100.0), world)
    finished(steering.happening(before, pinned, {"type": "exception"}, world))
    while world.webhooks.collect(10):
        pass
    closed(before)
    after = worlds(place, clock).of(KEY)
    after.webhooks.collect(10)
    assert after.clock.now() == world.clock.now()
    for each in (number, pinned):
        seen, again = (one.shipments.find(each, one.clock.now()).at(one.clock.now()) for one in (world, after))
        assert again.facts("en") == seen.facts("en")
    assert after.webhooks.queue.all() == world.webhooks.queue.all()
    assert after.webhooks.next_due() == world.webhooks.next_due()


def test_a_reset_forgets_what_the_file_knows(place: StatePlace, clock: ManualClock) -> None:
    before = worlds(place, clock)
    for key in (KEY, "tf_test_free_b"):
        before.of(key).webhooks.subscribe("1Z999AA10123456784", "ups", "http://127.0.0.1:9/", ("all",))
    before.reset(KEY)
    closed(before)
    between = worlds(place, clock)
    assert [len(between.of(key).webhooks.subscriptions) for key in (KEY, "tf_test_free_b")] == [0, 1]
    between.reset()
    closed(between)
    after = worlds(place, clock)
    assert [len(after.of(key).webhooks.subscriptions) for key in (KEY, "tf_test_free_b")] == [0, 0]


def test_no_webhook_that_the_file_keeps_goes_for_want_of_room(
    place: StatePlace, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    before = worlds(place, clock, sandboxes=2)
    for name in "abc":
        before.of(f"tf_test_free_{name}").webhooks.subscribe(
            "1Z999AA10123456784", "ups", "http://127.0.0.1:9/", ("all",)
        )
    assert "2 keys have webhooks that the state file keeps" in caplog.text
    for name in "de":  # the one makes room for the other
        before.of(f"tf_test_free_{name}")
    assert [world.account.key[-1] for world in before.all()] == ["a", "b", "c", "e"]
    kept = [world.webhooks.subscriptions.all() for world in before.all()]
    closed(before)
    after = worlds(place, clock, sandboxes=2)
    assert [after.of(f"tf_test_free_{name}").webhooks.subscriptions.all() for name in "abc"] == kept[:3]
    closed(after)


def test_more_keys_than_there_is_room_for_give_a_snapshot_that_is_taken_back(
    place: StatePlace, clock: ManualClock
) -> None:
    before = worlds(place, clock, sandboxes=2)
    made = []
    for name in "abc":
        webhooks = before.of(f"tf_test_free_{name}").webhooks
        made.append(webhooks.subscribe("1Z999AA10123456784", "ups", "http://127.0.0.1:9/", ("all",)))
    before.of("tf_test_free_d")
    before.of("tf_test_free_a").webhooks.unsubscribe(made[0].webhook_id)  # now it is idle, and still there
    kept = [(world.account.key[-1], world.webhooks.subscriptions.all()) for world in before.all()]
    assert [(name, len(webhooks)) for name, webhooks in kept] == [("a", 0), ("b", 1), ("c", 1), ("d", 0)]
    snapshots.restore(before, json.loads(json.dumps(snapshots.take(before))))
    assert [(world.account.key[-1], world.webhooks.subscriptions.all()) for world in before.all()] == kept
    closed(before)


def test_of_a_snapshot_each_process_needs_room_for_its_own_keys_alone(clock: ManualClock) -> None:
    whole = Worlds(Foundation(Settings(), clock))
    for name in "abcd":
        whole.of(f"tf_test_free_{name}")
    taken = json.loads(json.dumps(snapshots.take(whole)))
    part = Worlds(Foundation(Settings(sandboxes=2), clock), portion=Portion(mine=lambda key: key[-1] in "ab"))
    snapshots.restore(part, taken)
    assert [world.account.key[-1] for world in part.all()] == ["a", "b"]
    with pytest.raises(FormError, match="4 are more than the 2 that --sandboxes allows"):
        snapshots.restore(Worlds(Foundation(Settings(sandboxes=2), clock)), taken)


def test_a_scenario_s_webhooks_are_not_made_twice(place: StatePlace, clock: ManualClock, tmp_path: Path) -> None:
    scenario = tmp_path / "hooks.yaml"
    scenario.write_text("webhooks: [{tracking_number: 1Z999AA10123456784, url: 'http://127.0.0.1:9/'}]")

    def start() -> Worlds:
        return Worlds(Foundation(Settings(scenario=str(scenario)), clock), place.open())

    before = start()
    made = before.of(KEY).webhooks.subscriptions.all()
    closed(before)
    after = start()
    assert after.of(KEY).webhooks.subscriptions.all() == made
    closed(after)

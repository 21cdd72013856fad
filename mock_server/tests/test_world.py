import logging

import pytest

from mock_server.contract.errors import ApiError
from mock_server.domain.clock import ManualClock
from mock_server.domain.steps import finished
from mock_server.settings import Settings
from mock_server.world import Foundation, World, Worlds
from mock_server.world.new_keys import new_account


@pytest.fixture
def worlds(clock: ManualClock) -> Worlds:
    return Worlds(Foundation(Settings(sandboxes=3), clock))


def test_a_key_has_one_world_and_it_is_its_own(worlds: Worlds) -> None:
    assert worlds.of("tf_test_free_a") is worlds.of("tf_test_free_a")
    assert worlds.of("tf_test_free_a") is not worlds.of("tf_test_free_b")


def test_the_world_idle_longest_is_forgotten_with_a_word_in_the_log(
    worlds: Worlds, caplog: pytest.LogCaptureFixture
) -> None:
    first = [worlds.of(f"tf_test_free_{name}") for name in "abc"]
    with caplog.at_level(logging.WARNING):
        worlds.of("tf_test_free_d")
    assert len(worlds.all()) == 3
    assert first[0] not in worlds.all()
    assert "forgot the sandbox of tf_test_...ee_a" in caplog.text


def test_a_world_in_use_is_not_idle_though_its_journal_is_empty(worlds: Worlds) -> None:
    for name in "abc":
        worlds.of(f"tf_test_free_{name}")
    finished(worlds.playing(worlds.scenario, "tf_test_free_b"))
    worlds.of("tf_test_free_a").journal.clear()
    worlds.of("tf_test_free_d")
    assert [world.account.key[-1] for world in worlds.all()] == ["a", "b", "d"]


def hooked(world: World) -> World:
    world.webhooks.subscribe("1Z999AA10123456784", "ups", "http://127.0.0.1:9/", ("all",))
    return world


def test_worlds_with_webhooks_go_last_and_the_log_says_what_went_with_them(
    worlds: Worlds, caplog: pytest.LogCaptureFixture
) -> None:
    first = hooked(worlds.of("tf_test_free_a"))
    for name in "bcd":
        worlds.of(f"tf_test_free_{name}")
    assert [world.account.key[-1] for world in worlds.all()] == ["a", "c", "d"]
    for world in worlds.all()[1:]:
        hooked(world)
    worlds.of("tf_test_free_e")
    assert first not in worlds.all()
    assert "forgot the sandbox of tf_test_...ee_a and its 1 webhook: 4 keys" in caplog.text


def test_a_made_key_is_new_each_time_and_the_same_for_the_same_seed(clock: ManualClock) -> None:
    def made() -> list[str]:
        worlds = Worlds(Foundation(Settings(), clock))
        return [new_account(worlds, "free").key for _ in range(3)]

    assert made() == made()
    assert len(set(made())) == 3


def test_a_magic_number_refuses_and_says_that_it_was_injected(worlds: Worlds) -> None:
    number = worlds.foundation.magic.magic_number("ups", "503")
    with pytest.raises(ApiError) as caught:
        worlds.of("tf_test_free_a").look_up(number, None)
    assert (caught.value.code, caught.value.injected) == ("carrier_unavailable", "number-503")


def test_every_magic_number_does_what_its_scenario_says(worlds: Worlds) -> None:
    world = worlds.of("tf_test_enterprise_a")
    for row in worlds.foundation.magic.magic_numbers():
        scenario = worlds.foundation.magic.scenarios.get(row.scenario or "")
        if scenario is None or scenario.error:
            continue
        found_shipment = world.look_up(row.number, row.carrier)
        statuses = {
            "lifecycle": "pending",
            "forty_events": None,
            "customs_hold": "exception",
            "three_attempts": "returned",
        }
        expected = statuses.get(scenario.journey or "", scenario.journey)
        if expected in {"no_estimate", "non_ascii_places", "duplicate_events"}:
            continue
        assert expected in (None, found_shipment.tracked.status), row
        assert found_shipment.pause == scenario.delay_seconds


def test_a_whole_life_is_pending_at_first_sight_and_delivered_72_hours_later(
    clock: ManualClock, worlds: Worlds
) -> None:
    world = worlds.of("tf_test_free_a")
    number = worlds.foundation.magic.magic_number("fedex", "011")
    seen: list[tuple[str, int]] = []
    for _ in range(73):
        tracked = world.look_up(number, "fedex").tracked
        if not seen or seen[-1] != (tracked.status, tracked.seen):
            seen.append((tracked.status, tracked.seen))
        clock.sleep(3600)
    assert seen[0] == ("pending", 0)
    assert seen[-1][0] == "delivered"
    assert [count for _, count in seen] == list(range(len(seen)))


def test_a_world_after_a_reset_is_a_fresh_one(worlds: Worlds) -> None:
    world: World = worlds.of("tf_test_free_a")
    world.quota.charge(5)
    worlds.reset("tf_test_free_a")
    assert worlds.of("tf_test_free_a").quota.state().remaining == 10

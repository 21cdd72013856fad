"""How a mock and its sandboxes start in a scenario."""

from pathlib import Path

from mock_server.domain.clock import ManualClock
from mock_server.domain.steps import finished
from mock_server.faults import scenarios
from mock_server.settings import Settings
from mock_server.tests.faults.rulebook import NOON
from mock_server.tests.faults.written import WHOLE
from mock_server.world import Foundation, Worlds


def started(text: str, tmp_path: Path) -> Worlds:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    return Worlds(Foundation(Settings(scenario=str(file)), ManualClock(NOON)))


def test_a_world_starts_as_its_scenario_says(tmp_path: Path) -> None:
    worlds = started(WHOLE.replace("scale: 60", "scale: 0").replace("2026-06-15T12", "2026-07-01T12"), tmp_path)
    world = worlds.of("tf_test_free_a")
    assert world.clock.now() == NOON + 16 * 86400
    assert (world.seed, world.shipments.seed) == (7, 7)
    assert world.account.plan.limits == ((60, 3), (86400, 500))
    assert worlds.of("tf_test_growth_a").account.plan.batch_size == 2
    assert world.look_up("1Z999AA10123456784", None).tracked.status == "out_for_delivery"
    assert world.look_up("999999999999", "fedex").facts("en")["events"][0]["location"] == "Zürich, CH"
    (webhook,) = world.webhooks.subscriptions.all()
    assert (webhook.url, webhook.events) == ("https://example.com/hook", ("delivered",))
    assert [rule.id for rule, _ in world.faults.rules()] == ["mine-1", "mine"]


def test_a_scenario_s_clock_may_stand_and_still_keep_the_promise_of_retry_after(tmp_path: Path) -> None:
    worlds = started("clock: { instant: 2026-06-15T12:00:00Z, scale: 0, auto_advance: 60 }\n", tmp_path)
    clock = worlds.of("tf_test_free_a").clock
    assert (clock.frozen, clock.now(), clock.rate) == (True, NOON, 60)


def test_a_reset_goes_back_to_the_opening_scenario(tmp_path: Path) -> None:
    worlds = started("seed: 5\nfaults:\n  - fault: { type: drop }\n", tmp_path)
    finished(worlds.playing(scenarios.load("calm", worlds.foundation.stage)))
    assert (worlds.of("tf_test_free_a").seed, list(worlds.of("tf_test_free_a").faults.rules())) == (0, [])
    worlds.reset()
    assert worlds.of("tf_test_free_a").seed == 5
    assert len(list(worlds.of("tf_test_free_a").faults.rules())) == 1


def test_one_world_can_be_in_a_scenario_of_its_own(tmp_path: Path) -> None:
    worlds = started("seed: 5\nfaults:\n  - { id: all, fault: { type: drop } }\n", tmp_path)
    other = scenarios.read(WHOLE, "other", worlds.foundation.stage, source="")
    finished(worlds.playing(other, "tf_test_free_a"))
    own, usual = worlds.of("tf_test_free_a"), worlds.of("tf_test_free_b")
    assert (own.seed, usual.seed) == (7, 5)
    assert [rule.id for rule, _ in own.faults.rules()] == ["other-1", "mine"]
    assert [rule.id for rule, _ in usual.faults.rules()] == ["all"]
    worlds.reset("tf_test_free_a")
    assert worlds.of("tf_test_free_a").seed == 5

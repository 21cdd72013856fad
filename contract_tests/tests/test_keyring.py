"""Whichever of the given keys can show what a probe wants to see is the one that is asked with."""

import pytest

from contract_tests.clock import ManualClock
from contract_tests.contract.document import Contract
from contract_tests.exchange import Key
from contract_tests.keyring import Keyring, Need
from contract_tests.tests.honest import BEGINNING, run_along, serving
from contract_tests.tests.servers.honest.connection import Connection
from contract_tests.tests.servers.parts import Parts
from contract_tests.tests.servers.target import parts_of

ALL = {plan: f"tf_live_{plan}_1" for plan in ("free", "starter", "growth", "enterprise", "revoked")}
COSTS = {
    "quota.cost", "quota.batch-cost", "quota.free", "quota.minute", "quota.per-key", "quota.cost.refusals",
    "quota.cost.unavailable", "quota.cost.every-operation", "quota.batch-cost.refused", "quota.batch-cost.invalid",
}  # fmt: skip


@pytest.mark.parametrize(
    ("own", "need", "found"),
    [
        ("growth", Need(limited=True), "growth"),
        ("enterprise", Need(limited=True), "growth"),
        ("growth", Need(limited=False), "enterprise"),
        ("growth", Need(plan="starter"), "starter"),
        ("growth", Need(least="minute", minute=True), "free"),
        ("growth", Need(least="batch"), "free"),
        ("enterprise", Need(least="batch", batch=50), "enterprise"),
        ("free", Need(limited=True, batch=20), "growth"),
        ("growth", Need(other=True), "starter"),
        ("enterprise", Need(other=True), "growth"),
    ],
)
def test_the_runs_own_key_comes_first_and_then_whichever_can_show_it(
    contract: Contract, own: str, need: Need, found: str
) -> None:
    ring = Keyring(contract, Key(ALL[own], plan=own), ALL)
    got = ring.find(need)
    assert got is not None
    assert (got[0].plan, got[1].name) == (found, found)


def test_a_key_with_too_little_left_makes_way_for_another(contract: Contract) -> None:
    own = Key(ALL["growth"], plan="growth")
    ring = Keyring(contract, own, ALL, lambda key: 3 if key == own else None)
    got = ring.find(Need(limited=True, left=10))
    assert got is not None
    assert got[1].name == "starter"


@pytest.mark.parametrize(
    ("need", "lacking"),
    [
        (Need(limited=True), "limited_plan"),
        (Need(plan="free"), "plan_key:free"),
        (Need(limited=False), "plan_key:enterprise"),
        (Need(other=True), "second_key"),
        (Need(least="batch"), "plan_of_the_key"),
    ],
)
def test_what_no_key_can_show_says_which_key_would(contract: Contract, need: Need, lacking: str) -> None:
    ring = Keyring(contract, Key("of-nobody-knows-which-plan"), {})
    assert ring.find(need) is None
    assert ring.lacking(need) == lacking


@pytest.mark.parametrize("plan", ["enterprise", "free"])
def test_the_costs_are_shown_with_whichever_key_is_counted(plan: str) -> None:
    clock = ManualClock(BEGINNING)
    way = Connection(serving(Parts(), clock), clock)
    only = [word for clause in sorted(COSTS) for word in ("--only", clause)]
    checked = run_along(way, "--api-key", ALL[plan], *only)
    assert checked.of("passed") == COSTS, checked.output


def test_a_minute_that_is_too_small_is_looked_at_again_with_the_key_that_showed_it() -> None:
    clock = ManualClock(BEGINNING)
    way = Connection(serving(parts_of("growth-has-a-hundred"), clock), clock)
    checked = run_along(way, "--api-key", ALL["enterprise"], "-k", "known_shipment or minute_ends")
    assert "plans.growth" in checked.of("failed"), checked.output

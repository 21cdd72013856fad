"""One world in a snapshot."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.contract.forms import told_at
from mock_server.domain.plans import Account
from mock_server.domain.steps import Steps
from mock_server.domain.webhooks.records import Saved
from mock_server.faults.rules import Count
from mock_server.faults.scenarios import Scenario
from mock_server.persistence.snapshots import parts, webhooks
from mock_server.persistence.snapshots.parts import Value
from mock_server.world import Foundation, Newcomer, World
from mock_server.world.admission import check_saved


def writing(world: World, base: float | None = None, *, alone: bool) -> Steps[Callable[[], dict[str, Any]]]:
    """What writes the world as it is when it is ready, step by step; `alone` if the scenario for all is not its own.

    `base` is the instant of its clock's base that the clock is told of, if that is not the one when it is ready.
    """
    noticed = yield from world.saved_later()
    stands = standing(world, alone=alone)
    key, clock = world.account.key, parts.clock(world.clock.course, world.clock.base.now() if base is None else base)
    return lambda: _written(key, clock, noticed(), stands)


def _written(key: str, clock: Value, saved: Saved, stands: Value) -> dict[str, Any]:
    return {
        "key": key,
        "clock": clock,
        "shipments": [{**wish, "tracking_number": text, "carrier": carrier} for (carrier, text), wish in saved.pins],
        "first_seen": [
            {"tracking_number": text, "carrier": carrier, "at": instant} for (carrier, text), instant in saved.begun
        ],
        **stands,
        **webhooks.written(saved),
    }


def standing(world: World, *, alone: bool) -> dict[str, Any]:
    """What the world stands in beside its clock, shipments and webhooks."""
    record = {
        "seed": world.seed,
        "quota": [{"seconds": seconds, "index": index, "used": used} for seconds, index, used in world.quota.usage()],
        "faults": {
            "rules": [rule.to_json() for rule in world.faults.own.in_force.rules],
            "counts": [
                {"id": rule.id, "seen": count.seen, "applied": count.applied} for rule, count in world.faults.rules()
            ],
        },
    }
    return {**record, "scenario": parts.scenario(world.scenario)} if alone else record


def newcomer(foundation: Foundation, record: Value, place: str, scenario: Scenario) -> Newcomer:
    """The world of a record, ready to be taken in by a mock in that scenario; FormError if it cannot be."""
    with told_at(f"{place}/key"):
        account = foundation.accounts.authenticate(record["key"])
    return stood(foundation, account, record, place, scenario, _saved(foundation, record, place))


def stood(  # noqa: PLR0917 - a record in its place, and what is read of it already
    foundation: Foundation, account: Account, record: Value, place: str, scenario: Scenario, saved: Saved
) -> Newcomer:
    """The world that stands as a record says; FormError if it cannot."""
    own = "scenario" in record
    if own:
        scenario = parts.staged(foundation, record["scenario"], f"{place}/scenario")
    faults = record.get("faults", {"rules": (), "counts": ()})
    plan = foundation.plan(account.plan, scenario)
    usage = [(each["seconds"], each["index"], each["used"]) for each in record.get("quota", ())]
    if usage and [seconds for seconds, _, _ in usage] != [seconds for seconds, _ in plan.limits]:
        with told_at(f"{place}/quota"):
            raise ValueError(f"these are not the windows of the {plan.name} plan; leave the quota out")
    return Newcomer(
        account,
        replace(scenario, seed=record["seed"]),
        own,
        [parts.rule(foundation, *each) for each in parts.placed(faults, "rules", f"{place}/faults")],
        [(each["id"], Count(each["seen"], each["applied"])) for each in faults["counts"]],
        usage,
        saved,
    )


def _saved(foundation: Foundation, record: Value, place: str) -> Saved:
    course = parts.course(record["clock"], foundation.clock.base.now(), f"{place}/clock")
    saved = webhooks.read(record, course)
    pins = [parts.pin(foundation, *each) for each in parts.placed(record, "shipments", place)]
    begun = []
    for each, where in parts.placed(record, "first_seen", place):
        with told_at(where):
            number = parts.number(foundation, each)
            begun.append(((number.carrier.code, number.text), each["at"]))
    saved = replace(
        saved, pins=[((pin.number.carrier.code, pin.number.text), dict(pin.wish)) for pin in pins], begun=begun
    )
    with told_at(place):
        check_saved(foundation, saved)
    return saved

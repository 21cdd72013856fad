"""Taking over from a dead instance: by whom, in what order, and what it leaves to clients of other keys."""

import asyncio
from collections.abc import Callable

import pytest

from mock_server.tests.sharing.leasing import KEY, OTHER, LeasingInstance, silence


def test_a_dead_owner_s_key_is_the_first_s_who_is_asked(ana: LeasingInstance, ben: LeasingInstance) -> None:
    assert ana.leases.mine(KEY)
    assert not ben.leases.mine(KEY)
    silence(ana)
    ben.beat()
    assert ben.leases.mine(KEY)
    assert ben.heard == [("claimed", KEY)]


def test_a_dead_owner_s_deliveries_are_taken_over_without_being_asked(
    ana: LeasingInstance, ben: LeasingInstance
) -> None:
    for key in (KEY, OTHER):
        assert ana.leases.mine(key)
    ana.subscribe(KEY)
    ana.write(OTHER)
    silence(ana)
    ben.beat()
    assert ben.heard == [("claimed", KEY)]  # the other has nothing to do by itself


def test_of_many_keys_all_are_taken_over_in_turns(ana: LeasingInstance, ben: LeasingInstance) -> None:
    keys = {f"tf_test_free_{number}" for number in range(25)}
    for key in keys:
        assert ana.leases.mine(key)
        ana.subscribe(key)
    turns: list[Callable[[], None]] = []
    ben.leases.later = lambda _seconds, work: turns.append(work)
    silence(ana)
    ben.beat()
    taken = 1
    while turns:
        assert len(ben.heard) == taken
        ben.beat()  # a renewal in between begins no second round
        turns.pop()()
        taken += len(turns)
    assert {key for _, key in ben.heard} == keys


def test_clients_have_three_times_as_long_as_taking_over_takes(ana: LeasingInstance, ben: LeasingInstance) -> None:
    for key in (KEY, OTHER):
        assert ana.leases.mine(key)
        ana.subscribe(key)
    rests: list[float] = []
    ben.leases.later = lambda seconds, _work: rests.append(seconds)
    ben.leases.on_claimed = ben.works(0.02)
    silence(ana)
    ben.beat()
    assert rests == [pytest.approx(0.06)]


def test_meanwhile_who_asks_for_a_dead_one_s_key_waits_and_no_other(ana: LeasingInstance, ben: LeasingInstance) -> None:
    for key in (KEY, OTHER):
        assert ana.leases.mine(key)
        ana.subscribe(key)
    silence(ana)
    ben.leases.on_claimed = ben.works(0.02)
    assert ben.leases.mine(KEY)
    assert not ben.leases.mine(OTHER)
    assert ben.leases.owner(OTHER) is None
    assert ben.leases.mine("tf_test_free_new")
    assert ben.leases.owns(OTHER)  # a snapshot, say, that is put back at once


def test_those_who_wait_come_before_keys_that_nobody_asks_for(
    ana: LeasingInstance, ben: LeasingInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (KEY, OTHER):
        assert ana.leases.mine(key)
        ana.subscribe(key)
    later: list[Callable[[], None]] = []
    ben.leases.later = lambda _seconds, work: later.append(work)
    ben.leases.on_claimed = ben.works(0.02)

    async def main() -> None:
        slept = asyncio.Event()
        monkeypatch.setattr(asyncio, "sleep", lambda _seconds: slept.wait())
        silence(ana)
        ben.beat()  # takes one of them, and will take the other
        (waited_for,) = {KEY, OTHER} - {key for _, key in ben.heard}
        waiting = asyncio.create_task(ben.leases.turn(waited_for))
        await asyncio.wait({waiting}, timeout=0)
        later.pop()()
        assert len(ben.heard) == 1
        ben.now += 0.02
        slept.set()
        await waiting
        assert ben.leases.mine(waited_for)
        later.pop()()
        assert len(ben.heard) == 2

    asyncio.run(main())


def test_each_loose_key_is_claimed_by_one_of_those_who_are_left(ana: LeasingInstance, ben: LeasingInstance) -> None:
    eve = LeasingInstance("eve", ana.url)
    eve.beat()
    ben.beat()
    keys = {f"tf_test_free_{number}" for number in range(40)}
    for key in keys:
        assert ana.leases.mine(key)
        ana.subscribe(key)
    silence(ana)
    eve.beat()
    ben.beat()
    eve.beat()
    taken = [{key for what, key in site.heard if what == "claimed"} for site in (ben, eve)]
    assert set.union(*taken) == keys
    assert not set.intersection(*taken)
    assert all(len(each) > 5 for each in taken)

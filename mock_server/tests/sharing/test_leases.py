"""Leases: one owner for each key, which answers only while nobody else can have taken it for dead."""

import pytest

from mock_server.persistence.shared.away import StoreAwayError
from mock_server.persistence.shared.claims import Instance
from mock_server.sharing.leases import MARGIN
from mock_server.tests import valkeys
from mock_server.tests.sharing.crew import LONG
from mock_server.tests.sharing.leasing import KEY, OTHER, LeasingInstance, silence


def test_who_is_asked_first_owns_the_key_and_the_others_know(ana: LeasingInstance, ben: LeasingInstance) -> None:
    assert ana.leases.mine(KEY)
    assert not ben.leases.mine(KEY)
    assert ben.leases.owner(KEY) == ana.leases.me
    assert ben.leases.mine(OTHER)
    assert ana.leases.owner(OTHER) == ben.leases.me
    assert [peer.name for peer in ana.leases.peers()] == ["ana", "ben"]


def test_no_instance_answers_before_the_store_has_heard_of_it(store_url: str) -> None:
    site = LeasingInstance("ana", store_url)
    assert not site.leases.mine(KEY)
    assert site.leases.owner(KEY) is None


def test_an_owner_answers_until_just_before_another_may(ana: LeasingInstance) -> None:
    assert ana.leases.mine(KEY)
    ana.now += LONG - MARGIN - 0.01
    assert ana.leases.mine(KEY)
    assert ana.leases.sure(KEY)
    ana.now += 0.02
    assert not ana.leases.mine(KEY)
    assert not ana.leases.sure(KEY)
    assert ana.leases.owner(KEY) is None


def test_time_counts_from_when_a_renewal_was_sent(ana: LeasingInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store counts from when it has heard, which is later; an answer that took long proves nothing newer."""
    renew = ana.store.claims.renew

    def slowly(me: Instance, seconds: float) -> object:
        renewal = renew(me, seconds)
        ana.now += 2.0
        return renewal

    assert ana.leases.mine(KEY)
    monkeypatch.setattr(ana.store.claims, "renew", slowly)
    ana.leases.renewed()()
    ana.now += LONG - MARGIN - 2.0 - 0.01
    assert ana.leases.mine(KEY)
    ana.now += 0.02
    assert not ana.leases.mine(KEY)


def test_who_follows_on_a_dead_one_at_its_address_is_there_once(ana: LeasingInstance, ben: LeasingInstance) -> None:
    again = LeasingInstance("ana", ana.url)
    for each in (again, ben):
        each.beat()
        assert each.leases.peers() == [again.leases.me, ben.leases.me]


def test_an_owner_that_is_not_there_is_looked_for(ana: LeasingInstance, ben: LeasingInstance) -> None:
    doubted: list[str] = []
    ben.leases.on_doubted = lambda: doubted.append("once")
    assert ana.leases.mine(KEY)
    assert ben.leases.owner(KEY) == ana.leases.me
    ben.leases.doubt(KEY)
    assert doubted == ["once"]
    assert ben.leases.owner(KEY) == ana.leases.me  # it is asked for anew


def test_a_write_of_who_is_owner_no_more_changes_nothing(ana: LeasingInstance, ben: LeasingInstance) -> None:
    assert ana.leases.mine(KEY)
    ana.subscribe()
    before = valkeys.rows_of(ana.store, KEY)
    silence(ana)
    ben.beat()
    assert ben.leases.mine(KEY)
    problem = ana.write().problem
    assert problem is not None
    assert "another instance answers for this key now" in problem
    assert valkeys.rows_of(ana.store, KEY) == before


def test_who_wakes_up_again_lets_go_of_what_others_have_and_goes_on_with_the_rest(
    ana: LeasingInstance, ben: LeasingInstance
) -> None:
    for key in (KEY, OTHER):
        assert ana.leases.mine(key)
        ana.write(key)
    silence(ana)
    ben.beat()
    assert ben.leases.mine(KEY)
    ana.now += 60
    work = ana.leases.renewed()
    assert not ana.leases.mine(OTHER)  # it does not know yet
    work()
    assert not ana.leases.mine(KEY)
    assert ana.leases.owner(KEY) == ben.leases.me
    assert ana.leases.mine(OTHER)
    assert ("lost", KEY) in ana.heard
    assert ("lost", OTHER) not in ana.heard
    assert ana.write(OTHER).problem is None


def test_the_number_of_a_claim_grows_whoever_claims(ana: LeasingInstance, ben: LeasingInstance) -> None:
    fences = []
    for claimer, other in ((ana, ben), (ben, ana), (ana, ben)):
        other.beat()
        claimer.beat()
        assert claimer.leases.mine(KEY)
        claimer.write()
        fences.append(int(claimer.store.claims.fences[KEY]))
        claimer.leases.release(KEY)
        other.leases.doubt(KEY)
    assert fences == sorted(set(fences))


def test_a_store_that_has_forgotten_everything_is_told_again(ana: LeasingInstance, ben: LeasingInstance) -> None:
    assert ana.leases.mine(KEY)
    ana.subscribe()
    fence = int(ana.store.claims.fences[KEY])
    valkeys.asked(ana.url, "FLUSHDB")
    ben.beat()
    ben.leases.doubt(KEY)
    assert not ben.leases.mine(KEY)  # its owner may be sure of it still
    ana.beat()
    assert ana.leases.mine(KEY)
    assert int(ana.store.claims.fences[KEY]) > fence
    assert ("anew", KEY) in ana.heard
    assert ("forgotten", None) in ana.heard
    ben.beat(LONG + 1)
    assert ben.leases.owner(KEY) == ana.leases.me
    assert ana.store.secret == ben.store.secret


def test_a_store_that_is_away_ends_nothing_at_once_and_lets_nobody_claim(store_url: str) -> None:
    with valkeys.server() as server:
        site = LeasingInstance("ana", valkeys.url_of(server))
        site.beat()
        assert site.leases.mine(KEY)
        server.stop()
        with pytest.raises(StoreAwayError):
            site.beat()
        assert site.leases.mine(KEY)
        assert not site.leases.mine(OTHER)
        site.now += LONG
        assert not site.leases.mine(KEY)


def test_who_leaves_claims_nothing_more_and_sends_those_who_ask_to_who_stays(
    ana: LeasingInstance, ben: LeasingInstance
) -> None:
    assert ana.leases.mine(KEY)
    ana.write()
    ana.leases.leave()
    ana.beat()
    assert ana.leases.mine(KEY)  # until it is released
    ana.leases.release(KEY)
    assert not ana.leases.mine(KEY)
    assert ana.leases.owner(KEY) == ben.leases.me
    assert ben.leases.mine(KEY)


def test_what_is_no_key_is_answered_by_whoever_was_asked(ana: LeasingInstance, ben: LeasingInstance) -> None:
    assert ana.leases.mine("nonsense")
    assert ben.leases.mine("nonsense")
    assert ana.store.claims.fences == {}

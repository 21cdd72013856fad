"""Leases: one owner for each key, which answers only while nobody else can have taken it for dead."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from mock_server.domain.webhooks.records import Counts, Records
from mock_server.persistence.shared.away import StoreAwayError
from mock_server.persistence.shared.claims import Instance
from mock_server.persistence.shared.shared_store import SharedStore
from mock_server.sharing.leases import MARGIN, Leases
from mock_server.tests import valkeys
from mock_server.tests.domain.webhooks.webhook_sandbox import WebhookSandbox
from mock_server.tests.sharing.crew import LONG

KEY, OTHER = "tf_test_free_a", "tf_test_free_b"
PREFIX = "{trackflow-mock}:"


@dataclass
class LeasingInstance:
    """One instance, on a clock that stands until it is moved."""

    name: str
    url: str
    now: float = 1000.0
    heard: list[tuple[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store: SharedStore = valkeys.store_at(self.url)
        incarnation = self.store.claims.incarnation
        me = Instance(incarnation, self.name, f"http://{self.name}", self.store.number)
        self.leases = Leases(self.store, me, lambda: self.now, lambda key: key.startswith("tf_"), LONG)
        for name in ("claimed", "lost", "anew"):
            setattr(self.leases, f"on_{name}", self.hear(name))
        self.leases.on_forgotten = lambda: self.heard.append(("forgotten", None))

    def hear(self, name: str) -> Callable[[str], bool]:
        """What it is told of, as nothing that would take a while."""

        def heard(key: str) -> bool:
            self.heard.append((name, key))
            return False

        return heard

    def beat(self, seconds: float = 1.0) -> None:
        """Time passes, and then the instance says that it is alive."""
        self.now += seconds
        self.leases.renewed()()

    def works(self, seconds: float) -> Callable[[str], bool]:
        """Going on with a sandbox takes so long."""

        def claimed(key: str) -> bool:
            self.heard.append(("claimed", key))
            self.now += seconds
            return True

        return claimed

    def write(self, key: str = KEY) -> Records:
        """Write something of the key; what is wrong is in the records' `problem`."""
        records = self.store.of(key, lambda: WebhookSandbox().clock.course)
        records.moved()
        records.commit(0.0, Counts())
        return records

    def subscribe(self, key: str = KEY) -> None:
        """Let the key have something to do by itself."""
        sandbox = WebhookSandbox()
        records = self.store.of(key, lambda: sandbox.clock.course)
        sandbox.opened(records).subscribe("1Z999AA10123456784", "ups", "http://127.0.0.1:9/", ("all",))


def silence(site: LeasingInstance) -> None:
    """Let the store's time for an instance be over, as after some seconds without a word of it."""
    valkeys.asked(site.url, "DEL", f"{PREFIX}alive:{site.store.claims.incarnation}")


@pytest.fixture
def ana(store_url: str) -> LeasingInstance:
    ana = LeasingInstance("ana", store_url)
    ana.beat()
    return ana


@pytest.fixture
def ben(ana: LeasingInstance) -> LeasingInstance:
    ben = LeasingInstance("ben", ana.url)
    ben.beat()
    ana.beat()
    return ben


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

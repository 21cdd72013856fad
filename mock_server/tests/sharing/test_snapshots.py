"""A snapshot that is put back while an instance is dying: all is as it says, or who asks is told to ask again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event
from typing import Any
from urllib.error import HTTPError

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.domain.webhooks.records import Counts
from mock_server.persistence import snapshots
from mock_server.persistence.shared.claims import Instance
from mock_server.persistence.shared.shared_store import SharedStore
from mock_server.server.request import Request
from mock_server.settings import Settings
from mock_server.tests import valkeys
from mock_server.tests.domain.webhooks.webhook_sandbox import WebhookSandbox
from mock_server.tests.sharing.crew import LONG
from mock_server.tests.sharing.test_instances import ANA, BEN, EVE, NUMBER, StartedInstance, instance
from mock_server.web.control import snapshot
from mock_server.web.mock import Mock

KEYS = (ANA, BEN, EVE)
SAVED = dict.fromkeys(KEYS, "7")
"""Lookups that remain after the next, as the snapshot has it."""


class DyingInstance:
    """It owns keys, and does what it is told for them, until it is taken for dead."""

    def __init__(self, url: str) -> None:
        self.url, self.store = url, valkeys.store_at(url)
        incarnation = self.store.claims.incarnation
        self.me = Instance(incarnation, "dying", f"http://127.0.0.1:{valkeys.free_port()}", self.store.number)

    def claim(self) -> None:
        self.store.claims.renew(self.me, LONG)
        for key in KEYS:
            assert self.store.claim(key) is None

    def end(self) -> None:
        valkeys.asked(self.url, "DEL", f"{{trackflow-mock}}:alive:{self.me.incarnation}")


def nothing(_dying: DyingInstance) -> None:
    """It dies before it does anything."""


def lets_go(dying: DyingInstance) -> None:
    """It dies when it has let go of what two of the sandboxes were."""
    for key in KEYS[1:]:
        dying.store.forget(key)


def begins(dying: DyingInstance) -> None:
    """It dies when it has let one of them begin, which has granted nothing by then."""
    lets_go(dying)
    dying.store.applied = 1
    records = dying.store.of(EVE, lambda: WebhookSandbox().clock.course)
    records.moved()
    records.commit(0.0, Counts())


def resets(dying: DyingInstance) -> None:
    """It dies when somebody has let one of them begin once more, of which nothing is kept then."""
    dying.store.applied = 1
    dying.store.begin_anew(EVE)


@dataclass
class SharedMock:
    """Keys of which a snapshot was taken, used since then, and owned by who is dying; and another who is well."""

    url: str
    clock: ManualClock
    waits: Event = field(default_factory=Event)
    """Set once the other has found that keys are not back yet."""

    def __post_init__(self) -> None:
        self.dying = DyingInstance(self.url)
        with instance(self.url, "before", self.clock) as before:
            for _ in range(2):
                for key in KEYS:
                    before.track(key)
            self.saved = before.ask("/__admin/snapshot")[2]
            for key in KEYS:
                before.track(key)
        self.dying.claim()

    def put_back(self, other: StartedInstance, step: Callable[[DyingInstance], None]) -> Any:
        """What comes of putting it back while the one dies at that step."""
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(other.ask, "/__admin/snapshot", self.saved, "PUT")
            assert self.waits.wait(60)
            step(self.dying)
            self.dying.end()
            other.share._heartbeat.beat()
            return asked.result()[2]


@pytest.fixture
def lab(store_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> SharedMock:
    lab, begun = SharedMock(store_url, clock), SharedStore.begun

    def looked(store: SharedStore, key: str) -> bool:
        lab.waits.set()
        return begun(store, key)

    monkeypatch.setattr(SharedStore, "begun", looked)
    return lab


@pytest.mark.parametrize(
    ("step", "left"),
    [(nothing, SAVED), (lets_go, SAVED), (begins, {**SAVED, EVE: "9"}), (resets, {**SAVED, EVE: "9"})],
    ids=["nothing", "lets go", "begins", "resets"],
)
def test_all_sandboxes_are_as_in_the_snapshot_whenever_their_owner_dies(
    lab: SharedMock, step: Callable[[DyingInstance], None], left: dict[str, str]
) -> None:
    with instance(lab.url, "other", lab.clock) as other:
        assert lab.put_back(other, step)["keys"] == len(KEYS)
        assert {key: other.track(key)[1] for key in KEYS} == left


def test_what_is_kept_of_the_mock_as_a_whole_is_never_newer_than_its_sandboxes(lab: SharedMock) -> None:
    """So whoever starts when all have died meanwhile puts the snapshot back."""
    with instance(lab.url, "other", lab.clock) as other, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(other.ask, "/__admin/snapshot", lab.saved, "PUT")
        assert lab.waits.wait(60)
        assert valkeys.asked(lab.url, "HGET", "{trackflow-mock}:mock", "at") == b"0"
        lab.dying.end()
        other.share._heartbeat.beat()
        asked.result()
        assert valkeys.asked(lab.url, "HGET", "{trackflow-mock}:mock", "at") == b"1"


def test_who_is_told_that_it_is_not_whole_asks_again_and_it_is(
    lab: SharedMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with instance(lab.url, "other", lab.clock) as other:
        with monkeypatch.context() as impatient:
            impatient.setattr(snapshot, "PATIENCE", 0.0)
            with pytest.raises(HTTPError) as refused:
                lab.put_back(other, nothing)
        assert (refused.value.code, refused.value.headers["Retry-After"]) == (503, "1")
        assert "put it back again" in refused.value.read().decode()
        assert other.ask("/__admin/snapshot", lab.saved, "PUT")[2]["keys"] == len(KEYS)
        assert {key: other.track(key)[1] for key in KEYS} == SAVED


def test_a_sandbox_that_comes_late_has_missed_what_came_after_the_snapshot_and_nothing_twice(store_url: str) -> None:
    store = valkeys.store_at(store_url)
    assert store.claim(ANA) is None
    for store.applied, store.fresh, missed in ((5, 5, None), (7, 5, 5)):
        assert store.missed(ANA, expected=True) == missed
    store.begin_anew(ANA)  # which is after the seventh
    for before, missed in ((5, None), (8, None)):
        store.claims.release(ANA)
        store.claim(ANA)
        store.fresh = before
        assert store.missed(ANA, expected=True) == missed
    store.applied = 9
    assert store.missed(ANA, expected=True) == 8


def test_no_part_of_a_sandbox_is_ever_all_that_is_kept_of_it(store_url: str, clock: ManualClock) -> None:
    """Somebody has a lookup while it is written down."""
    with instance(store_url, "before", clock) as before:
        for _ in range(3):
            before.ask("/v2/webhooks", {"tracking_number": NUMBER, "url": "http://127.0.0.1:9/"}, "POST", key=ANA)
        saved = before.ask("/__admin/snapshot")[2]
        before.ask(f"/__admin/reset?key={ANA}", {}, "POST")
    with closing(Mock(Settings(store=store_url), clock)) as mock:
        store = mock.worlds.state
        assert isinstance(store, SharedStore)
        store.claim(ANA)
        (newcomer,) = snapshots.read_value(mock.worlds, saved).newcomers
        next(mock.worlds.admitting(newcomer))
        assert mock.answer(Request("GET", f"/v2/track/{NUMBER}", {"host": "localhost", "x-api-key": ANA})).status == 200
        kept = valkeys.rows_of(store, ANA)
        assert sum(name.startswith("webhooks") for name in kept) == 3

"""Instances with the same store are one mock, whichever is asked and whoever leaves or comes."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mock_server.cli.doors import doors
from mock_server.domain.clock import ManualClock
from mock_server.persistence.shared import in_common
from mock_server.persistence.shared.scripts import PREFIX
from mock_server.persistence.shared.shared_pages import BETWEEN
from mock_server.server.background import BackgroundServer
from mock_server.settings import SettingError, Settings
from mock_server.sharing import streaming, waiting
from mock_server.sharing.instances import InstanceShare
from mock_server.sharing.own_keys import INSTANCE
from mock_server.tests import valkeys
from mock_server.tests.sharing.crew import LONG
from mock_server.web.front import Front
from mock_server.web.mock import Mock

NUMBER = "1Z999AA10123456784"
ANA, BEN, EVE = "tf_test_free_ana", "tf_test_free_ben", "tf_test_free_eve"
HOUR = 3600
Start = Callable[[str], "StartedInstance"]


class StartedInstance:
    """One of them, as its clients see it."""

    def __init__(self, url: str, share: InstanceShare, stop: Callable[[], None]) -> None:
        self.url, self.share, self.stop = url, share, stop

    def ask(
        self, path: str, value: Any = None, method: str = "GET", key: str = "", token: str = ""
    ) -> tuple[int, dict[str, str], Any]:
        data = None if value is None else json.dumps(value).encode()
        headers = {"Content-Type": "application/json", **({"X-API-Key": key} if key else {})}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        request = Request(f"{self.url}{path}", data, headers, method=method)
        with urlopen(request, timeout=60) as answer:
            return answer.status, dict(answer.headers), json.loads(answer.read())

    def track(self, key: str) -> tuple[str, str]:
        """Who has answered, and how many lookups remain."""
        _, headers, _ = self.ask(f"/v2/track/{NUMBER}", key=key)
        return headers[INSTANCE].partition(";")[0], headers["X-RateLimit-Remaining"]

    def now(self, key: str) -> str:
        return str(self.ask(f"/__admin/clock?key={key}")[2]["now"])


class NewerRecords:
    """What is in a store, with members that this version does not know wherever there can be any."""

    def __init__(self, url: str) -> None:
        self.ask = partial(valkeys.asked, url)

    def change(self, name: str, field: str, change: Callable[[Any], Any]) -> None:
        known = json.loads(self.ask("HGET", PREFIX + name, field))
        self.ask("HSET", PREFIX + name, field, json.dumps(change(known)))

    def of_all(self) -> None:
        self.change("mock", "opening", lambda told: {**told, "newer": 1, "course": {**told["course"], "newer": 1}})

    def of_instance(self, told: dict[str, Any]) -> None:
        self.ask("HSET", f"{PREFIX}instances", "newer", json.dumps({**told, "newer": 1}))
        self.ask("SET", f"{PREFIX}alive:newer", "1")

    def of_key(self, key: str) -> None:
        self.change("holdings", key, lambda told: [*told, "newer"])
        world = f"world:{key}"
        for field in map(bytes.decode, self.ask("HKEYS", PREFIX + world)):
            if BETWEEN in field:
                self.change(world, field, _with_more)
        self.change(world, "course", lambda told: json.dumps({**json.loads(told), "newer": 1}))
        self.change(world, "standing", lambda told: json.dumps({**json.loads(told), "newer": 1}))
        self.ask("HSET", PREFIX + world, "newer", "{}", f"newer{BETWEEN}1", '[1, {"id": 1}]')


def _with_more(told: Any) -> Any:
    place, row = told
    more = {"told": json.dumps({**json.loads(row["told"]), "newer": 1})} if "told" in row else {}
    return [place, {**row, **more, "newer": 1}, "newer"]


@contextmanager
def instance(url: str, name: str, clock: ManualClock, **settings: Any) -> Iterator[StartedInstance]:
    mock = Mock(Settings(store=url, instance=name, **settings), clock)
    share = InstanceShare(mock, heard=0.0, life=LONG)
    share.channels.patience = LONG
    served = doors(mock, Front(mock), {}, share)
    server = BackgroundServer(served.answer, options=served.options)
    yield StartedInstance(server.start(), share, server.stop)
    server.stop()
    mock.close()


@pytest.fixture
def start(store_url: str, clock: ManualClock) -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(instance(store_url, name, clock))


def test_whoever_is_asked_the_owner_answers(start: Start) -> None:
    one, two = start("one"), start("two")
    assert one.track(ANA) == ("one", "9")
    assert two.track(ANA) == ("one", "8")
    assert two.track(BEN) == ("two", "9")
    assert one.track(BEN) == ("two", "8")
    told = two.ask("/__admin/instances")[2]["instances"]
    assert [(each["name"], each["url"], each["keys"]) for each in told] == [("one", one.url, 1), ("two", two.url, 1)]


def test_what_is_done_to_all_is_done_by_all(start: Start) -> None:
    one, two = start("one"), start("two")
    one.track(ANA)
    two.track(BEN)
    two.ask("/__admin/clock", {"action": "advance", "seconds": HOUR}, "PUT")
    assert one.now(ANA) == one.now(BEN) == "2026-06-15T13:00:00Z"
    one.ask("/__admin/shipments/" + NUMBER, {"status": "exception"}, "PUT")
    assert [two.ask(f"/v2/track/{NUMBER}", key=key)[2]["status"] for key in (ANA, BEN, EVE)] == ["exception"] * 3
    one.ask("/__admin/reset", {}, "POST")
    assert one.track(ANA)[1] == two.track(BEN)[1] == "9"


def test_who_comes_later_knows_what_was_done(start: Start) -> None:
    one = start("one")
    one.ask("/__admin/clock", {"action": "advance", "seconds": HOUR}, "PUT")
    two = start("two")
    assert two.track(BEN)[0] == "two"
    assert two.now(BEN) == "2026-06-15T13:00:00Z"


def test_a_stream_tells_of_who_comes_later(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PAUSE", 0.01)
    one = start("one")
    with urlopen(f"{one.url}/__admin/requests/stream?since=0", timeout=60) as stream:
        assert start("two").track(BEN)[0] == "two"
        assert any(b"_ben" in line for line in stream)  # keys are masked there


def test_a_wait_counts_what_is_asked_of_who_comes_later(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOKED", 0.01)
    one = start("one")
    with ThreadPoolExecutor(1) as pool:
        over = pool.submit(one.ask, "/__admin/requests/wait", {"atLeast": 2, "timeoutMs": 60_000}, "POST")
        one.track(ANA)
        assert start("two").track(BEN)[0] == "two"
        assert over.result()[2] == {"count": 2}


def test_keys_of_who_leaves_go_on_elsewhere_and_have_missed_nothing(start: Start) -> None:
    one, two = start("one"), start("two")
    assert one.track(ANA) == ("one", "9")
    one.ask("/v2/webhooks", {"tracking_number": NUMBER, "url": "http://127.0.0.1:9/"}, "POST", key=ANA)
    one.track(EVE)
    one.stop()
    two.ask("/__admin/clock", {"action": "advance", "seconds": HOUR}, "PUT")
    two.ask("/__admin/shipments/" + NUMBER, {"status": "exception"}, "PUT")
    assert two.now(EVE) == "2026-06-15T13:00:00Z"
    assert two.ask(f"/v2/track/{NUMBER}", key=EVE)[2]["status"] == "exception"
    assert two.now(ANA) == "2026-06-15T13:00:00Z"
    assert two.ask(f"/__admin/keys/{ANA}")[2]["webhooks"] == 1
    assert two.ask(f"/__admin/keys/{EVE}")[2]["quota"][1]["remaining"] == 500 - 2


def test_all_begins_anew_also_for_keys_that_nobody_has(start: Start) -> None:
    one, two = start("one"), start("two")
    one.track(ANA)
    one.stop()
    two.ask("/__admin/reset", {}, "POST")
    assert two.ask(f"/__admin/keys/{ANA}")[2]["quota"][1]["remaining"] == 500
    assert two.track(ANA) == ("two", "9")


def test_keys_that_are_made_are_never_the_same(start: Start) -> None:
    made = [each.ask("/__admin/keys", {"plan": "free"}, "POST")[2]["key"] for each in (start("one"), start("two"))]
    assert len(set(made)) == 2


def test_a_key_is_made_once_however_many_there_are(start: Start) -> None:
    one, two = start("one"), start("two")
    made = [each.ask("/__admin/keys", {"plan": "free"}, "POST")[2]["key"] for each in (one, two)]
    made.append(two.ask(f"/__admin/keys?key={made[0]}", {"plan": "free"}, "POST")[2]["key"])
    assert sorted(each["key"] for each in one.ask("/__admin/keys")[2]["keys"]) == sorted(set(made))
    assert len(set(made)) == 3


def test_whose_an_unused_key_is_is_known_to_who_comes_later(store_url: str, clock: ManualClock, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.yaml"
    tokens.write_text("tokens: [{name: ana, token: 0d6a4be2f1c94877, may: own keys}]")
    known = {"admin_token_file": str(tokens)}
    with instance(store_url, "one", clock, **known) as one:
        key = one.ask("/__admin/keys", {"plan": "free"}, "POST", token="0d6a4be2f1c94877")[2]["key"]
        with instance(store_url, "two", clock, **known) as two:
            one.stop()
            moved = {"action": "advance", "seconds": HOUR}
            assert two.ask(f"/__admin/clock?key={key}", moved, "PUT", token="0d6a4be2f1c94877")[0] == 200


def test_a_snapshot_comes_back_with_one_owner_for_each_key_and_nothing_is_granted_twice(start: Start) -> None:
    one, two = start("one"), start("two")
    left = {key: each.track(key)[1] for key, each in ((ANA, one), (BEN, two), (EVE, two))}
    saved = two.ask("/__admin/snapshot")[2]
    assert one.ask("/__admin/snapshot", saved, "PUT")[2]["keys"] == len(left)
    told = one.ask("/__admin/instances")[2]["instances"]
    assert sum(each["keys"] for each in told) == one.ask("/__admin/keys")[2]["meta"]["total"] == len(left)
    once_more = {key: two.track(key)[1] for key in left}
    assert once_more == {key: str(int(each) - 1) for key, each in left.items()}
    one.stop()
    assert {key: two.track(key) for key in left} == {key: ("two", str(int(each) - 2)) for key, each in left.items()}


def test_two_that_begin_at_once_have_one_clock(store_url: str, clock: ManualClock) -> None:
    settings = Settings(store=store_url, clock="2026-01-01T00:00:00Z")
    one = Mock(settings, clock)
    clock.sleep(5)
    two = Mock(settings, clock)
    for mock in (one, two):
        InstanceShare(mock)
    assert two.worlds.clock.now() == one.worlds.clock.now()


def test_one_that_differs_is_refused_with_what_differs(store_url: str, clock: ManualClock, tmp_path: Path) -> None:
    overlay = tmp_path / "ours.yaml"
    overlay.write_text(
        "overlay: 1.0.0\ninfo: {title: ours, version: 1.0.0}\nactions: [{target: $.info, update: {title: Ours}}]"
    )
    with instance(store_url, "one", clock):
        for settings, told in (
            ({"seed": 5}, r"seed \(0 there, 5 here\)"),
            ({"default_plan": "free"}, "default_plan"),
            ({"overlay": (overlay,)}, "contract, by --overlay, --webhook-allow or version"),
        ):
            with pytest.raises(SettingError, match=told) as caught:
                Mock(Settings(store=store_url, **settings), clock)
            assert caught.value.name == "store"
    Mock(Settings(store=store_url, seed=5), clock)  # which nobody is in the way of any more


def test_one_of_another_format_is_refused_also_when_nobody_is_up(store_url: str, clock: ManualClock) -> None:
    with pytest.MonkeyPatch.context() as newer:
        newer.setattr(in_common, "NUMBER", 2)
        Mock(Settings(store=store_url), clock).close()
    with pytest.raises(
        SettingError, match=r"in format 2, and this one has format 1; go on with that version, or"
    ) as told:
        Mock(Settings(store=store_url), clock)
    assert "\n" not in str(told.value)


def test_one_that_writes_rules_and_shipments_otherwise_is_refused(
    store_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with instance(store_url, "one", clock):
        monkeypatch.setattr(in_common, "WRITTEN_IN", in_common.WRITTEN_IN[:1])
        with pytest.raises(
            SettingError, match=r"carriers, shipments and fault rules there can be, by version; .*stop them"
        ):
            Mock(Settings(store=store_url), clock)


def test_what_a_newer_instance_has_written_more_is_left_out(start: Start, store_url: str) -> None:
    """Of itself, of the mock as a whole, of a key and its sandbox, each in a place where the next version may."""
    one = start("one")
    key = one.ask("/__admin/keys", {"plan": "free"}, "POST")[2]["key"]
    made = one.ask("/v2/webhooks", {"tracking_number": NUMBER, "url": "http://127.0.0.1:9/"}, "POST", key=key)[2]
    one.ask("/__admin/webhooks/trigger?key=" + key, {"number": NUMBER, "event": "delivered"}, "POST")
    one.stop()
    written = NewerRecords(store_url)
    written.of_all()
    written.of_instance({"name": "newer", "address": "http://127.0.0.1:9", "number": 99, "facts": {"newer": 1}})
    written.of_key(key)
    two = start("two")
    assert two.track(key) == ("two", "8")
    assert two.ask(f"/__admin/webhooks?key={key}")[2]["webhooks"][0]["webhook_id"] == made["webhook_id"]
    assert two.ask(f"/__admin/deliveries?key={key}")[2]["meta"]["total"] == 1
    assert [each["name"] for each in two.ask("/__admin/instances")[2]["instances"]] == ["newer", "two"]


def test_a_sandbox_that_this_version_cannot_go_on_with_is_told_of_until_it_begins_anew(
    start: Start, store_url: str
) -> None:
    one = start("one")
    one.track(ANA)
    one.ask(f"/__admin/faults?key={ANA}", {"fault": {"type": "latency", "milliseconds": 1}}, "POST")
    one.stop()
    NewerRecords(store_url).change(f"world:{ANA}", "standing", lambda told: told.replace("latency", "newer"))
    two = start("two")
    for path in (f"/v2/track/{NUMBER}", f"/__admin/keys/{ANA}"):
        with pytest.raises(HTTPError) as refused:
            two.ask(path, key=ANA)
        assert refused.value.code == 503
        assert "POST /__admin/reset with it as ?key=" in refused.value.read().decode()
    two.ask(f"/__admin/reset?key={ANA}", {}, "POST")
    assert two.track(ANA) == ("two", "9")


def test_no_secret_of_the_store_is_shown(start: Start) -> None:
    assert start("one").ask("/__admin/settings")[2]["store"].startswith("valkey://127.0.0.1:")
    with valkeys.running() as url:
        valkeys.asked(url, "CONFIG", "SET", "requirepass", "s3cret")
        with instance(url.replace("://", "://:s3cret@"), "two", ManualClock(0.0)) as two:
            assert "s3cret" not in json.dumps(two.ask("/__admin/settings")[2])

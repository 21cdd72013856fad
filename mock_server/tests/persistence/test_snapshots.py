"""Snapshots: what was saved here answers byte for byte the same elsewhere, and a bad one disturbs nothing."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from contract_tests.contract.files import DocumentError
from mock_server.contract.specification import Specification
from mock_server.domain.clock import ManualClock, from_text
from mock_server.settings import Settings
from mock_server.tests.web.control.admin import ENTERPRISE, FREE, NUMBER, OTHER, Admin
from mock_server.web.app import MockServer, create_app

HOOK = {"url": "https://example.com/hook", "events": ["all"]}
TRACKED = [NUMBER, "1Z204E380338943508", "449044304137821", "RR990000045GB"]


def lived(admin: Admin, app: MockServer) -> None:
    """Let something of everything happen, in a seeded scenario whose rules draw lots."""
    rules = [{"id": "flaky", "fault": {"type": "error", "code": "carrier_unavailable"}, "probability": 0.5}]
    document = {"seed": 5, "faults": rules, "plans": {"free": {"requests_per_minute": 30}}}
    admin.put("/scenario", {"name": "lots", "document": document})
    admin.post("/keys", {"plan": "starter"})
    admin.put("/clock", {"action": "set", "instant": "2026-06-20T10:00:30.25Z"})
    admin.put("/clock", {"action": "freeze"})
    admin.put(f"/shipments/{TRACKED[2]}", {"status": "returned"})
    admin.post("/faults", {"fault": {"type": "wrong_status", "status": 418}, "after": 5, "times": 2})
    for key in (FREE, OTHER, ENTERPRISE):
        for number in (*TRACKED, whole_life(app)):
            admin.ask(key, f"/v2/track/{number}")
    admin.put(f"/scenario?key={OTHER}", {"name": "slow"})
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "out_for_delivery"})
    admin.post(f"/shipments/{TRACKED[1]}/events?key={FREE}", {"type": "exception", "status": "Eaten by a dog"})
    admin.post(f"/faults?key={FREE}", {"fault": {"type": "error", "code": "internal_error"}, "every": 3})
    admin.post(f"/webhooks?key={FREE}", {**HOOK, "tracking_number": NUMBER})
    admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 7 * 3600})
    admin.put(f"/clock?key={ENTERPRISE}", {"action": "freeze", "auto_advance": 60})
    admin.ask(OTHER)


def whole_life(app: MockServer) -> str:
    return app.worlds.foundation.magic.magic_number("ups", "011")


def answers(admin: Admin, app: MockServer) -> list[tuple[int, dict[str, str], bytes]]:
    """What the mock says from now on: to old keys and new ones, again and again, and an hour later."""
    found = []
    for key in (FREE, OTHER, ENTERPRISE, "tf_test_free_new"):
        for _ in range(2):
            found += [admin.ask(key, f"/v2/track/{number}?lang=de") for number in (*TRACKED, whole_life(app))]
            found.append(admin.ask(key, "/v2/webhooks", method="POST", json={**HOOK, "tracking_number": NUMBER}))
            admin.put(f"/clock?key={key}", {"action": "advance", "seconds": 3600})
    made = admin.post("/keys", {"plan": "free"})
    deliveries = admin.get("/deliveries")
    told = [(answer.status_code, dict(answer.headers), answer.get_data()) for answer in found]
    return [*told, (0, {}, json.dumps([made, deliveries]).encode())]


@pytest.fixture
def app(clock: ManualClock) -> MockServer:
    return create_app(Settings(seed=3), clock)


@pytest.fixture
def elsewhere() -> MockServer:
    """Another machine, on another day, with another seed."""
    return create_app(Settings(seed=99), ManualClock(from_text("2028-01-01T00:00:00Z")))


def test_a_snapshot_restored_elsewhere_gives_byte_equal_answers(
    admin: Admin, app: MockServer, elsewhere: MockServer
) -> None:
    lived(admin, app)
    saved = json.loads(json.dumps(admin.get("/snapshot")))
    other = Admin(elsewhere.test_client())
    other.ask("tf_test_free_gone")
    restored = other.put("/snapshot", saved)
    assert (restored["keys"], restored["differences"]) == (4, [])
    assert answers(other, elsewhere) == answers(admin, app)


def test_a_snapshot_of_what_was_restored_is_the_same(admin: Admin, app: MockServer, elsewhere: MockServer) -> None:
    lived(admin, app)
    other = Admin(elsewhere.test_client())
    other.put("/snapshot", admin.get("/snapshot"))
    saved = other.get("/snapshot")
    other.put("/snapshot", saved)
    assert other.get("/snapshot") == saved


def test_an_event_of_long_ago_is_restored(admin: Admin, elsewhere: MockServer) -> None:
    event = {"type": "transit", "timestamp": "0999-01-01T00:00:00Z"}
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"events": [event]})
    other = Admin(elsewhere.test_client())
    other.put("/snapshot", admin.get("/snapshot"))
    assert other.track(FREE)["events"][0]["timestamp"] == event["timestamp"]


def test_restoring_goes_back_to_where_it_was_taken(admin: Admin, app: MockServer) -> None:
    lived(admin, app)
    saved = admin.get("/snapshot")
    first = answers(admin, app)
    admin.put("/snapshot", saved)
    assert answers(admin, app) == first


def test_one_sandbox_can_go_back_alone(admin: Admin, app: MockServer) -> None:
    lived(admin, app)
    saved = admin.get(f"/snapshot?key={FREE}")
    assert [world["key"] for world in saved["worlds"]] == [FREE]
    before = admin.get(f"/clock?key={FREE}"), admin.get(f"/faults?key={FREE}"), admin.track(FREE)
    for key in (FREE, OTHER):
        admin.put(f"/clock?key={key}", {"action": "advance", "seconds": 86400})
    moved = admin.get(f"/clock?key={OTHER}")
    assert admin.put(f"/snapshot?key={FREE}", saved)["keys"] == 1
    assert (admin.get(f"/clock?key={FREE}"), admin.get(f"/faults?key={FREE}"), admin.track(FREE)) == before
    assert admin.get(f"/clock?key={OTHER}") == moved


def test_the_only_world_of_a_snapshot_can_be_given_to_another_key(admin: Admin) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "returned"})
    saved = admin.get(f"/snapshot?key={FREE}")
    admin.put(f"/snapshot?key={OTHER}", saved)
    assert admin.track(OTHER)["status"] == "returned"


def test_a_running_clock_goes_on_from_where_it_was(running: Admin, base: ManualClock) -> None:
    running.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 100})
    running.put(f"/clock?key={FREE}", {"action": "scale", "factor": 60})
    saved = running.get("/snapshot")
    base.sleep(5000)
    running.put("/snapshot", saved)
    assert running.get(f"/clock?key={FREE}")["now"] == "2026-06-15T12:01:40Z"
    base.sleep(1)
    assert running.get(f"/clock?key={FREE}")["now"] == "2026-06-15T12:02:40Z"
    assert running.get("/clock")["now"] == "2026-06-15T12:00:01Z"


def test_settings_and_contracts_that_differ_are_told(admin: Admin, clock: ManualClock) -> None:
    admin.ask(FREE)
    saved = {**admin.get("/snapshot"), "contract": "0" * 64}
    other = Admin(create_app(Settings(reset_unit="delta"), clock).test_client())
    differences = other.put("/snapshot", saved)["differences"]
    assert [difference.partition(" ")[0] for difference in differences] == ["the", "reset_unit"]


Change = Callable[[dict[str, Any]], None]


def put(*path: Any) -> Change:
    """Change what the steps of a path lead to, to the last of them."""
    *steps, last, value = path

    def change(saved: dict[str, Any]) -> None:
        node: Any = saved
        for step in steps:
            node = node[step]
        node[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (put("version", 2), "/version"),
        (put("format", "tar"), "/format"),
        (put("server", "clock", {}), "/server/clock"),
        (put("server", "clock", "at", 5), "/server/clock/at"),
        (put("server", "seed", "x"), "/server/seed"),
        (put("server", "scenario", {"name": "x", "document": {"plans": {"gold": {}}}}), "/server/scenario/document"),
        (put("server", "shipments", [{"tracking_number": NUMBER, "carrier": "nobody"}]), "/server/shipments/0"),
        (put("server", "faults", [{"id": "x", "fault": {"type": "nothing"}}]), "/server/faults/0"),
        (put("worlds", 0, "key", "nonsense"), "/worlds/0/key"),
        (put("worlds", 0, "quota", 0, "used", -1), "/worlds/0/quota/0/used"),
        (put("worlds", 0, "quota", 0, "seconds", 61), "/worlds/0/quota"),
        (put("worlds", 0, "shipments", [{"tracking_number": "x", "carrier": "ups"}]), "/worlds/0/shipments/0"),
        (put("worlds", 0, "first_seen", [{"tracking_number": "x", "carrier": "ups", "at": 1.8e9}]), "/worlds/0/first_"),
        (put("worlds", 0, "faults", "rules", [{"id": "x"}]), "/worlds/0/faults/rules/0"),
        (put("worlds", 0, "webhooks", "subscriptions", 0, "secret", ""), "/worlds/0/webhooks/subscriptions/0/secret"),
        (put("worlds", 0, "deliveries", "made", None), "/worlds/0/deliveries/made"),
        (put("worlds", 0, "surprise", 1), "/worlds/0"),
        (put("worlds", "all of them"), "/worlds"),
    ],
)
def test_a_bad_snapshot_is_refused_with_its_place_and_disturbs_nothing(
    admin: Admin, app: MockServer, change: Change, pointer: str
) -> None:
    lived(admin, app)
    saved = admin.get("/snapshot")
    bad = deepcopy(saved)
    bad["worlds"].sort(key=lambda world: len(world["webhooks"]["subscriptions"]), reverse=True)
    change(bad)
    problem = admin.problem("PUT", "/snapshot", bad)
    assert problem["status"] == 400
    assert problem["errors"][0]["pointer"].startswith(pointer), problem
    assert admin.get("/snapshot") == saved


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"[" * 100_000])
def test_what_is_no_snapshot_is_refused(admin: Admin, body: bytes) -> None:
    admin.ask(FREE)
    assert admin.client.put("/__admin/snapshot", data=body).status_code == 400
    assert len(admin.get("/requests")["requests"]) == 1


def test_more_worlds_than_there_is_room_for_are_refused(admin: Admin, app: MockServer, clock: ManualClock) -> None:
    lived(admin, app)
    small = Admin(create_app(Settings(sandboxes=2), clock).test_client())
    assert "--sandboxes" in small.problem("PUT", "/snapshot", admin.get("/snapshot"))["detail"]


def test_a_key_that_the_snapshot_does_not_have_is_told(admin: Admin, app: MockServer) -> None:
    lived(admin, app)
    problem = admin.problem("PUT", "/snapshot?key=tf_test_free_stranger", admin.get("/snapshot"))
    assert "there are" in problem["detail"]


@pytest.fixture
def file(admin: Admin, app: MockServer, tmp_path: Path) -> Path:
    lived(admin, app)
    path = tmp_path / "world.json"
    path.write_text(json.dumps(admin.get("/snapshot"), indent=1), encoding="utf-8")
    return path


def test_a_mock_starts_from_a_file_and_a_reset_leads_back_to_it(admin: Admin, app: MockServer, file: Path) -> None:
    started = create_app(Settings(snapshot=str(file)), ManualClock(from_text("2029-01-01T00:00:00Z")))
    other = Admin(started.test_client())
    first = answers(other, started)
    assert first == answers(admin, app)
    other.post("/reset")
    assert answers(other, started) == first


def test_a_bad_file_is_told_with_the_line(file: Path) -> None:
    text = file.read_text("utf-8").replace('"version": 1', '"version": 2')
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"world\.json: line 3 column \d+: version: 2 is not 1"):
        create_app(Settings(snapshot=str(file)))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        create_app(Settings(snapshot=str(tmp_path / "nothing.json")))


@pytest.mark.parametrize("other", [{"scenario": "calm"}, {"state": "state.db"}])
def test_two_ways_to_start_are_one_too_many(file: Path, other: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    with pytest.raises(ValueError, match="both say how to start"):
        create_app(Settings(snapshot=str(file), **other))


def test_what_is_restored_is_kept_in_a_state_file_too(admin: Admin, app: MockServer, tmp_path: Path) -> None:
    lived(admin, app)
    saved = admin.get("/snapshot")
    settings = Settings(state=str(tmp_path / "state.db"), seed=3)
    first = create_app(settings)
    Admin(first.test_client()).put("/snapshot", saved)
    assert first.worlds.state is not None
    first.worlds.state.close()
    again = create_app(settings)
    kept = Admin(again.test_client()).get(f"/webhooks?key={FREE}")["webhooks"]
    assert kept == admin.get(f"/webhooks?key={FREE}")["webhooks"]
    assert again.worlds.state is not None
    again.worlds.state.close()


def test_the_same_contract_has_the_same_fingerprint(app: MockServer) -> None:
    ours = app.worlds.foundation.specification
    written_otherwise = dict(sorted(ours.document.items(), reverse=True))
    assert Specification(written_otherwise).fingerprint == ours.fingerprint
    assert Specification({**ours.document, "x-more": 1}).fingerprint != ours.fingerprint

import json
from pathlib import Path

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin
from mock_server.web.app import MockServer, create_app


def test_health_and_version_answer(admin: Admin) -> None:
    assert admin.get("/health")["status"] == "healthy"
    assert admin.get("/version") == {"version": admin.get("/health")["version"]}


def test_health_tells_of_work_of_its_own_that_failed_and_nothing_of_what_it_was(admin: Admin, app: MockServer) -> None:
    admin.ask(FREE)
    app.worlds.of(FREE).webhooks.queue.trouble("delivery dlv_1 to http://secret.example failed here")
    told = admin.get("/health")
    assert (told["status"], told["troubles"]) == ("degraded", 1)
    assert "secret.example" not in json.dumps(told)


def test_it_is_ready_until_it_is_about_to_stop_and_healthy_all_the_while(admin: Admin, app: MockServer) -> None:
    assert admin.get("/ready") == {"status": "ready"}
    app.mock.leave()
    answer = admin.client.get("/__admin/ready")
    assert (answer.status_code, answer.json) == (503, {"status": "draining"})
    assert admin.get("/health")["status"] == "healthy"
    assert admin.ask(FREE).status_code == 200


def test_the_only_instance_is_this_one_and_has_all_keys(admin: Admin, app: MockServer) -> None:
    for key in (FREE, OTHER):
        admin.ask(key)
    (this,) = admin.get("/instances")["instances"]
    assert (this["keys"], this["ready"], this["name"]) == (2, True, "localhost")
    app.mock.leave()
    assert not admin.get("/instances")["instances"][0]["ready"]


def test_it_is_told_how_long_the_mock_has_been_up(admin: Admin, clock: ManualClock) -> None:
    clock.sleep(75.5)
    assert admin.get("/health")["uptimeInSeconds"] == 75


def test_settings_are_shown_without_the_token(clock: ManualClock) -> None:
    client = create_app(Settings(admin_token="a-long-secret-token", seed=7), clock).test_client()
    answer = client.get("/__admin/settings", headers={"Authorization": "Bearer a-long-secret-token"})
    assert answer.json is not None
    assert answer.json["seed"] == 7
    assert "secret" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_whoever_checks_that_the_mock_is_up_needs_no_token_and_learns_no_secret(clock: ManualClock, path: str) -> None:
    app = create_app(Settings(host="0.0.0.0", admin_token="a-long-secret-token"), clock)
    app.test_client().get("/v2/carriers", headers={"X-API-Key": FREE})
    client = app.test_client()
    answer = client.get(f"/__admin{path}", headers={"Host": "10.0.0.7:8080"})
    assert answer.status_code == client.head(f"/__admin{path}").status_code == 200
    assert not any(secret in answer.get_data(as_text=True) for secret in ("token", FREE))
    assert client.post(f"/__admin{path}").status_code in {401, 405}
    assert client.get("/__admin/version").status_code == 401


def test_what_is_beyond_ascii_in_the_contract_is_written_as_it_is(clock: ManualClock, tmp_path: Path) -> None:
    overlay = tmp_path / "ours.json"
    action = {"target": "$.info", "update": {"description": "\U0001f4e6 é"}}
    overlay.write_text(json.dumps({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [action]}))
    client = create_app(Settings(overlay=(overlay,)), clock).test_client()
    for path in ("openapi.json", "contract.json"):
        assert "\U0001f4e6 é".encode() in client.get(f"/__admin/{path}").data


def test_the_contract_is_served(admin: Admin, app: MockServer) -> None:
    assert admin.get("/contract.json") == json.loads(json.dumps(app.pipeline.specification.document))


def test_tools_get_a_contract_that_names_this_mock_first(admin: Admin) -> None:
    servers = [server["url"] for server in admin.get("/openapi.json")["servers"]]
    assert servers == ["http://localhost/v2", "https://api.trackflow.io/v2"]


def test_a_reset_of_one_key_leaves_the_others(admin: Admin) -> None:
    for key in (FREE, OTHER):
        for _ in range(3):
            admin.ask(key)
    admin.post(f"/reset?key={FREE}")
    assert [admin.ask(key).headers["X-RateLimit-Remaining"] for key in (FREE, OTHER)] == ["9", "6"]


@pytest.mark.parametrize("key", ["", "tf_test_fre_a", "tf_test_revoked_a"])
def test_a_key_that_opens_no_sandbox_has_none_to_reset(admin: Admin, key: str) -> None:
    problem = admin.problem("POST", f"/reset?key={key}")
    assert (problem["status"], problem["detail"].startswith(f"key={key!r} opens no sandbox")) == (400, True)


def test_a_reset_of_all_is_as_at_the_start(admin: Admin) -> None:
    before = admin.get("/clock"), admin.track(FREE)
    admin.ask("nonsense")
    admin.put("/clock", {"action": "advance", "seconds": 1e6})
    admin.put(f"/shipments/{NUMBER}", {"status": "returned"})
    admin.post("/reset")
    assert admin.get("/requests") == {"requests": [], "meta": {"total": 0}}
    assert admin.get("/keys")["keys"] == []
    assert (admin.get("/clock"), admin.track(FREE)) == before


def test_a_reset_counts_the_sandboxes_that_it_concerned(admin: Admin) -> None:
    for key in (FREE, OTHER, "tf_test_free_c"):
        admin.ask(key)
    counts = [admin.post(path)["keys"] for path in ("/reset?key=tf_test_free_new", f"/reset?key={FREE}", "/reset")]
    assert counts == [0, 1, 2]


def test_what_the_plane_does_not_have_is_a_problem(admin: Admin) -> None:
    assert admin.problem("GET", "/nothing")["status"] == 404
    assert admin.problem("GET", "/requests/99")["status"] == 404
    assert admin.problem("PUT", "/health")["status"] == 405


def test_the_soft_form_the_webhooks_and_a_tour_are_served_for_tools(admin: Admin) -> None:
    strict, soft = (admin.get(f"/openapi.json?soft={each}") for each in (0, 1))
    assert "const" in json.dumps(strict)
    assert '"const"' not in json.dumps(soft)
    assert admin.get("/openapi.json") == strict
    examples = strict["paths"]["/track/{trackingNumber}"]["parameters"][0]["examples"]
    assert {"not_found", "rate_limit_exceeded", "internal_error", "carrier_unavailable"} <= examples.keys()
    assert admin.get("/asyncapi.json")["asyncapi"] == "3.0.0"
    assert admin.get("/arazzo.json")["sourceDescriptions"][0]["url"].endswith("/__admin/openapi.json")


def test_a_form_that_is_neither_soft_nor_strict_is_refused(admin: Admin) -> None:
    answer = admin.client.get("/__admin/openapi.json?soft=maybe")
    assert answer.status_code == 400
    assert "soft='maybe' is neither yes nor no" in answer.get_data(as_text=True)

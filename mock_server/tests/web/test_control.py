import json
from typing import Any

import pytest
from werkzeug.test import Client

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.web.app import MockServer, create_app

FREE = "tf_test_free_a"
OTHER = "tf_test_free_b"


@pytest.fixture
def client(app: MockServer) -> Client:
    return app.test_client()


def get(client: Client, path: str) -> dict[str, Any]:
    answer = client.get(f"/__admin{path}")
    assert answer.status_code == 200
    assert isinstance(answer.json, dict)
    return answer.json


def asks(client: Client, key: str, times: int = 1, path: str = "/v2/carriers") -> None:
    for _ in range(times):
        client.get(path, headers={"X-API-Key": key})


def test_health_and_version_answer(client: Client) -> None:
    assert get(client, "/health")["status"] == "healthy"
    assert get(client, "/version") == {"version": get(client, "/health")["version"]}


def test_settings_are_shown_without_the_token(clock: ManualClock) -> None:
    client = create_app(Settings(admin_token="a-long-secret-token", seed=7), clock).test_client()
    answer = client.get("/__admin/settings", headers={"Authorization": "Bearer a-long-secret-token"})
    assert answer.json is not None
    assert answer.json["seed"] == 7
    assert "secret" not in answer.get_data(as_text=True)


def test_a_new_key_works_at_once_and_carries_its_plan(client: Client) -> None:
    answer = client.post("/__admin/keys", json={"plan": "starter"})
    assert (answer.status_code, (answer.json or {})["plan"]) == (201, "starter")
    tracked = client.get("/v2/carriers", headers={"X-API-Key": (answer.json or {})["key"]})
    assert tracked.headers["X-RateLimit-Remaining"] == "59"


@pytest.mark.parametrize("body", ['{"plan": "gold"}', "[]", "{"])
def test_a_key_of_no_plan_is_a_problem(client: Client, body: str) -> None:
    answer = client.post("/__admin/keys", data=body)
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_keys_in_use_are_listed(client: Client) -> None:
    asks(client, FREE)
    asks(client, "nonsense")
    assert get(client, "/keys")["keys"] == [{"key": FREE, "plan": "free"}]


def test_a_reset_of_one_key_leaves_the_others(client: Client) -> None:
    asks(client, FREE, 3)
    asks(client, OTHER, 3)
    client.post(f"/__admin/reset?key={FREE}")
    remaining = [
        client.get("/v2/carriers", headers={"X-API-Key": key}).headers["X-RateLimit-Remaining"] for key in (FREE, OTHER)
    ]
    assert remaining == ["9", "6"]


def test_a_reset_of_all_is_as_at_the_start(client: Client) -> None:
    asks(client, FREE, 3)
    asks(client, "nonsense")
    client.post("/__admin/reset")
    assert get(client, "/requests") == {"requests": [], "meta": {"total": 0}}
    assert get(client, "/keys")["keys"] == []


def test_the_journal_tells_what_was_asked_and_answered(client: Client) -> None:
    client.post("/v2/track/batch?x=1", headers={"X-API-Key": FREE}, json={"shipments": []})
    (entry,) = get(client, f"/requests?key={FREE}")["requests"]
    assert entry["operation"] == "trackBatch"
    assert entry["request"]["method"] == "POST"
    assert entry["request"]["url"] == "/v2/track/batch?x=1"
    assert json.loads(entry["request"]["body"]) == {"shipments": []}
    assert entry["response"]["status"] == 400
    assert entry["reason"].startswith("invalid_request: body: shipments")
    assert entry["at"] == "2026-06-15T12:00:00Z"
    assert get(client, f"/requests/{entry['id']}")["request"] == entry["request"]


def test_the_journal_shows_no_key_and_no_secret(client: Client) -> None:
    created = client.post(
        "/v2/webhooks",
        headers={"X-API-Key": FREE},
        json={"tracking_number": "1Z204E380338943508", "url": "https://example.com/"},
    )
    text = client.get("/__admin/requests").get_data(as_text=True)
    assert FREE not in text
    assert (created.json or {})["secret"] not in text


def test_newest_come_first_and_can_be_limited(client: Client) -> None:
    asks(client, FREE, 2)
    asks(client, OTHER, 2)
    asks(client, "nonsense")
    ids = [int(entry["id"]) for entry in get(client, "/requests?limit=3")["requests"]]
    assert ids == [5, 4, 3]
    since = [int(entry["id"]) for entry in get(client, "/requests?since=4")["requests"]]
    assert since == [5]
    assert get(client, f"/requests?key={OTHER}")["meta"] == {"total": 2}


@pytest.mark.parametrize("query", ["limit=many", "since=-1", "limit=٣"])
def test_a_wrong_number_is_a_problem(client: Client, query: str) -> None:
    assert client.get(f"/__admin/requests?{query}").status_code == 400


def test_the_journal_can_be_forgotten(client: Client) -> None:
    asks(client, FREE, 2)
    client.delete("/__admin/requests")
    assert get(client, "/requests")["requests"] == []
    assert client.get("/v2/carriers", headers={"X-API-Key": FREE}).headers["X-RateLimit-Remaining"] == "7"


def test_what_the_plane_does_not_have_is_a_problem(client: Client) -> None:
    for answer in (client.get("/__admin/nothing"), client.get("/__admin/requests/99"), client.put("/__admin/health")):
        assert answer.status_code in (404, 405)
        assert answer.content_type == "application/problem+json"


def test_control_calls_leave_no_trace(client: Client) -> None:
    get(client, "/health")
    assert get(client, "/requests")["meta"] == {"total": 0}


def test_the_contract_is_served(client: Client, app: MockServer) -> None:
    assert get(client, "/openapi.json") == json.loads(json.dumps(app.pipeline.specification.document))

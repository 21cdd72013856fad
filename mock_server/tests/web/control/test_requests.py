import json

import pytest

from mock_server.tests.web.control.admin import FREE, OTHER, Admin


def test_the_journal_tells_what_was_asked_and_answered(admin: Admin) -> None:
    admin.ask(FREE, "/v2/track/batch?x=1", method="POST", json={"shipments": []})
    (entry,) = admin.get(f"/requests?key={FREE}")["requests"]
    assert entry["operation"] == "trackBatch"
    assert entry["request"]["method"] == "POST"
    assert entry["request"]["url"] == "/v2/track/batch?x=1"
    assert json.loads(entry["request"]["body"]) == {"shipments": []}
    assert entry["response"]["status"] == 400
    assert entry["reason"].startswith("invalid_request: body: shipments")
    assert entry["at"] == "2026-06-15T12:00:00Z"
    assert admin.get(f"/requests/{entry['id']}")["request"] == entry["request"]


def test_the_journal_shows_no_key_and_no_secret(admin: Admin) -> None:
    body = {"tracking_number": "1Z204E380338943508", "url": "https://example.com/"}
    created = admin.ask(FREE, "/v2/webhooks", method="POST", json=body)
    text = admin.client.get("/__admin/requests").get_data(as_text=True)
    assert FREE not in text
    assert (created.json or {})["secret"] not in text


def test_newest_come_first_and_can_be_limited(admin: Admin) -> None:
    for key in (FREE, FREE, OTHER, OTHER, "nonsense"):
        admin.ask(key)
    ids = [int(entry["id"]) for entry in admin.get("/requests?limit=3")["requests"]]
    assert ids == [5, 4, 3]
    since = [int(entry["id"]) for entry in admin.get("/requests?since=4")["requests"]]
    assert since == [5]
    assert admin.get(f"/requests?key={OTHER}")["meta"] == {"total": 2}


@pytest.mark.parametrize("query", ["limit=many", "since=-1", "limit=٣", "limit=" + "9" * 5000])
def test_a_wrong_number_is_a_problem(admin: Admin, query: str) -> None:
    assert admin.problem("GET", f"/requests?{query}")["status"] == 400


def test_the_journal_can_be_forgotten(admin: Admin) -> None:
    admin.ask(FREE)
    admin.ask(FREE)
    admin.delete("/requests")
    assert admin.get("/requests")["requests"] == []
    assert admin.ask(FREE).headers["X-RateLimit-Remaining"] == "7"


def test_control_calls_leave_no_trace(admin: Admin) -> None:
    admin.get("/health")
    assert admin.get("/requests")["meta"] == {"total": 0}

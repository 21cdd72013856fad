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


def test_requests_that_never_reached_the_key_s_world_are_told_of_the_key_too(admin: Admin) -> None:
    admin.ask(FREE, "/v2/parcels")
    admin.ask(OTHER, "/v2/parcels")
    admin.ask(FREE)
    assert [entry["response"]["status"] for entry in admin.get(f"/requests?key={FREE}")["requests"]] == [200, 404]
    admin.delete(f"/requests?key={FREE}")
    assert admin.get(f"/requests?key={FREE}")["meta"] == {"total": 0}
    assert admin.get("/requests")["meta"] == {"total": 1}


@pytest.mark.parametrize(
    ("match", "count"),
    [
        ({}, 4),
        ({"method": "get"}, 3),
        ({"method": "P*"}, 1),
        ({"operation": "trackShipment"}, 2),
        ({"operation": None}, 1),
        ({"url": "/v2/track/1Z999AA10123456784?lang=fr"}, 1),
        ({"path": "/v2/track/*"}, 3),
        ({"status": 200}, 3),
        ({"status": [404, 500]}, 1),
        ({"header": {"Accept-Language": "d?"}}, 1),
        ({"header": {"X-Nothing": "*"}}, 0),
        ({"body": "RR990000045GB"}, 1),
        ({"body": {"shipments": [{"tracking_number": "RR990000045GB"}]}}, 1),
        ({"body": {"shipments": []}}, 0),
        ({"body": {"shipments": {}}}, 0),
        ({"tracking_number": "rr 990000045 gb"}, 1),
        ({"tracking_number": "1Z999AA1*"}, 2),
        ({"fault": None}, 4),
        ({"fault": "*"}, 0),
        ({"since": 3}, 1),
        ({"method": "GET", "status": 404}, 1),
    ],
)
def test_requests_are_counted_and_found_by_what_they_were(admin: Admin, match: dict[str, object], count: int) -> None:
    shipments = [{"tracking_number": "RR990000045GB", "carrier": "royalmail"}]
    admin.ask(FREE, "/v2/track/1Z999AA10123456784?lang=fr")
    admin.ask(FREE, "/v2/track/1Z999AA10123456784", headers={"Accept-Language": "de"})
    admin.ask(FREE, "/v2/track/batch", method="POST", json={"shipments": shipments, "x": [1, True]})
    admin.ask(FREE, "/v2/parcels")
    assert admin.post("/requests/count", {"match": match}) == {"count": count}
    found = admin.post(f"/requests/find?key={FREE}", {"match": match, "limit": 2})
    assert len(found["requests"]) == min(count, 2)
    assert found["meta"] == {"total": count}


def test_an_injected_fault_can_be_asked_for(admin: Admin) -> None:
    admin.ask(FREE, headers={"Prefer": "code=503"})
    assert admin.post("/requests/count", {"match": {"fault": "prefer"}}) == {"count": 1}


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ({"match": {"methud": "GET"}}, "/match"),
        ({"match": {"status": "200"}}, "/match/status"),
        ({"match": {"header": {"a": 1}}}, "/match/header/a"),
        ({"match": []}, "/match"),
        ({"mtach": {}}, ""),
    ],
)
@pytest.mark.parametrize("verb", ["count", "find", "wait"])
def test_a_wrong_question_names_the_place(admin: Admin, verb: str, question: object, pointer: str) -> None:
    problem = admin.problem("POST", f"/requests/{verb}", question)
    assert (problem["status"], problem["errors"][0]["pointer"]) == (400, pointer)

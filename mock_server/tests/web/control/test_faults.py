"""`/faults` as its user sees it."""

from typing import Any

import pytest

from mock_server.faults.rulebook import MOST_RULES
from mock_server.tests.faults.rulebook import rule
from mock_server.tests.web.control.admin import ENTERPRISE, FREE, NUMBER, OTHER, Admin
from mock_server.web.app import MockServer

OUTAGE = {"type": "error", "code": "carrier_unavailable"}


def statuses(admin: Admin, key: str, calls: int = 3) -> list[int]:
    return [admin.ask(key).status_code for _ in range(calls)]


def test_a_rule_is_made_for_one_sandbox_and_told_with_its_counts(admin: Admin) -> None:
    answer = admin.client.post(f"/__admin/faults?key={FREE}", json={"id": "down", "fault": OUTAGE, "times": 2})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/__admin/faults/down?key={FREE}"
    assert answer.json == {"id": "down", "fault": OUTAGE, "times": 2, "key": FREE, "seen": 0, "applied": 0}
    assert statuses(admin, FREE) == [503, 503, 200]
    assert statuses(admin, OTHER) == [200, 200, 200]
    shown = admin.get(f"/faults/down?key={FREE}")
    assert (shown["seen"], shown["applied"]) == (2, 2)


def test_a_rule_without_a_key_strikes_every_present_and_future_sandbox(admin: Admin) -> None:
    admin.ask(FREE)
    made = admin.post("/faults", {"fault": OUTAGE, "times": 1})
    assert (made["id"], made["key"]) == ("fault-1", None)
    assert statuses(admin, FREE) == statuses(admin, OTHER) == [503, 200, 200]
    (listed,) = admin.get("/faults")["faults"]
    assert (listed["seen"], listed["applied"]) == (2, 2)
    (own,) = admin.get(f"/faults?key={FREE}")["faults"]
    assert (own["key"], own["seen"], own["applied"]) == (None, 1, 1)


def test_made_ids_do_not_depend_on_what_other_sandboxes_make(admin: Admin) -> None:
    made = [admin.post(f"/faults?key={key}", {"fault": OUTAGE})["id"] for key in (FREE, OTHER, FREE)]
    assert made == ["fault-1", "fault-1", "fault-2"]


def test_all_rules_are_listed_with_the_sandbox_they_are_for(admin: Admin) -> None:
    for query, name in (("", "a"), (f"?key={FREE}", "b"), (f"?key={OTHER}", "c")):
        admin.post(f"/faults{query}", {"id": name, "fault": OUTAGE})
    listed = admin.get("/faults")
    assert [(row["id"], row["key"]) for row in listed["faults"]] == [("a", None), ("b", FREE), ("c", OTHER)]
    assert listed["meta"] == {"total": 3}
    assert [row["id"] for row in admin.get(f"/faults?key={FREE}")["faults"]] == ["b", "a"]


def test_one_rule_is_deleted_or_all_of_a_sandbox_or_all(admin: Admin) -> None:
    for query, name in (("", "a"), (f"?key={FREE}", "b"), (f"?key={FREE}", "c"), (f"?key={OTHER}", "d")):
        admin.post(f"/faults{query}", {"id": name, "fault": OUTAGE})
    assert admin.delete("/faults/b")["total"] == 1
    assert admin.delete(f"/faults?key={FREE}")["total"] == 1
    assert statuses(admin, FREE, 1) == [503]  # the one for all is still there
    assert admin.delete("/faults")["total"] == 2
    assert statuses(admin, FREE, 1) == statuses(admin, OTHER, 1) == [200]
    assert admin.get("/faults")["faults"] == []


def test_what_is_not_there_is_told_with_what_is(admin: Admin) -> None:
    admin.post("/faults", {"id": "shared", "fault": OUTAGE})
    for method in ("GET", "DELETE"):
        problem = admin.problem(method, "/faults/other")
        assert problem["status"] == 404
        assert "'other'" in problem["detail"]
        assert "shared" in problem["detail"]
    problem = admin.problem("DELETE", f"/faults/shared?key={FREE}")
    assert "without key" in problem["detail"]
    assert statuses(admin, FREE, 1) == [503]


@pytest.mark.parametrize(
    ("body", "pointer", "told"),
    [
        ({}, "", "fault is missing"),
        ({"fault": {"type": "error", "code": "teapot"}}, "/fault/code", '"teapot" is no error code; there are'),
        ({"fault": OUTAGE, "match": {"carrier": "usp"}}, "/match/carrier", "did you mean"),
        ({"fault": OUTAGE, "times": "2"}, "/times", '"2" is not an integer'),
    ],
)
def test_a_wrong_rule_names_pointer_value_rule_and_fix(admin: Admin, body: Any, pointer: str, told: str) -> None:
    problem = admin.problem("POST", "/faults", body)
    (flaw,) = problem["errors"]
    assert (problem["status"], flaw["pointer"]) == (400, pointer)
    assert flaw["rule"]
    assert told in flaw["detail"]
    assert admin.get("/faults")["faults"] == []


@pytest.mark.parametrize(
    "rule",
    [
        {"id": "x\n", "fault": {"type": "error", "code": "not_found"}},
        {"fault": {"type": "wrong_content_type", "value": "a\n"}},
        {"fault": {"type": "drop_header", "name": "Date\n"}},
        {"fault": {"type": "malformed_json"}, "match": {"header": {"X-A\n": True}}},
    ],
)
def test_a_line_end_gets_into_no_rule(admin: Admin, rule: Any) -> None:
    assert admin.problem("POST", "/faults", rule)["status"] == 400
    assert admin.get("/faults")["faults"] == []


def test_an_id_that_is_taken_is_a_conflict_in_its_own_sandbox_only(admin: Admin) -> None:
    admin.post("/faults", {"id": "a", "fault": OUTAGE})
    assert "'a' already" in admin.problem("POST", "/faults", {"id": "a", "fault": OUTAGE})["detail"]
    admin.post(f"/faults?key={FREE}", {"id": "a", "fault": OUTAGE})


def test_a_full_book_is_a_conflict(admin: Admin, app: MockServer) -> None:
    for number in range(MOST_RULES):
        app.worlds.rules.add(rule(OUTAGE, id=f"r{number}"))
    assert admin.problem("POST", "/faults", {"fault": OUTAGE})["status"] == 409


def test_a_key_that_opens_no_sandbox_is_refused(admin: Admin) -> None:
    assert "opens no sandbox" in admin.problem("POST", "/faults?key=nonsense", {"fault": OUTAGE})["detail"]


def test_rules_go_with_a_reset_of_their_sandbox_and_those_for_all_with_a_reset_of_all(admin: Admin) -> None:
    admin.post(f"/faults?key={FREE}", {"id": "own", "fault": OUTAGE})
    admin.post("/faults", {"id": "shared", "fault": {"type": "wrong_status", "status": 502}})
    admin.post(f"/reset?key={FREE}")
    assert statuses(admin, FREE, 1) == [502]
    admin.post("/reset")
    assert statuses(admin, FREE, 1) == [200]


def test_a_reset_sandbox_counts_the_rules_for_all_anew(admin: Admin) -> None:
    admin.post("/faults", {"fault": OUTAGE, "times": 1})
    assert statuses(admin, FREE) == [503, 200, 200]
    admin.post(f"/reset?key={FREE}")
    assert statuses(admin, FREE) == [503, 200, 200]


def test_after_a_reset_chance_repeats_also_for_rules_without_an_id(admin: Admin) -> None:
    def drawn(query: str) -> list[int]:
        admin.post(f"/faults{query}", {"fault": OUTAGE, "probability": 0.5})
        return statuses(admin, ENTERPRISE, 40)

    for query in ("", f"?key={ENTERPRISE}"):
        first = drawn(query)
        admin.post(f"/reset{query}")
        assert drawn(query) == first
        admin.post("/reset")


def test_control_calls_are_never_spoilt(admin: Admin) -> None:
    admin.post("/faults", {"fault": {"type": "EMPTY_RESPONSE"}})
    admin.post("/faults", {"fault": OUTAGE})
    assert len(admin.get("/faults")["faults"]) == 2


def test_a_rule_for_an_unlimited_plan_s_quota_waits_for_one_that_is_told(admin: Admin) -> None:
    admin.post("/faults", {"id": "off", "fault": {"type": "miscount_quota", "by": 5}})
    assert "X-Mock-Fault" not in admin.ask(ENTERPRISE).headers
    answer = admin.ask(FREE, f"/v2/track/{NUMBER}")
    assert (answer.headers["X-RateLimit-Remaining"], answer.headers["X-Mock-Fault"]) == ("14", "off")


def test_a_rule_has_a_length(admin: Admin) -> None:
    rule = {"fault": {"type": "wrong_value", "pointer": "/status", "value": "x" * 66_000}}
    assert "65536 bytes" in admin.problem("POST", "/faults", rule)["detail"]
    assert admin.get("/faults")["faults"] == []

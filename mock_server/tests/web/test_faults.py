"""Fault rules on the way of a request: what they cost, what they say, and what they leave alone."""

from typing import Any

import pytest
from werkzeug.test import Client

from mock_server.domain.clock import ManualClock, from_text
from mock_server.settings import Settings
from mock_server.tests.web.control.admin import ENTERPRISE, FREE, NUMBER, OTHER, Admin
from mock_server.web.app import MockServer, create_app

REMAINING, RESET = "X-RateLimit-Remaining", "X-RateLimit-Reset"
OUTAGE = {"type": "error", "code": "carrier_unavailable"}
EXCEEDED = {"type": "error", "code": "rate_limit_exceeded"}
UPS, FEDEX = {"tracking_number": NUMBER}, {"tracking_number": "999999999999", "carrier": "fedex"}


@pytest.fixture
def admin(app: MockServer) -> Admin:
    return Admin(app.test_client())


def fail(admin: Admin, fault: Any, key: str = FREE, **conditions: Any) -> None:
    admin.post(f"/faults?key={key}", {"id": "rule", "fault": fault, **conditions})


def batch(admin: Admin, *shipments: dict[str, str], key: str = FREE) -> Any:
    return admin.ask(key, "/v2/track/batch", method="POST", json={"shipments": shipments})


def test_a_forced_error_is_the_contract_s_own_with_a_label(admin: Admin) -> None:
    fail(admin, OUTAGE)
    answer = admin.ask(FREE)
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (503, "rule")
    assert answer.json == {
        "success": False,
        "error": {
            "code": "carrier_unavailable",
            "message": "The carrier's tracking API is temporarily unavailable.",
        },
    }


def test_a_strict_mock_forces_the_error_and_sends_no_label(clock: ManualClock) -> None:
    admin = Admin(create_app(Settings(strict=True), clock).test_client())
    fail(admin, OUTAGE)
    answer = admin.ask(FREE)
    assert (answer.status_code, "X-Mock-Fault" in answer.headers) == (503, False)
    assert admin.get(f"/requests?key={FREE}")["requests"][0]["fault"] == "rule"


def test_a_503_costs_a_lookup_and_asks_to_wait_a_moment(admin: Admin) -> None:
    fail(admin, OUTAGE)
    answer = admin.ask(FREE)
    assert (answer.headers[REMAINING], answer.headers["Retry-After"]) == ("9", "5")


def test_a_503_asks_to_wait_as_long_as_its_rule_says(admin: Admin) -> None:
    fail(admin, {**OUTAGE, "retry_after_seconds": 29.5})
    assert admin.ask(FREE).headers["Retry-After"] == "30"


@pytest.mark.parametrize("key", [FREE, ENTERPRISE])
def test_a_forced_429_looks_like_a_real_one_and_costs_nothing(admin: Admin, clock: ManualClock, key: str) -> None:
    clock.sleep(18)
    fail(admin, EXCEEDED, key, times=1)
    answer = admin.ask(key)
    assert (answer.status_code, answer.headers[REMAINING], answer.headers["Retry-After"]) == (429, "0", "42")
    assert int(answer.headers[RESET]) == clock.now() + 42
    assert answer.headers["Cache-Control"] == "no-store"
    assert admin.ask(key).headers.get(REMAINING) == ("9" if key == FREE else None)


def test_a_forced_429_for_a_batch_gives_back_all_of_it(admin: Admin) -> None:
    fail(admin, EXCEEDED, times=1)
    assert batch(admin, UPS, UPS, FEDEX).status_code == 429
    assert batch(admin, UPS, UPS, FEDEX).headers[REMAINING] == "7"


def test_a_forced_401_costs_nothing_and_knows_of_no_quota(admin: Admin) -> None:
    fail(admin, {"type": "error", "code": "unauthorized"}, times=1)
    answer = admin.ask(FREE)
    assert (answer.status_code, REMAINING in answer.headers) == (401, False)
    assert admin.ask(FREE).headers[REMAINING] == "9"


def test_a_preferred_example_of_429_costs_nothing_either(admin: Admin) -> None:
    answer = admin.ask(FREE, headers={"Prefer": "example=rate_limit_exceeded"})
    assert (answer.status_code, answer.headers[REMAINING], answer.headers["Retry-After"]) == (429, "0", "60")
    assert admin.ask(FREE).headers[REMAINING] == "9"


def test_a_plan_that_is_really_used_up_comes_before_any_fault(admin: Admin) -> None:
    for _ in range(10):
        admin.ask(FREE)
    fail(admin, OUTAGE, times=1)
    answer = admin.ask(FREE)
    assert (answer.status_code, "X-Mock-Fault" in answer.headers) == (429, False)
    assert admin.get(f"/faults/rule?key={FREE}")["seen"] == 0


def test_a_fault_comes_before_the_request_is_checked(admin: Admin) -> None:
    fail(admin, OUTAGE, match={"operation": "createWebhook"})
    assert admin.ask(FREE, "/v2/webhooks", method="POST", data="{").status_code == 503


@pytest.mark.parametrize(("preference", "status"), [("code=404", 404), ("code=200", 200), ("example=pending", 200)])
def test_a_preference_wins_over_a_rule_and_leaves_it_unused(admin: Admin, preference: str, status: int) -> None:
    fail(admin, OUTAGE)
    answer = admin.ask(FREE, f"/v2/track/{NUMBER}", headers={"Prefer": preference})
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (status, "prefer")
    assert admin.get(f"/faults/rule?key={FREE}")["seen"] == 0


def test_a_preferred_delay_and_a_rule_go_together(admin: Admin) -> None:
    fail(admin, OUTAGE)
    answer = admin.ask(FREE, headers={"Prefer": "delay=0.01"})
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (503, "rule, prefer")
    assert answer.headers["Preference-Applied"] == "delay=0.01"


def test_one_carrier_is_down_while_others_answer(admin: Admin) -> None:
    fail(admin, OUTAGE, match={"carrier": "ups"})
    assert admin.ask(FREE, f"/v2/track/{NUMBER}").status_code == 503
    assert admin.ask(FREE, f"/v2/track/{NUMBER}?carrier=ups").status_code == 503
    assert admin.ask(FREE, "/v2/track/999999999999?carrier=fedex").status_code == 200
    assert admin.ask(FREE).status_code == 200


def test_in_a_batch_a_carrier_that_is_down_is_an_error_of_its_items(admin: Admin) -> None:
    fail(admin, OUTAGE, match={"carrier": "ups"})
    answer = batch(admin, FEDEX, UPS)
    assert (answer.status_code, answer.headers["X-Mock-Fault"], answer.headers[REMAINING]) == (200, "rule", "8")
    fedex, ups = answer.json["results"]
    assert (fedex["success"], ups["success"]) == (True, False)
    assert ups["tracking_number"] == NUMBER
    assert ups["error"]["code"] == "carrier_unavailable"


def test_a_batch_as_a_whole_fails_by_a_rule_about_its_operation(admin: Admin) -> None:
    fail(admin, OUTAGE, match={"operation": "trackBatch"})
    answer = batch(admin, FEDEX, UPS)
    assert (answer.status_code, answer.headers[REMAINING]) == (503, "9")
    assert admin.ask(FREE, f"/v2/track/{NUMBER}").status_code == 200


def test_a_number_fails_however_it_is_written(admin: Admin) -> None:
    fail(admin, OUTAGE, match={"tracking_number": NUMBER})
    assert admin.ask(FREE, "/v2/track/1z%20999aa1-0123456784").status_code == 503
    assert admin.ask(FREE, "/v2/track/1Z204E380338943508").status_code == 200


def test_a_webhook_about_a_parcel_can_fail_too(admin: Admin) -> None:
    fail(admin, OUTAGE, match={"operation": "createWebhook", "carrier": "ups"})
    hook = {"url": "https://example.com/hook"}
    asked = [admin.ask(FREE, "/v2/webhooks", method="POST", json={**hook, **parcel}) for parcel in (UPS, FEDEX)]
    assert [answer.status_code for answer in asked] == [503, 201]


def test_a_client_can_be_picked_by_a_header_it_sends(admin: Admin) -> None:
    fail(admin, OUTAGE, match={"header": {"User-Agent": "checkout/*"}})
    assert admin.ask(FREE, headers={"User-Agent": "checkout/2.1"}).status_code == 503
    assert admin.ask(FREE, headers={"User-Agent": "backoffice/2.1"}).status_code == 200


def test_a_window_is_on_the_clock_that_the_test_moves(admin: Admin) -> None:
    fail(admin, OUTAGE, **{"from": "2026-06-15T12:30:00Z", "until": "2026-06-15T12:35:00Z"})
    seen = []
    for minutes in (0, 30, 4, 1):
        admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": minutes * 60})
        seen.append(admin.ask(FREE).status_code)
    assert seen == [200, 503, 503, 200]


def test_lies_are_told_on_refusals_too_whatever_refused(admin: Admin) -> None:
    admin.post("/faults", {"id": "lie", "fault": {"type": "wrong_status", "status": 418}})
    paths = [(None, "/v2/carriers"), (FREE, "/v2/parcels"), (FREE, "/v2/track/batch"), (FREE, "/v2/track/?")]
    for key, path in paths:
        answer = admin.ask(key, path)
        assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (418, "lie"), path


def test_a_real_429_can_lose_its_headers(admin: Admin) -> None:
    fail(admin, {"type": "drop_header", "name": "Retry-After"})
    answers = [admin.ask(FREE) for _ in range(11)]
    assert "X-Mock-Fault" not in answers[0].headers
    assert (answers[10].status_code, "Retry-After" in answers[10].headers) == (429, False)
    assert answers[10].headers["X-Mock-Fault"] == "rule"


def test_the_quota_that_is_told_can_be_wrong_while_the_real_one_is_not(admin: Admin) -> None:
    fail(admin, {"type": "miscount_quota", "by": 3}, times=1)
    assert [admin.ask(FREE).headers[REMAINING] for _ in range(2)] == ["12", "8"]


def test_a_lie_does_not_outlive_its_reply(admin: Admin) -> None:
    fail(admin, {"type": "missing_field", "pointer": "/status"}, times=1)
    first, second = (admin.track(FREE) for _ in range(2))
    assert "status" not in first
    assert second == admin.track(OTHER)


def test_the_journal_has_what_was_injected_and_why(admin: Admin) -> None:
    fail(admin, OUTAGE, times=1)
    admin.post(f"/faults?key={FREE}", {"id": "slow", "fault": {"type": "latency", "milliseconds": 0.01}})
    admin.ask(FREE)
    admin.ask(FREE)
    later, first = admin.get(f"/requests?key={FREE}")["requests"]
    assert (first["response"]["status"], first["fault"]) == (503, "rule, slow")
    assert first["reason"] == "carrier_unavailable: forced by the fault rule rule; fault rule slow: latency"
    assert (later["response"]["status"], later["fault"], later["reason"]) == (200, "slow", "fault rule slow: latency")


def test_a_broken_connection_is_in_the_journal_as_such(admin: Admin) -> None:
    fail(admin, {"type": "CONNECTION_RESET_BY_PEER"})
    admin.ask(FREE)
    assert admin.get(f"/requests?key={FREE}")["requests"][0]["reason"] == "fault rule rule: CONNECTION_RESET_BY_PEER"


def test_a_rule_of_one_sandbox_is_nobody_else_s(admin: Admin) -> None:
    fail(admin, OUTAGE)
    assert [admin.ask(key).status_code for key in (FREE, OTHER, ENTERPRISE)] == [503, 200, 200]


@pytest.mark.parametrize("auto", [{}, {"auto_advance": True}])
def test_a_client_that_waits_out_a_forced_429_gets_on_if_the_clock_does(
    clock: ManualClock, auto: dict[str, Any]
) -> None:
    clock.set(from_text("2026-06-15T12:00:10Z"))
    admin = Admin(Client(create_app(Settings(), clock)))
    admin.put(f"/clock?key={FREE}", {"action": "freeze", **auto})
    admin.post(f"/faults?key={FREE}", {"fault": EXCEEDED, "until": "2026-06-15T12:01:00Z"})
    refused = admin.ask(FREE)
    clock.sleep(int(refused.headers["Retry-After"]))
    assert refused.headers["Retry-After"] == "50"
    assert admin.ask(FREE).status_code == (200 if auto else 429)

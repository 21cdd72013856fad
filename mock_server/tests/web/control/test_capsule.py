"""`/capsule`: who gets one, and who does not."""

import json

from mock_server.capsules import form
from mock_server.settings import Settings
from mock_server.tests.web.control.admin import ENTERPRISE, FREE, NUMBER, OTHER, Admin
from mock_server.web.app import create_app


def test_a_capsule_holds_what_was_asked_under_the_key_alone(admin: Admin) -> None:
    admin.track(FREE)
    admin.track(OTHER)
    admin.ask(FREE, "/v2/nowhere")
    capsule = admin.get(f"/capsule?key={FREE}")
    asked = [(item["target"], item["status"], item.get("stray", False)) for item in capsule["story"]]
    assert asked == [(f"/v2/track/{NUMBER}", 200, False), ("/v2/nowhere", 404, True)]


def test_rules_for_all_and_clocks_of_all_are_part_of_each_capsule(admin: Admin) -> None:
    admin.track(FREE)
    admin.post("/faults", {"fault": {"type": "error", "code": "carrier_unavailable"}})
    admin.put("/clock", {"action": "advance", "seconds": 60})
    notes = [item["note"] for item in admin.get(f"/capsule?key={FREE}")["story"] if "note" in item]
    assert notes == ["rules", "clock"]


def test_the_console_offers_it_beside_each_request(admin: Admin) -> None:
    admin.track(FREE)
    entry = admin.get(f"/requests?key={FREE}")["requests"][0]
    page = admin.client.get(f"/__admin/requests/{entry['id']}?key={FREE}", headers={"Accept": "text/html"}).text
    assert f'href="/__admin/capsule?key={FREE}" download>Save as capsule' in page


def test_it_says_whose_capsule_it_wants(admin: Admin) -> None:
    assert "?key=" in admin.problem("GET", "/capsule")["detail"]
    assert admin.problem("GET", "/capsule?key=nobody")["status"] == 400


def test_a_key_that_nobody_has_used_has_none(admin: Admin) -> None:
    assert admin.problem("GET", f"/capsule?key={FREE}")["status"] == 404


def test_a_session_that_has_lost_its_beginning_is_refused() -> None:
    admin = Admin(create_app(Settings(journal_size=2)).test_client())
    for _ in range(3):
        admin.track(FREE)
    problem = admin.problem("GET", f"/capsule?key={FREE}")
    assert problem["status"] == 409
    assert "--journal-size" in problem["detail"]
    admin.post(f"/reset?key={FREE}")
    admin.track(FREE)
    assert len(admin.get(f"/capsule?key={FREE}")["story"]) == 1


def test_a_cleared_journal_is_no_beginning(admin: Admin) -> None:
    admin.track(FREE)
    admin.delete(f"/requests?key={FREE}")
    admin.track(FREE)
    assert admin.problem("GET", f"/capsule?key={FREE}")["status"] == 409


def test_a_body_too_long_to_keep_is_told(admin: Admin) -> None:
    admin.ask(FREE, "/v2/track/batch", method="POST", data=b"[" + b" " * 70_000 + b"]")
    problem = admin.problem("GET", f"/capsule?key={FREE}")
    assert problem["status"] == 409
    assert "too long to keep" in problem["detail"]


def test_a_hundred_calls_take_less_than_fifty_kilobytes(admin: Admin) -> None:
    for number in range(100):
        headers = {"X-Request-Id": f"{number * 7919:032x}", "User-Agent": "python-requests/2.32", "Accept": "*/*"}
        admin.ask(ENTERPRISE, f"/v2/track/{123456780000 + number}", headers=headers)
    content = admin.client.get(f"/__admin/capsule?key={ENTERPRISE}").data
    assert len(content) < 50_000
    assert len(form.packed(json.loads(content))) < 10_000

"""The control plane shows deliveries, and picks some of them."""

import base64

from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin


def test_deliveries_are_newest_first_and_can_be_picked(told: Admin) -> None:
    instants = [each["created_at"] for each in told.get(f"/deliveries?key={FREE}")["deliveries"]]
    assert instants == sorted(instants, reverse=True)
    assert len(instants) == 10
    assert told.get("/deliveries")["meta"] == {"total": 12}
    assert len(told.get("/deliveries?limit=3")["deliveries"]) == 3
    assert told.get("/deliveries?type=tracking.delivered")["meta"] == {"total": 2}
    assert told.get(f"/deliveries?tracking_number={NUMBER}&type=tracking.exception")["meta"] == {"total": 1}
    assert told.get("/deliveries?state=delivered")["meta"] == {"total": 0}
    (hook,) = told.get(f"/webhooks?key={OTHER}")["webhooks"]
    assert told.get(f"/deliveries?webhook_id={hook['webhook_id']}")["meta"] == {"total": 2}
    third = told.get(f"/deliveries?key={FREE}")["deliveries"][2]["id"]
    assert told.get(f"/deliveries?key={FREE}&since={third}")["meta"] == {"total": 2}


def test_what_cannot_be_picked_is_a_problem(told: Admin) -> None:
    assert "pending, delivered" in told.problem("GET", "/deliveries?state=lost")["detail"]
    assert told.problem("GET", "/deliveries?limit=many")["status"] == 400
    assert told.problem("GET", "/deliveries/dlv_none")["status"] == 404
    assert told.problem("POST", "/deliveries/dlv_none/replay")["status"] == 404


def test_a_delivery_that_was_not_attempted_shows_what_will_be_sent(told: Admin) -> None:
    delivery_id = told.get("/deliveries")["deliveries"][0]["id"]
    shown = told.get(f"/deliveries/{delivery_id}")
    assert base64.b64decode(shown["request"]["body_base64"]).decode() == shown["request"]["body"]
    assert shown["signature"].startswith("sha256=")
    assert shown["attempts"] == []
    assert shown["next_attempt_at"] == shown["created_at"]

"""An event that a tester orders, without a shipment that changes."""

import json
from typing import Any

import pytest

from mock_server.tests.web.control.admin import FREE, NUMBER, Admin
from mock_server.tests.web.control.hooks import subscribe


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ({"number": NUMBER}, "event"),
        ({"number": NUMBER, "event": "lost"}, "there are"),
        ({"number": "x", "event": "delivered"}, "is not a tracking number"),
        ({"number": "1ZTFTEST0300000004", "event": "delivered", "more": 1}, "more"),
    ],
)
def test_an_event_that_cannot_be_triggered_is_a_problem(told: Admin, order: dict[str, Any], word: str) -> None:
    problem = told.problem("POST", "/webhooks/trigger", order)
    assert problem["status"] == 400
    assert word in problem["detail"]


def test_an_event_that_no_webhook_wants_is_a_problem(admin: Admin) -> None:
    subscribe(admin, events=["delivered"])
    assert admin.problem("POST", "/webhooks/trigger", {"number": NUMBER, "event": "exception"})["status"] == 404
    assert admin.post("/webhooks/trigger", {"number": NUMBER, "event": "delivered"})["deliveries"][0]["type"] == (
        "tracking.delivered"
    )


def test_a_triggered_event_changes_no_shipment(admin: Admin) -> None:
    before = admin.track(FREE)
    subscribe(admin)
    admin.post(f"/webhooks/trigger?key={FREE}", {"number": NUMBER, "event": "tracking.exception"})
    assert admin.track(FREE) == before
    assert admin.get("/deliveries")["deliveries"][0]["type"] == "tracking.exception"


@pytest.mark.parametrize("status", [None, "pending", "in_transit", "exception"])
@pytest.mark.parametrize(("event", "given"), [("delivered", "delivered"), ("exception", "exception")])
def test_a_triggered_event_is_the_shipment_as_it_is_and_the_event_on_top(
    admin: Admin, status: str | None, event: str, given: str
) -> None:
    if status:
        admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": status})
    before = admin.track(FREE)
    data = triggered(admin, event)
    top = data["events"][0]
    assert data["events"][1:] == before["events"]
    assert (data["status"], data["status_description"], top["type"]) == (given, top["status"], given)
    assert top["timestamp"] == "2026-06-15T12:00:00Z"
    assert data["last_updated"] >= top["timestamp"]
    if before["events"]:
        assert (data["carrier"], data["origin"], data["destination"]) == (
            before["carrier"],
            before["origin"],
            before["destination"],
        )
    assert admin.track(FREE) == before


@pytest.mark.parametrize("event", ["delivered", "exception", "updated"])
def test_a_triggered_event_comes_in_place_of_an_end_which_nothing_follows(admin: Admin, event: str) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "delivered"})
    before = admin.track(FREE)
    data = triggered(admin, event)
    assert data["events"][1:] == before["events"][1:]
    assert data["events"][0] != before["events"][0]
    assert admin.track(FREE) == before


def triggered(admin: Admin, event: str) -> Any:
    """The data of the newest delivery, which was ordered."""
    subscribe(admin)
    (made,) = admin.post(f"/webhooks/trigger?key={FREE}", {"number": NUMBER, "event": event})["deliveries"]
    return json.loads(admin.get(f"/deliveries/{made['id']}")["request"]["body"])["data"]

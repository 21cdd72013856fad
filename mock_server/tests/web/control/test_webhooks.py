"""What happens to shipments is told to webhooks; nothing listens, so nothing is sent."""

import json
from typing import Any

from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin
from mock_server.tests.web.control.hooks import HOUR, subscribe
from mock_server.web.app import MockServer


def test_webhooks_are_listed_without_their_secrets(admin: Admin) -> None:
    made, other = subscribe(admin, events=["delivered"]), subscribe(admin, OTHER)
    assert [each["webhook_id"] for each in admin.get("/webhooks")["webhooks"]] == [
        made["webhook_id"],
        other["webhook_id"],
    ]
    (shown,) = admin.get(f"/webhooks?key={FREE}")["webhooks"]
    assert shown["events"] == ["delivered"]
    assert shown["secret"] != made["secret"]
    assert FREE not in json.dumps(shown)


def test_a_pinned_status_is_told_once_to_who_wants_it(admin: Admin) -> None:
    subscribe(admin)
    subscribe(admin, events=["exception"])
    answer = admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "delivered"})
    assert answer["pending_deliveries"] == 1
    (delivery,) = admin.get("/deliveries")["deliveries"]
    assert (delivery["type"], delivery["state"], delivery["attempts"]) == ("tracking.delivered", "pending", 0)
    assert admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "delivered"})["pending_deliveries"] == 1


def test_each_event_that_a_pin_names_is_told_in_order(admin: Admin) -> None:
    subscribe(admin)
    events = [
        {"type": "delivered", "timestamp": "2026-06-15T11:00:00Z"},
        {"type": "out_for_delivery", "timestamp": "2026-06-15T08:00:00Z"},
        {"type": "pickup", "timestamp": "2026-06-13T08:00:00Z"},
    ]
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"events": events[1:]})
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"events": events})
    told = [body(admin, each["id"])["data"] for each in admin.get("/deliveries")["deliveries"][::-1]]
    assert [data["events"][0]["type"] for data in told] == ["pickup", "out_for_delivery", "delivered"]
    assert [len(data["events"]) for data in told] == [1, 2, 3]


def body(admin: Admin, delivery_id: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(admin.get(f"/deliveries/{delivery_id}")["request"]["body"])
    return value


def test_an_added_event_is_told_with_what_the_api_answers_then(admin: Admin) -> None:
    subscribe(admin)
    admin.post(f"/shipments/{NUMBER}/events?key={FREE}", {"type": "exception", "location": "Zürich"})
    (delivery,) = admin.get("/deliveries")["deliveries"]
    assert body(admin, delivery["id"])["data"] == admin.track(FREE)


def test_an_event_to_come_is_told_when_it_comes(admin: Admin) -> None:
    subscribe(admin)
    event = {"type": "exception", "timestamp": "2026-06-15T13:00:00Z"}
    assert admin.post(f"/shipments/{NUMBER}/events?key={FREE}", event)["pending_deliveries"] == 0
    assert admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": HOUR})["pending_deliveries"] == 1


def test_a_shipment_that_is_let_go_is_not_told_again(admin: Admin) -> None:
    subscribe(admin)
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "exception"})
    admin.delete(f"/shipments/{NUMBER}?key={FREE}")
    assert admin.get("/deliveries")["meta"] == {"total": 1}


def test_a_number_that_forces_an_error_tells_nothing_until_it_is_pinned(admin: Admin, app: MockServer) -> None:
    number = app.worlds.foundation.magic.magic_number("ups", "503")
    subscribe(admin, number=number)
    admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 40 * 86400})
    assert admin.get("/deliveries")["deliveries"] == []
    admin.put(f"/shipments/{number}?key={FREE}", {"status": "delivered"})
    assert len(admin.get("/deliveries")["deliveries"]) == 1

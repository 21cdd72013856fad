"""What the control plane shows of webhooks and deliveries, asked as a tester does."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook

from mock_server.settings import Settings
from mock_server.tests.sending.receivers import digest, given, listening
from mock_server.tests.served import served
from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin
from mock_server.web.app import MockServer, create_app

HOOK = "http://127.0.0.1:9/hooks"
HOUR = 3600
START = "2026-06-15T12:00:00Z"


def subscribe(admin: Admin, key: str = FREE, number: str = NUMBER, **wish: Any) -> dict[str, Any]:
    body = {"tracking_number": number, "url": HOOK, **wish}
    answer = admin.ask(key, "/v2/webhooks", method="POST", json=body)
    assert answer.status_code == 201
    assert isinstance(answer.json, dict)
    return answer.json


# Without a server: everything is made, nothing is sent


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


@pytest.fixture
def told(admin: Admin, app: MockServer) -> Admin:
    """A mock that has ten deliveries for one key and two for another."""
    number = app.worlds.foundation.magic.magic_number("ups", "011")
    subscribe(admin, number=number)
    subscribe(admin, OTHER)
    admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 72 * HOUR})
    for kind in ("exception", "delivered"):
        admin.post(f"/shipments/{NUMBER}/events?key={OTHER}", {"type": kind})
    return admin


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


# With a server and receivers


@dataclass
class Served:
    """A mock on a port of loopback, and a client of both its sides."""

    url: str
    key: str = "tf_test_enterprise_served"
    number: str = ""

    def call(self, method: str, path: str, value: object = None) -> Any:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        connection.request(method, path, None if value is None else json.dumps(value), headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status < 300, content
        return json.loads(content) if content else None

    def admin(self, method: str, path: str, value: object = None) -> Any:
        return self.call(method, f"/__admin{path}{'&' if '?' in path else '?'}key={self.key}", value)

    def subscribe(self, url: str, **wish: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.call("POST", "/v2/webhooks", {"tracking_number": self.number, "url": url, **wish})
        return made

    def advance(self, hours: float) -> int:
        pending: int = self.admin("PUT", "/clock", {"action": "advance", "seconds": hours * HOUR})["pending_deliveries"]
        return pending

    def deliveries(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = self.admin("GET", "/deliveries?limit=1000")["deliveries"]
        return found


@contextmanager
def serving(**settings: Any) -> Iterator[Served]:
    app = create_app(Settings(clock=START, time_scale=0, **settings))
    with served(app) as server:
        yield Served(server.url, number=app.worlds.foundation.magic.magic_number("ups", "011"))


def test_a_clock_call_is_answered_when_what_became_due_has_been_attempted() -> None:
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        secret = mock.subscribe(receiver.url)["secret"]
        assert mock.advance(15) == 0
        assert [len(json.loads(content)["data"]["events"]) for _, content in receiver.received] == [1, 2, 3]
        for headers, content in receiver.received:
            assert given(headers) == f"sha256={digest(content, secret)}"
        assert {each["state"] for each in mock.deliveries()} == {"delivered"}


def test_a_delivery_shows_every_attempt_with_the_receiver_s_answer() -> None:
    with serving() as mock, listening(lambda _headers, _body: 503 if len(receiver.received) < 3 else 201) as receiver:
        mock.subscribe(receiver.url)
        mock.advance(2)
        (delivery,) = mock.deliveries()
        assert (delivery["state"], delivery["last_status"]) == ("pending", 503)
        assert delivery["next_attempt_at"] == "2026-06-15T14:00:30Z"
        mock.advance(1)
        shown = mock.admin("GET", f"/deliveries/{delivery['id']}")
        assert [attempt["response"]["status"] for attempt in shown["attempts"]] == [503, 503, 201]
        assert [attempt["at"][11:19] for attempt in shown["attempts"]] == ["14:00:00", "14:00:30", "14:01:30"]
        assert all(attempt["milliseconds"] > 0 for attempt in shown["attempts"])
        sent = {(content, given(headers)) for headers, content in receiver.received}
        assert sent == {(base64.b64decode(shown["request"]["body_base64"]), shown["signature"])}


def test_a_clock_call_tells_what_waits_for_a_retry_and_what_was_blocked() -> None:
    with serving() as mock, listening(lambda _headers, _body: 503) as receiver:
        mock.subscribe(receiver.url)
        mock.subscribe("https://192.0.2.1/")
        told = mock.admin("PUT", "/clock", {"action": "advance", "seconds": 2 * HOUR})
        assert {name: told[name] for name in told if name.endswith("_deliveries")} == {
            "pending_deliveries": 0,
            "retrying_deliveries": 1,
            "blocked_deliveries": 1,
        }
        told = mock.admin("PUT", "/clock", {"action": "advance", "seconds": 0})
        assert (told["pending_deliveries"], told["retrying_deliveries"], told["blocked_deliveries"]) == (0, 1, 1)


def test_a_replay_sends_the_same_bytes_again() -> None:
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        mock.subscribe(receiver.url)
        mock.advance(2)
        (delivery,) = mock.deliveries()
        shown = mock.admin("POST", f"/deliveries/{delivery['id']}/replay")
        assert [attempt["replay"] for attempt in shown["attempts"]] == [False, True]
        (first, content), (second, again) = receiver.received
        assert content == again
        assert given(first) == given(second)


def test_one_advance_over_the_ladder_plays_all_14_attempts() -> None:
    with serving() as mock, listening(lambda _headers, _body: 500) as receiver:
        mock.subscribe(receiver.url, events=["delivered"])
        assert mock.advance(72 + 245_730 / HOUR) == 0
        assert len(receiver.received) == 14
        assert len({content for _, content in receiver.received}) == 1
        (delivery,) = mock.deliveries()
        assert (delivery["state"], delivery["attempts"]) == ("failed", 14)


def test_a_redirect_is_not_followed() -> None:
    with serving() as mock, listening(lambda _headers, _body: 307) as receiver:
        mock.subscribe(receiver.url)
        mock.advance(2)
        assert len(receiver.received) == 1
        assert mock.deliveries()[0]["last_status"] == 307


def test_a_host_that_nobody_allowed_is_blocked_with_the_way_to_allow_it() -> None:
    with serving() as mock:
        mock.subscribe("https://10.0.0.1/hooks")
        assert mock.advance(2) == 0
        (delivery,) = mock.deliveries()
        assert (delivery["state"], delivery["next_attempt_at"]) == ("blocked", None)
        assert "--webhook-allow 10.0.0.1" in delivery["note"]


def test_the_standard_headers_verify_with_their_own_library() -> None:
    with serving(standard_webhooks=True) as mock, listening(lambda _headers, _body: 204) as receiver:
        secret = mock.subscribe(receiver.url)["secret"]
        mock.advance(8)
        for headers, content in receiver.received:
            assert Webhook(secret).verify(content, dict(headers.items()))["id"] == headers["webhook-id"]
        assert len(receiver.received) == 2


def test_quick_retries_need_no_clock_to_be_moved() -> None:
    with serving(webhook_retry=0.01) as mock, listening(lambda _headers, _body: 500) as receiver:
        mock.subscribe(receiver.url)
        mock.advance(2)
        mock.advance(0.01 / HOUR)
        assert len(receiver.received) == 2


@pytest.mark.parametrize(
    ("fault", "states"),
    [
        ({"type": "drop"}, {"dropped"}),
        ({"type": "duplicate", "copies": 3}, {"delivered"}),
        ({"type": "delay", "seconds": 60}, {"pending"}),
    ],
)
def test_faults_of_deliveries_are_rules_like_others(fault: dict[str, Any], states: set[str]) -> None:
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        mock.subscribe(receiver.url)
        rule = mock.admin("POST", "/faults", {"fault": fault, "match": {"tracking_number": mock.number}})
        mock.advance(2)
        found = mock.deliveries()
        assert {each["state"] for each in found} == states
        assert all(each["faults"] == [rule["id"]] for each in found)
        assert len(receiver.received) == {"drop": 0, "duplicate": 3, "delay": 0}[fault["type"]]
        assert all(headers["X-Mock-Fault"] == rule["id"] for headers, _ in receiver.received)
        if fault["type"] == "delay":
            mock.advance(60 / HOUR)
            assert len(receiver.received) == 1


@pytest.mark.parametrize("fault", ["bad_signature", "missing_signature", "foreign_signature"])
def test_bad_signatures_are_sent_where_a_rule_says_so(fault: str) -> None:
    with serving(strict=True) as mock, listening(lambda _headers, _body: 204) as receiver:
        secret = mock.subscribe(receiver.url)["secret"]
        mock.admin("POST", "/faults", {"fault": {"type": fault}, "times": 1})
        mock.advance(8)
        right = [given(headers) == f"sha256={digest(content, secret)}" for headers, content in receiver.received]
        assert right == [False, True]
        assert ("X-TrackFlow-Signature" in receiver.received[0][0]) is (fault != "missing_signature")
        assert all("X-Mock-Fault" not in headers for headers, _ in receiver.received)


def test_a_reordered_delivery_comes_after_the_next() -> None:
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        mock.subscribe(receiver.url)
        mock.admin("POST", "/faults", {"fault": {"type": "reorder"}, "times": 1})
        mock.advance(15)
        assert [len(json.loads(content)["data"]["events"]) for _, content in receiver.received] == [2, 1, 3]


def test_a_state_answers_when_its_event_was_delivered() -> None:
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        mock.subscribe(receiver.url)
        params = {"tracking_number": mock.number, "type": "failed_attempt"}
        answer = mock.admin("POST", "/states", {"state": "event occurs", "params": params})
        assert answer == {"state": "event occurs", "pending_deliveries": 0}
        assert json.loads(receiver.received[0][1])["type"] == "tracking.exception"

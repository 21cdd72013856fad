"""Deliveries to receivers, steered and seen through the control plane."""

import base64
import json

from standardwebhooks import Webhook

from mock_server.tests.sending.receivers import digest, given, listening
from mock_server.tests.web.control.hooks import HOUR, serving


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


def test_a_state_answers_when_its_event_was_delivered() -> None:
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        mock.subscribe(receiver.url)
        params = {"tracking_number": mock.number, "type": "failed_attempt"}
        answer = mock.admin("POST", "/states", {"state": "event occurs", "params": params})
        assert answer == {"state": "event occurs", "pending_deliveries": 0}
        assert json.loads(receiver.received[0][1])["type"] == "tracking.exception"

"""Faults of deliveries, as rules of the control plane."""

import json
from typing import Any

import pytest

from mock_server.tests.sending.receivers import digest, given, listening
from mock_server.tests.web.control.hooks import HOUR, serving


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


def test_events_are_called_something_else_where_a_rule_says_so_and_their_answers_are_not() -> None:
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        match = {"operation": "deliverTrackingEvent"}
        fault = {"type": "wrong_content_type", "value": "text/html"}
        mock.admin("POST", "/faults", {"fault": fault, "match": match, "times": 1})
        mock.subscribe(receiver.url)
        mock.advance(8)
        assert [headers["Content-Type"] for headers, _ in receiver.received] == ["text/html", "application/json"]
        secret = mock.subscribe(receiver.url)["secret"]
        assert secret.startswith("whsec_"), "an answer is still JSON"


def test_a_delivery_may_come_again_under_another_id_signed_as_it_is() -> None:
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        secret = mock.subscribe(receiver.url)["secret"]
        mock.admin("POST", "/faults", {"fault": {"type": "duplicate", "renamed": True}, "times": 1})
        mock.advance(2)
        first, again = (json.loads(content) for _, content in receiver.received)
        assert first["id"] != again["id"]
        assert {**first, "id": ""} == {**again, "id": ""}
        assert all(given(headers) == f"sha256={digest(content, secret)}" for headers, content in receiver.received)
        assert {each["event_id"] for each in mock.deliveries()} == {first["id"], again["id"]}


def test_only_the_id_of_a_renamed_copy_is_another_where_its_text_stands_elsewhere_too() -> None:
    match = {"operation": "deliverTrackingEvent"}
    said = {"type": "wrong_value", "pointer": "/data/status", "value": ""}
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        mock.subscribe(receiver.url)
        mock.advance(2)
        (_, honest), *_ = receiver.received
        told = json.loads(honest)["id"]
        mock.admin("POST", "/reset", None)
        receiver.received.clear()
        mock.admin("POST", "/faults", {"fault": {**said, "value": f"see {told}"}, "match": match})
        mock.admin(
            "POST", "/faults", {"fault": {"type": "renamed_field", "pointer": "/type", "name": "kind"}, "match": match}
        )
        mock.admin("POST", "/faults", {"fault": {"type": "duplicate", "copies": 3, "renamed": True}, "times": 1})
        mock.subscribe(receiver.url)
        mock.advance(2)
        copies = [json.loads(content) for _, content in receiver.received]
        assert copies[0]["id"] == told
        assert len({each["id"] for each in copies}) == 3
        assert all(each["data"]["status"] == f"see {told}" and "kind" in each for each in copies)


def test_a_reordered_delivery_comes_after_the_next() -> None:
    with serving() as mock, listening(lambda _headers, _body: 204) as receiver:
        mock.subscribe(receiver.url)
        mock.admin("POST", "/faults", {"fault": {"type": "reorder"}, "times": 1})
        mock.advance(15)
        assert [len(json.loads(content)["data"]["events"]) for _, content in receiver.received] == [2, 1, 3]

"""Control calls without a key are answered by several processes as by one."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests

from mock_server.domain.clock import ManualClock, from_text
from mock_server.settings import Settings
from mock_server.tests.sharing.crew import control, crew, key_of, page
from mock_server.world import Foundation

NUMBER = "1Z999AA10123456784"
KEYS = [key_of(0, plan="growth"), key_of(1, plan="growth")]


@pytest.fixture(scope="module")
def urls() -> Iterator[list[str]]:
    with TemporaryDirectory() as folder, crew(Path(folder), ManualClock(from_text("2026-06-15T12:00:00Z"))) as urls:
        yield urls


@pytest.fixture(autouse=True)
def _fresh(urls: list[str]) -> None:
    control(urls[1], "POST", "/reset")
    for key in KEYS:
        for _ in range(2):
            requests.get(f"{urls[0]}/v2/track/{NUMBER}", headers={"X-API-Key": key}, timeout=30)


def test_a_reset_counts_the_keys_of_all(urls: list[str]) -> None:
    assert control(urls[0], "POST", "/reset") == {"status": "reset", "keys": 2}
    assert control(urls[1], "GET", "/keys")["meta"] == {"total": 0}


def test_keys_are_listed_wherever_they_live(urls: list[str]) -> None:
    for url in urls:
        told = control(url, "GET", "/keys")
        assert ({each["key"] for each in told["keys"]}, told["meta"]["total"]) == ({*KEYS}, 2)


def test_requests_are_listed_newest_first_and_once(urls: list[str]) -> None:
    for url in urls:
        told = control(url, "GET", "/requests")
        ids = [int(each["id"]) for each in told["requests"]]
        assert (len(ids), told["meta"]["total"]) == (4, 4)
        assert ids == sorted(set(ids), reverse=True)
        assert len(control(url, "GET", "/requests", limit="3")["requests"]) == 3
        newer = control(url, "GET", "/requests", since=str(ids[2]))["requests"]
        assert [int(each["id"]) for each in newer] == ids[:2]
        assert control(url, "GET", f"/requests/{ids[3]}")["id"] == str(ids[3])
    assert control(urls[0], "GET", "/requests/1", status=404)["status"] == 404


def test_requests_are_counted_found_and_waited_for_in_all(urls: list[str]) -> None:
    match = {"match": {"operation": "trackShipment"}}
    for url in urls:
        assert control(url, "POST", "/requests/count", match) == {"count": 4}
        assert control(url, "POST", "/requests/find", match)["meta"]["total"] == 4
        assert control(url, "POST", "/requests/wait", {**match, "atLeast": 4}) == {"count": 4}
        late = control(url, "POST", "/requests/wait", {**match, "atLeast": 5, "timeoutMs": 1}, status=408)
        assert late["detail"].startswith("4 of 5 requests came within 1 ms")
    assert control(urls[0], "POST", "/requests/wait", {"atLeast": 0}, status=400)["status"] == 400


@pytest.mark.parametrize("limit", ["²", "9" * 5000, "-1", "x"])
def test_a_limit_that_is_no_number_is_refused(urls: list[str], limit: str) -> None:
    for path in ("/requests", "/deliveries", "/requests/unmatched"):
        assert "is not a whole number" in control(urls[0], "GET", path, status=400, limit=limit)["detail"]
    assert control(urls[0], "POST", "/requests/find", {"limit": limit}, status=400)["status"] == 400


def test_a_limit_is_that_of_the_whole_list_however_it_is_written(urls: list[str]) -> None:
    assert len(control(urls[0], "POST", "/requests/find", {"limit": 3.0})["requests"]) == 3


@pytest.mark.parametrize("path", ["/requests/find", "/requests/count", "/requests/wait"])
def test_a_body_that_is_nested_too_deep_is_refused(urls: list[str], path: str) -> None:
    assert requests.post(f"{urls[0]}/__admin{path}", data=b"[" * 100_000, timeout=30).status_code == 400


@pytest.mark.parametrize("time", ["soon", -1, 600_001, None, [5], True])
@pytest.mark.parametrize("least", [4, 5])
def test_a_wait_of_no_possible_length_is_refused(urls: list[str], time: Any, least: int) -> None:
    order = {"atLeast": least, "timeoutMs": time}
    assert "timeoutMs" in control(urls[0], "POST", "/requests/wait", order, status=400)["detail"]


@pytest.mark.parametrize("path", ["/metrics", "/requests/stream", "/console/live"])
def test_a_call_that_each_would_refuse_is_refused(urls: list[str], path: str) -> None:
    foreign = {"Origin": "http://elsewhere.example"}
    assert requests.get(f"{urls[0]}/__admin{path}", headers=foreign, timeout=30).status_code == 403


def test_a_stream_from_no_request_is_refused(urls: list[str]) -> None:
    control(urls[0], "GET", "/requests/stream", status=400, since="x")


def test_a_wait_is_over_with_the_requests_of_several_processes(urls: list[str]) -> None:
    order = {"atLeast": 6, "timeoutMs": 30_000}
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(control, urls[0], "POST", "/requests/wait", order)
        for key in KEYS:
            requests.get(f"{urls[1]}/v2/track/{NUMBER}", headers={"X-API-Key": key}, timeout=30)
        assert waiting.result() == {"count": 6}


def test_a_clock_is_moved_for_all(urls: list[str]) -> None:
    moved = control(urls[0], "PUT", "/clock", {"action": "advance", "seconds": 3600})
    assert moved["now"] == "2026-06-15T13:00:00Z"
    for url in urls:
        assert control(url, "GET", "/clock") == {
            name: value for name, value in moved.items() if not name.endswith("_deliveries")
        }
        for key in KEYS:
            assert control(url, "GET", "/clock", key=key)["now"] == moved["now"]
    control(urls[0], "PUT", "/clock", {"action": "advance", "seconds": 60}, key=KEYS[1])
    assert [*control(urls[0], "GET", "/clock")["keys"]] == [KEYS[1]]


def test_a_rule_for_all_strikes_everywhere_and_is_counted_once(urls: list[str]) -> None:
    rule = control(urls[1], "POST", "/faults", {"fault": {"type": "error", "code": "not_found"}}, status=201)
    own = control(urls[0], "POST", "/faults", {"fault": {"type": "EMPTY_RESPONSE"}, "times": 1}, 201, key=KEYS[1])
    assert own["key"] == KEYS[1]
    for key in KEYS:
        told = (
            requests.get(f"{urls[0]}/v2/carriers", headers={"X-API-Key": key}, timeout=30) if key == KEYS[0] else None
        )
        assert told is None or told.status_code == 404
    for url in urls:
        listed = control(url, "GET", "/faults")
        assert [(each["id"], each["key"], each["applied"]) for each in listed["faults"]] == [
            (rule["id"], None, 1),
            (own["id"], KEYS[1], 0),
        ]
        assert listed["meta"] == {"total": 2}
        assert control(url, "GET", f"/faults/{rule['id']}")["applied"] == 1
    assert control(urls[0], "POST", f"/faults/{rule['id']}/pause")["paused"] is True
    assert control(urls[0], "DELETE", "/faults") == {"status": "deleted", "total": 2}
    assert control(urls[1], "DELETE", f"/faults/{rule['id']}", status=404)["status"] == 404


def test_a_new_key_is_the_same_whoever_makes_it_and_lives_once(urls: list[str]) -> None:
    made = [control(url, "POST", "/keys", {"plan": "free"}, 201)["key"] for url in (*urls, *urls)]
    assert len(set(made)) == 4
    assert control(urls[0], "GET", "/keys")["meta"]["total"] == 6


def test_scenarios_and_pinned_shipments_are_everybody_s(urls: list[str]) -> None:
    control(urls[0], "PUT", "/scenario", {"document": {"description": "mine"}})
    control(urls[1], "PUT", f"/shipments/{NUMBER}", {"status": "delivered"})
    for url in urls:
        for key in KEYS:
            answer = requests.get(f"{url}/v2/track/{NUMBER}", headers={"X-API-Key": key}, timeout=30).json()
            assert "delivered" in json.dumps(answer)


def test_a_snapshot_has_the_keys_of_all_and_goes_back_to_where_they_live(urls: list[str]) -> None:
    taken = control(urls[0], "GET", "/snapshot")
    assert {each["key"] for each in taken["worlds"]} == {*KEYS}
    control(urls[0], "POST", "/reset")
    assert control(urls[1], "PUT", "/snapshot", taken)["keys"] == 2
    assert {each["key"] for each in control(urls[0], "GET", "/keys")["keys"]} == {*KEYS}


def test_a_webhook_and_its_deliveries_are_found_from_anywhere(urls: list[str]) -> None:
    order = {"tracking_number": NUMBER, "url": "http://127.0.0.1:9/hook", "events": ["all"]}
    event = control(urls[0], "GET", "/webhooks")
    assert event == {"webhooks": [], "meta": {"total": 0}}
    made = [control(urls[0], "POST", "/webhooks", order, 201, key=key)["webhook_id"] for key in KEYS]
    assert control(urls[1], "GET", "/webhooks")["meta"]["total"] == 2
    for webhook, url in zip(made, urls, strict=True):
        assert control(url, "DELETE", f"/webhooks/{webhook}") == {"status": "deleted"}
    control(urls[0], "DELETE", f"/webhooks/{made[0]}", status=404)
    control(urls[0], "GET", "/deliveries/none", status=404)


def test_what_is_wrong_with_a_delivery_is_told_whoever_is_asked(urls: list[str]) -> None:
    order = {"tracking_number": NUMBER, "url": "http://127.0.0.1:9/hook", "events": ["all"]}
    webhook = control(urls[0], "POST", "/webhooks", order, 201, key=KEYS[1])["webhook_id"]
    control(urls[0], "POST", "/webhooks/trigger", {"number": NUMBER, "event": "delivered"}, key=KEYS[1])
    delivery = control(urls[0], "GET", "/deliveries")["deliveries"][0]["id"]
    control(urls[0], "DELETE", f"/webhooks/{webhook}")
    for url in urls:
        assert "waits for nothing" in control(url, "POST", f"/deliveries/{delivery}/send", status=409)["detail"]


def test_the_report_and_the_changes_are_of_all(urls: list[str]) -> None:
    for url in urls:
        assert len(control(url, "GET", "/report")["keys"]) == 2
    before = moves(urls[1])
    control(urls[0], "PUT", "/clock", {"action": "freeze"})
    control(urls[0], "PUT", "/clock", {"action": "freeze"}, key=KEYS[1])
    after = moves(urls[1])
    assert [after.count(key) - before.count(key) for key in (None, *KEYS)] == [1, 0, 1]


def moves(url: str) -> list[str | None]:
    """The keys of the changes of clocks, None for all."""
    told = control(url, "GET", "/changes", limit="1000")["changes"]
    return [each["key"] for each in told if each["path"].endswith("/clock")]


def test_each_process_measures_itself(urls: list[str]) -> None:
    text = requests.get(f"{urls[0]}/__admin/metrics", timeout=30).text
    for name in ("worker-0", "worker-1"):
        assert f'trackflow_mock_sandboxes{{instance="{name}"}} 1\n' in text
        assert f'trackflow_mock_info{{instance="{name}",version=' in text
    assert text.count("# TYPE trackflow_mock_sandboxes gauge\n") == 1


def test_one_process_is_measured_alone_for_who_collects_from_each(urls: list[str]) -> None:
    for url in urls:
        text = requests.get(f"{url}/__admin/metrics", params={"instance": "worker-1"}, timeout=30).text
        assert ('instance="worker-1"' in text, 'instance="worker-0"' in text) == (True, False)
    told = control(urls[0], "GET", "/metrics", instance="worker-9", status=404)["detail"]
    assert told == "there is no instance 'worker-9'; there are worker-0, worker-1"


def test_a_stream_tells_what_everybody_was_asked(urls: list[str]) -> None:
    with requests.get(f"{urls[0]}/__admin/requests/stream", params={"since": "0"}, stream=True, timeout=30) as stream:
        lines = stream.iter_lines()
        keys: set[str] = set()
        while len(keys) < 2:
            line = next(lines)
            if line.startswith(b"data: "):
                keys.add(json.loads(line.removeprefix(b"data: "))["key"])


def test_instances_tell_who_is_up_and_how_many_keys_each_has(urls: list[str]) -> None:
    told = control(urls[0], "GET", "/instances")
    assert [(each["name"], each["keys"], each["ready"]) for each in told["instances"]] == [
        ("worker-0", 1, True),
        ("worker-1", 1, True),
    ]
    assert told["meta"] == {"total": 2}


def test_a_click_for_all_is_done_by_all_and_one_for_a_key_where_that_lives(urls: list[str]) -> None:
    def click(url: str, order: dict[str, Any]) -> None:
        answer = requests.post(f"{url}/__admin/console/do", data={"order": json.dumps(order)}, timeout=30)
        assert "HX-Trigger" in answer.headers, answer.text

    order = {"method": "PUT", "path": "/clock", "query": {}, "body": {"action": "advance", "seconds": 60}}
    click(urls[0], order)
    click(urls[0], {**order, "query": {"key": KEYS[1]}})
    for url in urls:
        assert control(url, "GET", "/clock")["now"] == "2026-06-15T12:01:00Z"
        assert [control(url, "GET", "/clock", key=key)["now"][14:16] for key in KEYS] == ["01", "02"]


def test_the_console_shows_the_keys_and_requests_of_all_with_who_has_them(urls: list[str]) -> None:
    for url in urls:
        keys, journal = page(url, "/"), page(url, "/requests")
        for number, key in enumerate(KEYS):
            assert f"/__admin/keys/{key}" in keys
            assert page(url, f"/?q={key}").count("/__admin/keys/tf_test") == 1
            assert f'<tr id="i-worker-{number}">' in keys
            assert journal.count(f">worker-{number}<") == 2
        assert journal.count("data-row") == 4
        for entry in control(url, "GET", "/requests")["requests"]:
            assert f"Request {entry['id']}" in page(url, f"/requests/{entry['id']}")


def test_a_console_page_about_all_keys_is_the_same_wherever_it_is_asked_for(urls: list[str]) -> None:
    requests.get(f"{urls[0]}/v2/nothing", headers={"X-API-Key": KEYS[1]}, timeout=30)
    for path in ("/requests/unmatched", "/requests/violations", "/report", "/faults", "/shipments"):
        first, second = (page(url, path).partition("<main")[2].replace(url, "") for url in urls)
        assert first == second
    assert "/v2/nothing" in page(urls[0], "/requests/unmatched")
    assert page(urls[0], "/requests?status=404").count("data-row") == 1


def test_a_field_for_a_key_proposes_those_of_all(urls: list[str]) -> None:
    for url in urls:
        assert 'hx-get="/__admin/console/known"' in page(url, "/")
        assert all(f'<option value="{key}">' in page(url, "/console/known") for key in KEYS)


def test_a_key_is_listed_with_the_process_that_has_it(urls: list[str]) -> None:
    told = control(urls[0], "GET", "/keys")["keys"]
    assert {each["key"]: each["instance"] for each in told} == {KEYS[0]: "worker-0", KEYS[1]: "worker-1"}
    assert control(urls[0], "GET", f"/keys/{KEYS[1]}")["instance"] == "worker-1"


def test_an_inbox_is_in_one_process_and_knows_the_signatures_of_all(urls: list[str]) -> None:
    scheme = Foundation(Settings()).terms.scheme
    body, made = b"{}", {"tracking_number": NUMBER, "url": "http://127.0.0.1:1/"}
    secrets = [control(urls[0], "POST", "/webhooks", made, status=201, key=key)["secret"] for key in KEYS]
    for url in urls:
        for secret in (*secrets, "another"):
            headers = {scheme.header: scheme.sign(secret, body)}
            assert requests.post(f"{url}/__inbox/orders", body, headers=headers, timeout=30).status_code == 204
    for url in urls:
        messages = control(url, "GET", "/inbox/orders")["messages"]
        assert len({each["id"] for each in messages}) == 6
        assert sorted(each["signature_check"] for each in messages) == ["right"] * 4 + ["wrong"] * 2
        assert control(url, "GET", "/inbox")["inboxes"] == [{"name": "orders", "messages": 6}]
        shown = page(url, "/inbox/orders")
        assert (shown.count("signature right"), shown.count("signature wrong")) == (4, 2)
        assert page(url, "/webhooks").count('<li class="row" id="w-') == 2
    requests.delete(f"{urls[0]}/__admin/inbox/orders", timeout=30)
    assert control(urls[1], "GET", "/inbox/orders")["messages"] == []


def test_what_is_no_message_is_not_looked_at_for_a_signature(urls: list[str]) -> None:
    bodies: list[Any] = [{}, [1], [{"id": 1}], [{"id": 1, "body_base64": "x", "headers": {}}], "text"]
    for body in bodies:
        answer = requests.post(f"{urls[0]}/__admin/console/signed", json=body, timeout=30)
        assert answer.status_code == (200 if body == {} else 400), answer.text

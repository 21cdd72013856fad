"""Every fault of the connection, made by a rule and met by the clients people use, over real sockets."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

import pytest
import requests

from mock_server.settings import Settings
from mock_server.tests.served import served
from mock_server.tests.server.sleeper import WokenSleeper
from mock_server.tests.web.broken_connections import FAULTS
from mock_server.web.app import create_app

TRACKED = "/v2/track/1Z999AA10123456784"
HEADERS = {"X-API-Key": "tf_test_enterprise_wire"}
each_fault = pytest.mark.parametrize("name", list(FAULTS))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    app = create_app(Settings())
    with served(app) as running:
        yield running.url


@pytest.fixture
def url(server: str) -> str:
    """The URL of a mock without any rule."""
    requests.post(f"{server}/__admin/reset", timeout=20).raise_for_status()
    return server


def fail(url: str, fault: dict[str, Any], **conditions: Any) -> None:
    requests.post(f"{url}/__admin/faults", json={"fault": fault, **conditions}, timeout=20).raise_for_status()


def curl(url: str, *options: str) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed here")
    header = ["-H", f"X-API-Key: {HEADERS['X-API-Key']}"]
    return subprocess.run(
        [program, "-sS", *header, *options, url], capture_output=True, text=True, timeout=60, check=False
    )


def node(url: str) -> Any:
    """What Node's fetch gets: `{status, body}`, or `{error}` with the code of what went wrong."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node.js is not installed here")
    script = f"""
        const ask = async () => {{
            try {{
                const answer = await fetch({json.dumps(url)}, {{headers: {json.dumps(HEADERS)}}});
                return {{status: answer.status, body: await answer.text()}};
            }} catch (error) {{
                return {{error: error.cause?.code ?? error.message}};
            }}
        }};
        ask().then((told) => console.log(JSON.stringify(told)));
    """
    return json.loads(subprocess.run([program, "-e", script], capture_output=True, timeout=60, check=True).stdout)


@each_fault
def test_requests_sees_it_as_what_it_is_and_can_ask_again(url: str, name: str) -> None:
    fault, error, words, _, _ = FAULTS[name]
    fail(url, fault, times=1)
    with requests.Session() as session:
        with pytest.raises(error, match=words):
            session.get(url + TRACKED, headers=HEADERS, timeout=20)
        assert session.get(url + TRACKED, headers=HEADERS, timeout=20).json()["success"] is True


@each_fault
def test_curl_sees_it_as_what_it_is(url: str, name: str) -> None:
    fault, _, _, code, _ = FAULTS[name]
    fail(url, fault)
    assert curl(url + TRACKED).returncode == code


@each_fault
def test_node_s_fetch_sees_it_as_what_it_is(url: str, name: str) -> None:
    fault, _, _, _, errors = FAULTS[name]
    fail(url, fault)
    assert node(url + TRACKED)["error"] in errors


def test_json_that_lacks_its_end_is_a_whole_answer_that_no_client_can_read(url: str) -> None:
    fail(url, {"type": "malformed_json"})
    answer = requests.get(url + TRACKED, headers=HEADERS, timeout=20)
    assert (answer.status_code, len(answer.content)) == (200, int(answer.headers["Content-Length"]))
    for text in (answer.text, curl(url + TRACKED).stdout, node(url + TRACKED)["body"]):
        with pytest.raises(ValueError, match="delimiter"):
            json.loads(text)


def test_a_lie_reaches_every_client_with_its_label(url: str) -> None:
    fail(url, {"type": "wrong_status", "status": 418}, id="teapot")
    answer = requests.get(url + TRACKED, headers=HEADERS, timeout=20)
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (418, "teapot")
    assert "HTTP/1.1 418" in curl(url + TRACKED, "-i").stdout
    assert node(url + TRACKED)["status"] == 418


def test_a_broken_connection_goes_with_a_late_one(url: str) -> None:
    fail(url, {"type": "latency", "milliseconds": 100})
    fail(url, {"type": "EMPTY_RESPONSE"})
    began = perf_counter()
    with pytest.raises(requests.ConnectionError):
        requests.get(url + TRACKED, headers=HEADERS, timeout=20)
    assert perf_counter() - began >= 0.1


def test_a_dribbled_body_is_whole_for_every_client(url: str) -> None:
    whole = requests.get(url + TRACKED, headers=HEADERS, timeout=20).content
    fail(url, {"type": "dribble", "numberOfChunks": 7, "totalDuration": 20})
    assert requests.get(url + TRACKED, headers=HEADERS, timeout=20).content == whole
    assert curl(url + TRACKED).stdout.encode() == whole
    assert node(url + TRACKED)["body"].encode() == whole


def test_a_dribbled_body_takes_as_long_as_it_was_told_and_its_head_does_not() -> None:
    sleeper = WokenSleeper()
    with served(create_app(Settings()), sleeper) as running:
        fail(running.url, {"type": "dribble", "numberOfChunks": 7, "totalDuration": 600})
        answer = requests.get(running.url + TRACKED, headers=HEADERS, timeout=60, stream=True)
        pauses = []
        for _ in range(7):
            pauses.append(sleeper.asleep())
            sleeper.wake(running)
        assert len(answer.raw.read()) == int(answer.headers["Content-Length"])
    assert pauses == pytest.approx([0.6 / 7] * 7)


DELAYED = 60  # calls at once; benchmarks/latency.py has 500


def test_delayed_calls_wait_together_and_hold_up_nobody() -> None:
    sleeper = WokenSleeper()

    def ask(url: str) -> None:
        requests.get(url, headers=HEADERS, timeout=60).raise_for_status()

    with served(create_app(Settings()), sleeper) as running, ThreadPoolExecutor(DELAYED) as threads:
        fail(running.url, {"type": "latency", "milliseconds": 500}, match={"operation": "trackShipment"})
        delayed = [threads.submit(ask, running.url + TRACKED) for _ in range(DELAYED)]
        assert [sleeper.asleep() for _ in delayed] == [0.5] * DELAYED
        ask(f"{running.url}/v2/carriers")
        assert not any(each.done() for each in delayed)
        for _ in delayed:
            sleeper.wake(running)
        for each in delayed:
            each.result()

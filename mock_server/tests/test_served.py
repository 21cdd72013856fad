"""The mock as a process of its own, spoken to over real sockets."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from mock_server.tests.served import serving


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving("--clock", "2026-06-15T12:00:00Z", "--time-scale", "0") as (_, url):
        yield url


def ask(
    url: str, path: str, key: str, method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one answer, on a connection of its own."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=300)
    try:
        connection.request(method, path, body, {"X-API-Key": key, **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def test_who_asks_for_it_sees_each_request_in_the_log_and_where_the_console_is() -> None:
    with serving("--log-requests", "--scenario", "flaky", "--seed", "1") as (process, url):
        ask(url, "/v2/carriers?api_key=tf_test_free_secretsecret", "tf_test_free_secretsecret")
        ask(url, "/nowhere", "")
        ask(url, "/__admin/health", "")
        process.terminate()
        _, told = process.communicate(timeout=20)
    console, *lines = told.splitlines()
    assert console == f"console: {url}/__admin/"
    assert [line.split()[3:6] for line in lines] == [
        ["GET", "/v2/carriers?api_key=...", "200"],
        ["GET", "/nowhere", "404"],
    ]
    assert "secretsecret" not in told


def test_a_control_call_that_is_too_large_is_a_problem_and_stays_out_of_the_journal(url: str) -> None:
    status, headers, body = ask(url, "/__admin/scenario", "", "PUT", b"x" * 2_000_000)
    assert (status, headers["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(body)["detail"] == "The request body is longer than 1048576 bytes."
    _, _, journal = ask(url, "/__admin/requests", "")
    assert b"/__admin" not in journal


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_says_one_line_answers_and_ends_with_0(ending: signal.Signals) -> None:
    with serving() as (process, url):
        assert ask(url, "/v2/carriers", "tf_test_free_a")[0] == 200
        process.send_signal(ending)
        out, err = process.communicate(timeout=300)
        assert (process.returncode, out, err) == (0, "", f"console: {url}/__admin/\n")


def test_a_port_in_use_is_told_and_exits_with_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "mock_server", "serve", "--port", port],
            capture_output=True,
            check=False,
            text=True,
            timeout=300,
        )
    assert done.returncode == 2
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_off_loopback_a_token_is_made_and_needed() -> None:
    with serving("--host", "0.0.0.0", "--admin-token", "t0ken-for-this-test") as (_, url):
        local = url.replace("0.0.0.0", "127.0.0.1")
        assert ask(local, "/__admin/health", "")[0] == 200
        assert ask(local, "/__admin/keys", "")[0] == 401
        assert ask(local, "/__admin/health", "", Authorization="Bearer t0ken-for-this-test")[0] == 200


def test_64_threads_on_a_free_key_get_exactly_10_answers(url: str) -> None:
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: ask(url, "/v2/track/1Z204E380338943508", "tf_test_free_threads"), range(64)))
    granted = [headers for status, headers, _ in answers if status != 429]
    assert sorted(int(headers["X-RateLimit-Remaining"]) for headers in granted) == list(range(10))
    assert all(headers["X-RateLimit-Remaining"] == "0" for status, headers, _ in answers if status == 429)


def test_the_same_shipments_come_from_another_process_in_another_order(url: str) -> None:
    numbers = [f"1Z999AA1012345{n:04d}" for n in range(60)]

    def bodies(at: str, order: list[str]) -> dict[str, bytes]:
        return {number: ask(at, f"/v2/track/{number}", "tf_test_enterprise_d")[2] for number in order}

    with serving("--clock", "2026-06-15T12:00:00Z", "--time-scale", "0") as (_, other):
        assert bodies(url, numbers) == bodies(other, numbers[::-1])


def test_another_seed_makes_other_shipments(url: str) -> None:
    with serving("--clock", "2026-06-15T12:00:00Z", "--time-scale", "0", "--seed", "1") as (_, other):
        path = "/v2/track/1Z999AA10123456784"
        assert ask(url, path, "tf_test_free_s")[2] != ask(other, path, "tf_test_free_s")[2]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v2/track/batch", b"x" * 10_000_000, 413),
        ("GET", "/v2/track/" + "1" * 15_000, b"", 400),
        ("GET", "/v2/track/" + "1" * 100_000, b"", 400),
        ("GET", "/v2/track/%00%01", b"", 400),
        ("GET", "/v2/track/%ff%fe", b"", 400),
        ("GET", "/v2/track/1Z%2", b"", 400),
        ("GET", "/v2/track/1Z204E380338943508?lang=" + "x" * 9_000, b"", 200),
        ("BREW", "/v2/carriers", b"", 405),
        ("OPTIONS", "/v2/carriers", b"", 405),
        ("GET", "/v2/../v2/carriers", b"", 404),
        ("POST", "/v2/webhooks", b'{"tracking_number": "1Z\\u0000", "url": "https://example.com/"}', 400),
        ("POST", "/v2/webhooks", b'{"tracking_number": "\\ud800", "url": "https://example.com/"}', 400),
        ("POST", "/v2/track/batch", b'{"shipments": ' + b"[" * 50_000, 400),
        ("DELETE", "/v2/webhooks/" + "w" * 5_000, b"", 404),
    ],
)
def test_bad_input_gets_the_contract_s_error(url: str, method: str, path: str, body: bytes, status: int) -> None:
    found, _, content = ask(url, path, "tf_test_enterprise_bad", method, body, **{"Content-Type": "application/json"})
    assert found == status
    if status >= 400:
        assert set(json.loads(content)) == {"success", "error"}


def test_a_standard_error_that_nobody_reads_stops_nobody() -> None:
    with serving("--sandboxes", "1") as (process, url):  # each new key is a line in the log
        for number in range(3000):
            if number % 3:
                ask(url, f"/nowhere/{'x' * 80}", f"tf_test_free_{number}")
            status, _, _ = ask(url, "/v2/carriers", f"tf_test_{('free', 'growth')[number % 2]}_{number}")
            assert status == 200
            if number > 400:
                break
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

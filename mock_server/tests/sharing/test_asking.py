"""A request that reaches another process than its key's is answered as if it had come to that one."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
import requests

from mock_server.domain.clock import ManualClock, from_text
from mock_server.sharing.channels import PeerChannels
from mock_server.tests.sharing.crew import crew, key_of
from mock_server.tests.web.broken_connections import FAULTS

TRACKED = "/v2/track/1Z999AA10123456784"
HERE, THERE = key_of(0), key_of(1)


@pytest.fixture(scope="module", params=["handed over", "on channels", "on trunks"])
def urls(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Processes that give connections away, or else ask each other: one question on a connection, or many."""
    with (
        TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patched,
        crew(
            Path(folder), ManualClock(from_text("2026-06-15T12:00:00Z")), handoff=request.param == "handed over"
        ) as urls,
    ):
        if request.param == "on trunks":
            lay(urls, patched)
        else:
            patched.setattr(PeerChannels, "trunk", lambda *_: None)
        yield urls


def lay(urls: list[str], patched: pytest.MonkeyPatch) -> None:
    """Ask until there is a trunk from each to the other, and let it be known that there is."""
    trunk, there = PeerChannels.trunk, dict[PeerChannels, object]()

    def found(channels: PeerChannels, address: str) -> object:
        there[channels] = trunk(channels, address) or there.get(channels)
        return there[channels]

    patched.setattr(PeerChannels, "trunk", found)
    with requests.Session() as session:
        for _ in range(1000):
            if len(there) == len(urls) and all(there.values()):
                return
            track(session, urls[0], THERE)
            track(session, urls[1], HERE)
    raise AssertionError("no trunk was laid")


@pytest.fixture(autouse=True)
def _fresh(urls: list[str]) -> None:
    for key in (HERE, THERE):
        assert requests.post(f"{urls[0]}/__admin/reset", params={"key": key}, timeout=30).status_code == 200


def track(session: requests.Session, url: str, key: str) -> requests.Response:
    return session.get(url + TRACKED, headers={"X-API-Key": key}, timeout=30)


def test_every_process_answers_for_every_key_with_the_same_bytes(urls: list[str]) -> None:
    with requests.Session() as session:
        assert len({track(session, url, key).content for url in urls for key in (HERE, THERE)}) == 1


def test_a_limit_is_exact_while_keys_take_turns_on_one_connection(urls: list[str]) -> None:
    left: dict[str, list[str]] = {HERE: [], THERE: []}
    with requests.Session() as session:
        for turn in range(22):
            key = (HERE, THERE)[turn % 2]
            answer = track(session, urls[0], key)
            left[key].append(answer.headers["X-RateLimit-Remaining"] if answer.ok else str(answer.status_code))
    assert left == {key: [*map(str, range(9, -1, -1)), "429"] for key in (HERE, THERE)}


def test_a_limit_is_exact_while_every_call_has_a_connection_of_its_own(urls: list[str]) -> None:
    answers = [requests.get(urls[n % 2] + TRACKED, headers={"X-API-Key": THERE}, timeout=30) for n in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2


def test_pipelined_requests_of_several_keys_are_answered_in_their_order(urls: list[str]) -> None:
    keys = [THERE, HERE, HERE, THERE, THERE, HERE]
    parts = urlsplit(urls[0])
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as client:
        for place, key in enumerate(keys):
            ending = "Connection: close\r\n" * (place == len(keys) - 1)
            head = f"GET /v2/carriers?n={place} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n{ending}\r\n"
            client.sendall(head.encode())
        told = b"".join(iter(lambda: client.recv(65536), b""))
    left = [line.split(": ")[1] for line in told.decode().split("\r\n") if line.startswith("X-RateLimit-Remaining")]
    assert left == ["9", "9", "8", "8", "7", "7"]


def test_what_is_refused_before_it_is_read_opens_no_sandbox_at_another_process(urls: list[str]) -> None:
    for url in urls:
        refused = requests.post(
            f"{url}/v2/track/batch", headers={"X-API-Key": THERE, "Content-Length": "3000000"}, timeout=30
        )
        assert refused.status_code == 413
    keys = [each["key"] for each in requests.get(f"{urls[0]}/__admin/keys", timeout=30).json()["keys"]]
    assert keys.count(THERE) == 1


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_fault_of_the_connection_is_what_it_is(urls: list[str], name: str) -> None:
    fault, error, words, *_ = FAULTS[name]
    rule = requests.post(f"{urls[0]}/__admin/faults", params={"key": THERE}, json={"fault": fault}, timeout=30)
    assert rule.status_code == 201, rule.text
    with requests.Session() as session, pytest.raises(error, match=words):
        track(session, urls[0], THERE)


def test_a_body_in_chunks_comes_whole(urls: list[str]) -> None:
    batch = json.dumps({"shipments": [{"tracking_number": "1Z999AA10123456784"}] * 5}).encode()
    chunks = (batch[place : place + 7] for place in range(0, len(batch), 7))
    headers = {"X-API-Key": THERE, "Content-Type": "application/json"}
    answer = requests.post(f"{urls[0]}/v2/track/batch", data=chunks, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text


def test_a_body_is_sent_once_it_is_asked_for(urls: list[str]) -> None:
    body = json.dumps({"shipments": [{"tracking_number": "1Z999AA10123456784"}]}).encode()
    parts = urlsplit(urls[0])
    head = (
        "POST /v2/track/batch HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nX-API-Key: {THERE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as client:
        client.sendall(head.encode())
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        told = b"".join(iter(lambda: client.recv(65536), b""))
    assert told.startswith(b"HTTP/1.1 200 ")


def test_a_body_longer_than_a_datagram_and_an_answer_longer_than_a_window_come_whole(urls: list[str]) -> None:
    order = b'{"shipments": [{"tracking_number": "1Z999AA10123456784"}]}' + b" " * 900_000
    headers = {"X-API-Key": THERE, "Content-Type": "application/json"}
    for url in urls:
        assert requests.post(f"{url}/v2/track/batch", data=order, headers=headers, timeout=30).status_code == 200
        assert "paths" in requests.get(f"{url}/__admin/openapi.json", params={"key": THERE}, timeout=30).json()


def test_a_wait_is_over_when_the_key_has_asked_elsewhere(urls: list[str]) -> None:
    requests.get(urls[1] + TRACKED, headers={"X-API-Key": THERE}, timeout=30)
    order = {"atLeast": 1, "timeoutMs": 20_000}
    told = requests.post(f"{urls[0]}/__admin/requests/wait", params={"key": THERE}, json=order, timeout=30)
    assert told.json() == {"count": 1}


def test_what_a_key_asked_is_listed_wherever_one_asks(urls: list[str]) -> None:
    with requests.Session() as session:
        for url in (*urls, *urls):
            track(session, url, THERE)
    lists = [
        requests.get(f"{url}/__admin/requests", params={"key": THERE}, timeout=30).json()["requests"] for url in urls
    ]
    assert lists[0] == lists[1]
    ids = [int(each["id"]) for each in lists[0]]
    assert (len(ids), ids) == (4, sorted(set(ids), reverse=True))


def test_nobody_else_may_ask_as_a_process_of_the_mock(urls: list[str]) -> None:
    for token in ("", "Bearer wrong"):
        answer = requests.get(f"{urls[0]}/__peer", headers={"Authorization": token}, timeout=30)
        assert answer.status_code == 404


def test_a_connection_is_handed_to_the_process_of_its_first_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unasked(*_: object) -> None:
        raise AssertionError("the other process was asked, and not given the connection")

    monkeypatch.setattr(PeerChannels, "ask", unasked)
    with crew(tmp_path, ManualClock(from_text("2026-06-15T12:00:00Z"))) as urls, requests.Session() as session:
        assert [track(session, urls[0], THERE).status_code for _ in range(3)] == [200] * 3

"""`serve --workers 2` as processes: one dies, and nothing that was promised is lost."""

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from mock_server.tests.served import serving
from mock_server.tests.sharing.crew import control, key_of

TRACKED = "/v2/track/1Z999AA10123456784"
KEYS = [key_of(0), key_of(1)]


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    state = tmp_path_factory.mktemp("workers") / "state.sqlite"
    with serving("--workers", "2", "--time-scale", "0", "--state", str(state)) as served:
        yield served


def children(process: "subprocess.Popen[str]") -> list[int]:
    """The processes that it has started, oldest first."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    )
    return sorted(map(int, listed.stdout.split()))


def track(url: str, key: str) -> requests.Response:
    return requests.get(url + TRACKED, headers={"X-API-Key": key}, timeout=60)


def gone(descriptor: int) -> bool:
    """Whether that process ends; its descriptor can be read once it has, and is closed."""
    with os.fdopen(descriptor):
        return bool(select.select([descriptor], [], [], 60)[0])


@pytest.mark.skipif(not Path("/proc").exists(), reason="asks Linux which processes there are")
def test_a_process_that_is_killed_comes_back_with_what_was_promised_and_none_outlives_its_parent(
    mock: tuple["subprocess.Popen[str]", str],
) -> None:
    process, url = mock
    assert [track(url, key).headers["X-RateLimit-Remaining"] for key in (*KEYS, *KEYS)] == ["9", "9", "8", "8"]
    control(url, "PUT", "/clock", {"action": "advance", "seconds": 2}, key=KEYS[0])
    now = [control(url, "GET", "/clock", key=key)["now"] for key in KEYS]
    victim = control(url, "GET", "/instances")["instances"][0]
    assert victim["keys"] == 1
    first = children(process)[0]
    descriptor = os.pidfd_open(first)
    os.kill(first, signal.SIGKILL)
    assert gone(descriptor)  # until then, it takes clients that it does not answer
    # What is for all is done by who is there, and waits where the other is already on its way back.
    control(url, "POST", "/faults", {"id": "slow", "fault": {"type": "latency", "milliseconds": 0}}, 201)
    assert track(url, KEYS[1]).headers["X-RateLimit-Remaining"] == "7"
    while (answer := track(url, KEYS[0])).status_code == 503:
        assert (answer.headers["Retry-After"], answer.json()["error"]["code"]) == ("1", "carrier_unavailable")
    assert answer.headers["X-RateLimit-Remaining"] == "7"
    assert [control(url, "GET", "/clock", key=key)["now"] for key in KEYS] == now
    assert [each["id"] for each in control(url, "GET", "/faults", key=KEYS[0])["faults"]] == ["slow"]
    assert control(url, "GET", "/keys")["meta"] == {"total": 2}

    # And no process outlives its parent.
    workers = children(process)
    assert len(workers) == 2
    process.kill()
    process.wait()
    for worker in workers:
        with suppress(ProcessLookupError):
            assert gone(os.pidfd_open(worker))

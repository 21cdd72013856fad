"""Tests in eight processes at a time against one mock: nothing but the key keeps them apart."""

import subprocess
import sys
from pathlib import Path

from mock_server.settings import Settings
from mock_server.testing.running import RunningMock

PROCESSES = 8
PROGRAM = """
import http.client, sys, urllib.parse
from mock_server.testing.running import AttachedMock

NUMBER = "1Z999AA10123456784"
url, me = sys.argv[1], int(sys.argv[2])

def track(trackflow):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=300)
    connection.request("GET", f"/v2/track/{NUMBER}", headers={"X-API-Key": trackflow.key})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.getheader("X-RateLimit-Remaining"), body

with AttachedMock(url) as mock:
    for turn in range(4):
        with mock.sandbox("free") as trackflow:
            trackflow.clock.freeze()
            trackflow.clock.set(f"20{30 + me}-01-01T00:00:00Z")
            trackflow.fail("carrier_unavailable", times=me % 3 + 1)
            trackflow.ship(NUMBER, status="out_for_delivery")
            told = [track(trackflow) for _ in range(5)]
            failed = [503] * (me % 3 + 1)
            assert [status for status, _, _ in told] == failed + [200] * (5 - len(failed)), told
            assert [left for _, left, _ in told] == ["9", "8", "7", "6", "5"], told
            assert f"20{30 + me}-01-01" in told[-1][2].decode(), told
            trackflow.clock.advance(hours=6)
            assert b'"status":"delivered"' in track(trackflow)[2]
            assert len(trackflow.requests) == 6
            assert len(trackflow.webhooks.wait(type="tracking.delivered")) == 1
"""


def test_tests_of_several_processes_never_meet() -> None:
    with RunningMock(Settings()) as mock:
        command = [sys.executable, "-c", PROGRAM, mock.url]
        root = Path(__file__).parents[3]
        running = [
            subprocess.Popen([*command, str(me)], cwd=root, stderr=subprocess.PIPE, text=True)
            for me in range(PROCESSES)
        ]
        told = [process.communicate(timeout=300)[1] for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES, "\n".join(told)

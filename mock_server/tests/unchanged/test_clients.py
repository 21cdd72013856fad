"""Programs written against the API's own address, as their users run them, in the languages of the page and more."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from mock_server.commands.process import Streams
from mock_server.commands.running import run_in
from mock_server.proxy.entrances import Outside
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock
from mock_server.tests.unchanged.tools import PROGRAMS, command, tool

PAGE_NUMBER = "1Z204E380338943508"
LANGUAGES = {".py", ".mjs", ".cjs", ".java", ".rb", ".go", ".cs", ".php", ".pl", ".sh"}
CLIENTS = [
    path
    for path in sorted(PROGRAMS.rglob("*"))
    if path.suffix in LANGUAGES and not {"__pycache__", "bin", "obj"}.intersection(path.parts)
]
NODE_CLIENTS = [path for path in CLIENTS if path.suffix in {".mjs", ".cjs"}]


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with RunningMock(Settings()) as mock:
        yield mock


def body_of(program: Path, mock: RunningMock, folder: Path, runtime: str = "") -> dict[str, object]:
    """What the program printed, run in a sandbox of its own, which it must have asked once."""
    line = command(program, folder, runtime)
    output = folder / "output"
    with mock.sandbox() as sandbox, mock.entrance(sandbox.key, Outside(None)) as entrance:
        with output.open("wb") as file:
            ending = run_in(entrance, line, os.environ, limit=60, streams=Streams(subprocess.DEVNULL, file))
        assert ending.status == 0
        assert [(each.status, each.headers["host"]) for each in sandbox.requests] == [(200, "api.trackflow.io")]
    body: dict[str, object] = json.loads(output.read_bytes())
    return body


@pytest.mark.parametrize("program", CLIENTS, ids=lambda path: path.name)
def test_a_client_reaches_the_mock_unchanged(program: Path, mock: RunningMock, tmp_path: Path) -> None:
    body = body_of(program, mock, tmp_path)
    assert (body["tracking_number"], body["status"]) == (PAGE_NUMBER, "in_transit")


@pytest.mark.parametrize("version", ["22", "24"])
@pytest.mark.parametrize("program", NODE_CLIENTS, ids=lambda path: path.name)
def test_and_on_other_versions_of_node(program: Path, version: str, mock: RunningMock, tmp_path: Path) -> None:
    assert body_of(program, mock, tmp_path, version)["tracking_number"] == PAGE_NUMBER


@pytest.mark.parametrize("runtime", ["bun", "deno"])
@pytest.mark.parametrize("program", ["with_fetch.mjs", "with_https.cjs"])
def test_and_in_other_runtimes_of_javascript(program: str, runtime: str, mock: RunningMock, tmp_path: Path) -> None:
    assert body_of(PROGRAMS / program, mock, tmp_path, runtime)["tracking_number"] == PAGE_NUMBER


@pytest.mark.parametrize(
    ("fault", "curl_code"),
    [
        ({"type": "CONNECTION_RESET_BY_PEER"}, {56}),
        ({"type": "EMPTY_RESPONSE"}, {52}),
        ({"type": "RANDOM_DATA_THEN_CLOSE"}, {1}),
        ({"type": "truncate_body", "bytes": 40}, {18}),
        ({"type": "MALFORMED_RESPONSE_CHUNK"}, {56}),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_faults_of_the_connection_come_through_a_tunnel_as_they_are(
    fault: dict[str, object], curl_code: set[int], mock: RunningMock
) -> None:
    line = [tool("curl"), "-s", "-H", "X-API-Key: tf_live_sk_1", "https://api.trackflow.io/v2/track/1Z204E380338943508"]
    with mock.sandbox() as sandbox, mock.entrance(sandbox.key, Outside(None)) as entrance:
        sandbox.spoil(fault, times=1)
        quiet = Streams(subprocess.DEVNULL, subprocess.DEVNULL, subprocess.DEVNULL)
        statuses = [run_in(entrance, line, os.environ, limit=60, streams=quiet).status for _ in range(2)]
    assert statuses[0] in curl_code
    assert statuses[1] == 0


def test_the_control_plane_of_a_run_tells_the_certificate_and_no_key(mock: RunningMock) -> None:
    with mock.sandbox() as sandbox, mock.entrance(sandbox.key, Outside(None)) as entrance:
        told = requests.get(f"{entrance.admin_url}/certs/trackflow-mock-ca.crt", timeout=20)
    assert told.content == entrance.authority
    assert b"PRIVATE" not in told.content

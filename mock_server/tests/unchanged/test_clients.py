"""Programs written against the API's own address, as their users run them, in the languages of the page and more."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_server.commands.process import Streams
from mock_server.commands.running import run_in
from mock_server.proxy.entrances import Outside
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock
from mock_server.tests.unchanged.tools import PROGRAMS, command

PAGE_NUMBER = "1Z204E380338943508"
CLIENTS = [
    path
    for path in sorted(PROGRAMS.rglob("*"))
    if path.suffix in {".py", ".mjs", ".cjs", ".java", ".rb", ".go", ".cs"} and "__pycache__" not in path.parts
]
NODE_CLIENTS = [path for path in CLIENTS if path.suffix in {".mjs", ".cjs"}]


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with RunningMock(Settings()) as mock:
        yield mock


def body_of(program: Path, mock: RunningMock, folder: Path, node_version: str = "") -> dict[str, object]:
    """What the program printed, run in a sandbox of its own, which it must have asked once."""
    line = command(program, folder, node_version)
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

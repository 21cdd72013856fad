"""The page's vitest file, run as it stands there."""

import os
import re
import subprocess
from pathlib import Path

from mock_server.commands.process import Streams
from mock_server.commands.running import run_in
from mock_server.proxy.entrances import Outside
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock
from mock_server.tests.pages import DOCS, examples
from mock_server.tests.unchanged.tools import MODULES, npm_package, tool


def test_the_vitest_file_of_the_page_passes(tmp_path: Path) -> None:
    npm_package("vitest")
    (page,) = (each for each in examples(DOCS / "unchanged-clients.md") if each.language == "js")
    (tmp_path / "trackflow.test.mjs").write_text(page.code)
    (tmp_path / "node_modules").symlink_to(MODULES)
    line = [tool("node"), str(MODULES / "vitest" / "vitest.mjs"), "run", "--root", str(tmp_path)]
    output = tmp_path / "output"
    with (
        RunningMock(Settings()) as mock,
        mock.sandbox() as sandbox,
        mock.entrance(sandbox.key, Outside(None)) as entrance,
        output.open("wb") as file,
    ):
        streams = Streams(subprocess.DEVNULL, file, file)
        ending = run_in(entrance, line, {**os.environ, "NO_COLOR": "1"}, limit=120, streams=streams)
    told = output.read_text()
    assert ending.status == 0, told
    assert re.search(r"Tests +2 passed \(2\)", told)

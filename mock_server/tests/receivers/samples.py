"""The receivers of fixtures/ as processes, for tests."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import IO

from contract_tests.contract.loading import FIXTURES

SECRET = "whsec_test_secret"
NODE = shutil.which("node")
SAMPLES = {
    "flask": [sys.executable, "-u", str(FIXTURES / "receivers" / "flask_receiver.py")],
    "node": [NODE or "node", str(FIXTURES / "receivers" / "node_receiver.mjs")],
}


@contextmanager
def running(command: Sequence[str]) -> Iterator[str]:
    """The sample on a free port; its URL."""
    environment = {**os.environ, "TRACKFLOW_WEBHOOK_SECRET": SECRET, "PORT": "0"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        try:
            origin = first_url(process.stdout)
            # What it goes on to say has to be read, or it would stop when the pipe is full.
            Thread(target=process.stdout.read, daemon=True).start()
            yield f"{origin}/hooks/trackflow"
        finally:
            process.terminate()
            process.wait(10)


def first_url(lines: IO[str]) -> str:
    said = []
    for line in lines:
        said.append(line)
        if match := re.search(r"http://127\.0\.0\.1:\d+", line):
            return match[0]
    raise AssertionError(f"it ended without saying where it listens: {''.join(said)}")

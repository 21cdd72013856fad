"""One tool at work on a running mock's documents."""

import http.client
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.clients.workshop import Workshop

KEY = "tf_test_enterprise_tools"
PATIENCE = 60.0  # seconds until a tool's own server has to answer
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1", "CI": "true"}


class NotSeenError(Exception):
    """A tool did not do with the document what it should."""


@dataclass(frozen=True)
class ToolTrial:
    """A tool's folder, with the mock's documents in it; `url` is where the mock is."""

    shop: Workshop
    url: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: {**os.environ, **QUIET, "apiKey": KEY})

    def document(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / name).read_text())
        return found

    def fetch(self) -> None:
        """Put the documents into the folder, as the mock serves them."""
        for name, path in DOCUMENTS.items():
            with urllib.request.urlopen(f"{self.url}/__admin/{path}") as answer:
                (self.folder / name).write_bytes(answer.read())

    def npm(self, package: str, script: str, *words: str) -> str:
        """What a program of an npm package printed; CalledProcessError if it failed."""
        return subprocess.run(
            [*self.shop.npm_program(package, script), *words],
            cwd=self.folder,
            env=self.environment,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        ).stdout

    @contextmanager
    def serving(self, line: Sequence[str], port: int) -> Iterator[str]:
        """The URL of a server that the command starts at the port, while the `with` statement lasts."""
        log = self.folder / "server.log"
        with log.open("wb") as file:
            process = subprocess.Popen(line, cwd=self.folder, env=self.environment, stdout=file, stderr=file)
        try:
            deadline = time.monotonic() + PATIENCE
            while not _answers(port):
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.2)
                if process.poll() is not None or time.monotonic() > deadline:
                    raise NotSeenError(f"no server at {port}: {log.read_text()[-400:]}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


DOCUMENTS = {
    "openapi.json": "openapi.json",
    "soft.json": "openapi.json?soft=1",
    "asyncapi.json": "asyncapi.json",
    "tour.arazzo.json": "arazzo.json",
}


def asked(url: str, *, body: Any = None, method: str | None = None, prefer: str = "") -> tuple[int, Any]:
    """Status and body of a request with a key."""
    headers = {"X-API-Key": KEY, "Content-Type": "application/json", **({"Prefer": prefer} if prefer else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        text = error.read()
        return error.code, json.loads(text) if text else None


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True

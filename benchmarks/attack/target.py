"""The mock that is attacked: a process of its own, asked over sockets, and watched from outside."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.processes import computed

PROMPT = "listening on "


class EndedError(Exception):
    """The server is gone, or says nothing any more."""


@dataclass(slots=True)
class AttackedMock:
    """A running mock; `log` is what it says on standard error."""

    process: "subprocess.Popen[str]"
    port: int
    log: Path
    patience: float = 60.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, bytes]:
        """Status and body of one answer, on a connection of its own; EndedError if none comes."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            return self.on(connection, method, path, headers or {}, body)
        finally:
            connection.close()

    def on(
        self, connection: HTTPConnection, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        """The same on a connection that may be used again."""
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException) as error:
            if self.process.poll() is not None:
                raise EndedError(f"the server ended with {self.process.returncode}") from error
            raise EndedError(f"no answer to {method} {path[:60]}: {error!r}") from error

    def cost(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, seconds: float, most: int
    ) -> tuple[int, float]:
        """Status, and milliseconds of the server's processor time that one such request takes."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        began, count, status = self.cpu_seconds(), 0, 0
        try:
            while count < most and self.cpu_seconds() - began < seconds:
                status, _ = self.on(connection, method, path, headers, body)
                count += 1
        finally:
            connection.close()
        return status, (self.cpu_seconds() - began) / count * 1000

    def cpu_seconds(self) -> float:
        """Processor time, user and system, that the server has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def computed(self) -> float:
        """The same to the nanosecond, of the threads that there are now."""
        return computed(self.process.pid)

    def resident_bytes(self) -> int:
        """Memory of the server that is in use."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    def complaints(self) -> list[str]:
        """Lines of the log that tell of an exception."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if "Traceback" in line or "ERROR" in line or "CRITICAL" in line]


@contextmanager
def attacked(*arguments: str) -> Iterator[AttackedMock]:
    """A mock on a free port of loopback, killed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", *arguments]
        with (
            log.open("w") as errors,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
        ):
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                if not line.startswith(PROMPT):
                    raise EndedError(f"the server did not start: {log.read_text()}")
                yield AttackedMock(process, int(line.rpartition(":")[2]), log)
            finally:
                process.kill()

"""A server as a process: started, waited for, weighed and stopped."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import perf_counter

from benchmarks.load import KEY
from benchmarks.servers import LoadedServer

POLL_SECONDS = 0.003
LONGEST_START_SECONDS = 60
LONGEST_STOP_SECONDS = 10
# What would tune a server behind the benchmark's back. NODE_ENV=production also makes Prism 5.16 fork, and fail at it.
# PYTHONDONTWRITEBYTECODE would compile the mock anew at every start, which no installed package does.
DROPPED_VARIABLES = ("NODE_", "JAVA_", "JDK_JAVA_", "_JAVA_", "MOCKOON_", "TRACKFLOW_MOCK_", "PYTHONDONTWRITEBYTECODE")


class ServerFailedError(Exception):
    """A server that did not start, or answers something else than it should."""


@contextmanager
def measurable() -> Iterator[None]:
    """Leave with 1 and the reason where a server fails, and nothing could be measured."""
    try:
        yield
    except ServerFailedError as error:
        sys.exit(f"could not be measured: {error}")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that has answered its first 200, so many seconds after its process was started."""

    process: "subprocess.Popen[bytes]"
    port: int
    ready_seconds: float

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of one GET with the key."""
        return _get(self.port, path)

    def resident_bytes(self) -> int:
        """Resident memory of the process and all below it (VmRSS); shared pages count once for each process."""
        return _sum_of_tree(self.process.pid, "VmRSS")

    def peak_bytes(self) -> int:
        """The most that each process of the tree has had resident (VmHWM), summed."""
        return _sum_of_tree(self.process.pid, "VmHWM")

    def cpu_seconds(self) -> float:
        """Processor time, user and system, that the processes now alive have used."""
        ticks = 0
        for pid in tree(self.process.pid):
            fields = _stat(pid)
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and all below it (VmRSS)."""
    return _sum_of_tree(pid, "VmRSS")


def computed(pid: int) -> float:
    """Seconds of processor time to the nanosecond, of the threads of a process that there are now."""
    total = 0
    for file in Path(f"/proc/{pid}/task").glob("[0-9]*/schedstat"):
        with suppress(OSError):  # the thread has ended meanwhile
            total += int(file.read_text().split()[0])
    return total / 1e9


def machine_cpu_seconds() -> float:
    """Processor time that all processes of the machine have used, or a hypervisor has taken, since it started."""
    # proc(5): user, nice, system, idle, iowait, irq, softirq, steal. No process is charged with interrupts.
    user, nice, system, _, _, _, _, steal, *_ = map(int, Path("/proc/stat").read_text().split()[1:11])
    return (user + nice + system + steal) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(server: LoadedServer, path: str, logs: Path) -> Iterator[RunningServer]:
    """The server, ready, on a free port of loopback; stopped afterwards with all its children."""
    port = free_port()
    log = logs / f"{server.name}.log"
    with log.open("wb") as errors:
        started = perf_counter()
        # Standard output goes nowhere, for all alike: Mockoon writes a line per request and has no option against it.
        process = subprocess.Popen(
            [part.format(port=port) for part in server.command],
            cwd=server.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            await_answer(process, port, path)
            yield RunningServer(process, port, perf_counter() - started)
        except ServerFailedError as error:
            raise ServerFailedError(f"{server.name} {error}: {tail(log)}") from None
        finally:
            _stop(process)


def environment() -> dict[str, str]:
    """The environment, without what would tune a server."""
    return {name: value for name, value in os.environ.items() if not name.startswith(DROPPED_VARIABLES)}


def await_answer(
    process: "subprocess.Popen[bytes]",
    port: int,
    path: str,
    key: str | None = KEY,
    longest: float = LONGEST_START_SECONDS,
) -> None:
    """Return when the key's GET is answered 200; ServerFailedError if the process ends or takes too long."""
    begun = perf_counter()
    seen = "nothing"
    while perf_counter() - begun < longest:
        with suppress(OSError, HTTPException):
            status, _ = _get(port, path, key)
            if status == 200:
                return
            seen = str(status)
        with suppress(subprocess.TimeoutExpired):
            raise ServerFailedError(f"ended with {process.wait(POLL_SECONDS)} before it answered")
    raise ServerFailedError(f"answered {seen} to GET {path} for {longest:g} s instead of 200")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(LONGEST_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _get(port: int, path: str, key: str | None = KEY) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"X-API-Key": key} if key else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path) -> str:
    """The last that it said."""
    last = log.read_text(errors="replace").strip().splitlines()[-3:]
    return "\n".join(last) or f"nothing on standard error ({log.name})"


def _sum_of_tree(root: int, name: str) -> int:
    return sum(_status_bytes(pid, name) for pid in tree(root))


def tree(root: int) -> list[int]:
    """The process and its descendants, as /proc lists them now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def _stat(pid: int) -> list[str]:
    # proc(5): the name in parentheses may hold anything, so count fields after it; [0] is the state, [1] the parent.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _status_bytes(pid: int, name: str) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0

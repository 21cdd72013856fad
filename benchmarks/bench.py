"""The comparison itself: every server in turn, again and again, and what came of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from time import perf_counter
from typing import Self

from benchmarks.figures import Memory, Round, ServerRecord
from benchmarks.load import InvalidRunError, Wrk
from benchmarks.processes import RunningServer, ServerFailedError, machine_cpu_seconds, running
from benchmarks.servers import LoadedServer, example

CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Bench:
    """A comparison about to be made: which servers, how often, how long."""

    servers: Sequence[LoadedServer]
    numbers: Sequence[str]
    scratch: Path
    wrk: str
    starts: int
    rounds: int
    warmup: float
    seconds: float
    requests: int

    def run(self) -> dict[str, ServerRecord]:
        """Measure every server in turn, again and again, so that a change of the machine's speed hits all alike."""
        records = {server.name: ServerRecord(server.about, server.command) for server in self.servers}
        for server in self.servers:
            with self._noting(server, records[server.name]):
                self._check(server)
        fit = [server for server in self.servers if not records[server.name].problems]
        for turn in range(self.starts):
            for server in fit:
                self._start(server, records[server.name])
            say(f"starts {turn + 1}/{self.starts} done")
        for turn in range(self.rounds):
            for server in fit:
                self._round(server, records[server.name], f"round {turn + 1}/{self.rounds}")
        for server in fit:
            self._weigh(server, records[server.name])
        return records

    def _start(self, server: LoadedServer, record: ServerRecord) -> None:
        record.starts.append(None)
        with self._noting(server, record), self._running(server) as process:
            record.starts[-1] = process.ready_seconds * 1000

    def _round(self, server: LoadedServer, record: ServerRecord, title: str) -> None:
        record.rounds.append(None)
        wrk = self._load(server)
        with self._noting(server, record), self._running(server) as process:
            cold = wrk.for_seconds(process.port, self.warmup, CONNECTIONS)
            single = wrk.for_seconds(process.port, self.seconds, 1)
            before = _Spent.until_now(process)
            warm = wrk.for_seconds(process.port, self.seconds, CONNECTIONS)
            spent = _Spent.until_now(process) - before
            cpu_us = spent.server / warm.requests * 1e6
            others = spent.others / warm.seconds / (os.cpu_count() or 1) * 100
            size = warm.bytes / warm.requests
            record.rounds[-1] = Round(cold.rate, single.p50_us, warm.rate, warm.p99_us, cpu_us, size, others)
            say(
                f"{title} {server.name}: p50 {single.p50_us:,.0f} us at 1; {warm.rate:,.0f} requests/s, "
                f"p99 {warm.p99_us / 1000:,.1f} ms at {CONNECTIONS} "
                f"({cold.rate:,.0f} while cold); others took {others:.0f} % of the machine"
            )

    def _weigh(self, server: LoadedServer, record: ServerRecord) -> None:
        wrk = self._load(server)
        with self._noting(server, record), self._running(server) as process:
            wrk.for_answers(process.port, self.requests, CONNECTIONS)
            first = process.resident_bytes()
            wrk.for_answers(process.port, self.requests, CONNECTIONS)
            record.memory = Memory(first, process.resident_bytes(), process.peak_bytes())
            say(
                f"memory {server.name}: {first / 2**20:,.0f} MiB after {self.requests:,} requests, "
                f"{record.memory.second / 2**20:,.0f} MiB after as many again"
            )

    def _check(self, server: LoadedServer) -> None:
        """Start it once for nothing, which also fills the machine's caches, and look at what it answers."""
        with self._running(server) as process:
            if server.canned:
                _check_canned(server, process, self.numbers[0])
            else:
                _check_generated(server, process, self.numbers[:20])
            say(f"{server.name} answers as it should")

    @contextmanager
    def _running(self, server: LoadedServer) -> Iterator[RunningServer]:
        with running(server, server.path(self.numbers[0]), self.scratch) as process:
            yield process

    def _load(self, server: LoadedServer) -> Wrk:
        paths = self.scratch / f"{server.name}.paths"
        paths.write_text("".join(f"{server.path(number)}\n" for number in self.numbers))
        return Wrk(self.wrk, paths)

    @contextmanager
    def _noting(self, server: LoadedServer, record: ServerRecord) -> Iterator[None]:
        """Keep going after a failure, with its reason in the record instead of a figure."""
        try:
            yield
        except (InvalidRunError, ServerFailedError, OSError, HTTPException, subprocess.SubprocessError) as error:
            record.problems.append(str(error))
            say(f"invalid, {server.name}: {error}")


@dataclass(frozen=True, slots=True)
class _Spent:
    """Processor seconds of a server, and of everything else but wrk."""

    server: float
    others: float

    @classmethod
    def until_now(cls, process: RunningServer) -> Self:
        server = process.cpu_seconds()
        ended = os.times()  # of our children only wrk has ended since the server was started
        return cls(server, machine_cpu_seconds() - server - ended.children_user - ended.children_system)

    def __sub__(self, earlier: Self) -> "_Spent":
        return _Spent(self.server - earlier.server, max(self.others - earlier.others, 0.0))


def _check_canned(server: LoadedServer, process: RunningServer, number: str) -> None:
    _, body = process.get(server.path(number))
    if json.loads(body) != example():
        raise ServerFailedError(f"does not answer the page's example but {body[:200]!r}")


def _check_generated(server: LoadedServer, process: RunningServer, numbers: Sequence[str]) -> None:
    """Each number has a shipment of its own, the same again when asked again, and the journal remembers."""
    answers = [process.get(server.path(number)) for number in numbers]
    for number, (status, body) in zip(numbers, answers, strict=True):
        if status != 200 or json.loads(body).get("tracking_number") != number:
            raise ServerFailedError(f"answers {status} {body[:200]!r} for {number}")
        if process.get(server.path(number)) != (status, body):
            raise ServerFailedError(f"answers {number} differently when asked again")
    if len({json.dumps(json.loads(body)["events"]) for _, body in answers}) < len(numbers) / 2:
        raise ServerFailedError(f"has fewer than {len(numbers) // 2} different histories for {len(numbers)} numbers")
    _, journal = process.get("/__admin/requests?limit=1")
    if numbers[-1].encode() not in journal:
        raise ServerFailedError(f"has no journal: /__admin/requests does not show {numbers[-1]}")


_BEGAN = perf_counter()


def say(text: str) -> None:
    """A line of progress on standard error, with the seconds since the start."""
    print(f"[{perf_counter() - _BEGAN:5.0f}s] {text}", file=sys.stderr, flush=True)

"""Compare the mock with its peers: `python -m benchmarks.peers --help`."""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from time import perf_counter

from benchmarks.figures import Memory, Record, Round
from benchmarks.load import InvalidRunError, Wrk, tracking_numbers
from benchmarks.packages import PEERS, ToolMissingError, install, tool
from benchmarks.processes import Running, ServerFailedError, running
from benchmarks.report import as_json, as_text
from benchmarks.servers import DEFAULT_MOCK, EXTRA_NAMES, MOCK, PEER_NAMES, Peers, Server, example, mock

CONNECTIONS = 32
BUSY_LOAD = 0.7
MEASURED, NOT_MEASURED = 0, 1


@dataclass(frozen=True, slots=True)
class Bench:
    """A comparison about to be made: which servers, how often, how long."""

    servers: Sequence[Server]
    numbers: Sequence[str]
    scratch: Path
    wrk: str
    starts: int
    rounds: int
    warmup: float
    seconds: float
    requests: int

    def run(self) -> dict[str, Record]:
        """Measure every server in turn, again and again, so that a change of the machine's speed hits all alike."""
        records = {server.name: Record(server.about, server.command) for server in self.servers}
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

    def _start(self, server: Server, record: Record) -> None:
        record.starts.append(None)
        with self._noting(server, record), self._running(server) as process:
            record.starts[-1] = process.ready_seconds * 1000

    def _round(self, server: Server, record: Record, title: str) -> None:
        record.rounds.append(None)
        wrk = self._load(server)
        with self._noting(server, record), self._running(server) as process:
            cold = wrk.for_seconds(process.port, self.warmup, CONNECTIONS)
            single = wrk.for_seconds(process.port, self.seconds, 1)
            before = process.cpu_seconds()
            warm = wrk.for_seconds(process.port, self.seconds, CONNECTIONS)
            cpu_us = (process.cpu_seconds() - before) / warm.requests * 1e6
            size = warm.bytes / warm.requests
            record.rounds[-1] = Round(cold.rate, single.p50_us, warm.rate, warm.p99_us, cpu_us, size)
            say(
                f"{title} {server.name}: p50 {single.p50_us:,.0f} us at 1; {warm.rate:,.0f} requests/s, "
                f"p99 {warm.p99_us / 1000:,.1f} ms at {CONNECTIONS} ({cold.rate:,.0f} while cold)"
            )

    def _weigh(self, server: Server, record: Record) -> None:
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

    def _check(self, server: Server) -> None:
        """Start it once for nothing, which also fills the machine's caches, and look at what it answers."""
        with self._running(server) as process:
            if server.canned:
                _check_canned(server, process, self.numbers[0])
            else:
                _check_generated(server, process, self.numbers[:20])
            say(f"{server.name} answers as it should")

    @contextmanager
    def _running(self, server: Server) -> Iterator[Running]:
        with running(server, server.path(self.numbers[0]), self.scratch) as process:
            yield process

    def _load(self, server: Server) -> Wrk:
        paths = self.scratch / f"{server.name}.paths"
        paths.write_text("".join(f"{server.path(number)}\n" for number in self.numbers))
        return Wrk(self.wrk, paths)

    @contextmanager
    def _noting(self, server: Server, record: Record) -> Iterator[None]:
        """Keep going after a failure, with its reason in the record instead of a figure."""
        try:
            yield
        except (InvalidRunError, ServerFailedError, OSError, HTTPException, subprocess.SubprocessError) as error:
            record.problems.append(str(error))
            say(f"invalid, {server.name}: {error}")


def _check_canned(server: Server, process: Running, number: str) -> None:
    _, body = process.get(server.path(number))
    if json.loads(body) != example():
        raise ServerFailedError(f"does not answer the page's example but {body[:200]!r}")


def _check_generated(server: Server, process: Running, numbers: Sequence[str]) -> None:
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


def main() -> None:
    """Run the command line and leave with 0, or 1 if something could not be measured."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # unwinds, and so ends the servers
    with ExitStack() as stack:
        scratch = options.scratch or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trackflow-bench-")))
        scratch.mkdir(parents=True, exist_ok=True)
        try:
            bench = _bench(options, scratch.resolve())
        except ToolMissingError as error:
            sys.exit(f"benchmark: {error}")
        except subprocess.CalledProcessError as error:
            sys.exit(f"benchmark: npm could not install {', '.join(PEERS)}: {error}")
        conditions = _conditions(bench)
        say(", ".join(f"{name} {value}" for name, value in conditions.items()))
        if os.getloadavg()[0] > BUSY_LOAD:
            say("this machine is busy with something else: believe the ratios less, the figures not at all")
        records = bench.run()
    print(f"\n{as_text(records)}")
    if options.json:
        options.json.write_text(json.dumps(as_json(records, conditions), indent=2) + "\n")
    sys.exit(NOT_MEASURED if any(record.problems for record in records.values()) else MEASURED)


def _bench(options: argparse.Namespace, scratch: Path) -> Bench:
    wrk = tool("wrk", "apt-get install wrk (Debian, Ubuntu), brew install wrk (macOS)")
    servers = []
    if MOCK in options.only:
        servers.append(mock(options.mock))
    wanted = [name for name in options.only if name != MOCK]
    if wanted:
        say(f"installing {', '.join(f'{name}@{version}' for name, version in PEERS.items())}")
        peers = Peers(install(scratch), scratch)
        servers += [peers.get(name) for name in wanted]
    return Bench(
        servers=servers,
        numbers=tracking_numbers(options.numbers),
        scratch=scratch,
        wrk=wrk,
        starts=options.starts,
        rounds=options.rounds,
        warmup=options.warmup,
        seconds=options.seconds,
        requests=options.requests,
    )


def _conditions(bench: Bench) -> Mapping[str, object]:
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "numbers": len(bench.numbers),
        "starts": bench.starts,
        "rounds": bench.rounds,
        "warmup": bench.warmup,
        "seconds": bench.seconds,
        "requests": bench.requests,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description="Start the mock and its peers, load each alike, and print ratios. Loopback only.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    everything = (MOCK, *PEER_NAMES)
    parser.add_argument(
        "--only",
        type=_names,
        default=",".join(everything),
        metavar="NAME,...",
        help=f"the servers to compare; others to ask for: {', '.join(EXTRA_NAMES)}",
    )
    parser.add_argument("--rounds", type=int, default=3, help="times to load each server, each in a new process")
    parser.add_argument("--seconds", type=int, default=5, help="length of each measurement")
    parser.add_argument("--warmup", type=int, default=15, help="seconds of load before them; a JVM needs them")
    parser.add_argument("--starts", type=int, default=5, help="times to measure each server's start")
    parser.add_argument("--requests", type=int, default=100_000, help="requests before memory is read, twice")
    parser.add_argument("--numbers", type=int, default=1000, help="different tracking numbers asked for")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="keep the installed peers here between runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure here too")
    parser.add_argument("--mock", default=DEFAULT_MOCK, metavar="COMMAND", help="how the mock is started")
    return parser


def _names(text: str) -> list[str]:
    """The servers named, in that order; raises ArgumentTypeError for one that there is not."""
    known = (MOCK, *PEER_NAMES, *EXTRA_NAMES)
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)} unknown; there are {', '.join(known)}")
    return names


_BEGAN = perf_counter()


def say(text: str) -> None:
    """A line of progress on standard error, with the seconds since the start."""
    print(f"[{perf_counter() - _BEGAN:5.0f}s] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

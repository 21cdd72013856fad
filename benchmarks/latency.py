"""Late answers beside prompt ones: `python -m benchmarks.latency --help`."""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from statistics import median
from subprocess import SubprocessError

import uvloop

from benchmarks.bench import say
from benchmarks.figures import BenchVerdict
from benchmarks.load import InvalidRunError, Wrk, tracking_numbers
from benchmarks.options import command
from benchmarks.packages import ToolMissingError, wrk_path
from benchmarks.processes import RunningServer, ServerFailedError, running
from benchmarks.servers import CHECKOUT, LoadedServer

DELAY = 2.0  # seconds, of the delayed calls
BAR_SECONDS = 3.0  # in which all of them are to end
BAR_RATIO = 2.0  # of p99 with them to p99 without
NEIGHBOURS = 4  # connections of the calls beside them
SECONDS = 6  # of each measurement of the neighbours
KEY = "tf_live_enterprise_late"
MEASURED, NOT_MEASURED = 0, 1


@dataclass(frozen=True, slots=True)
class LatencyRound:
    """p99 of prompt calls in microseconds: alone, beside a steady flow of delayed ones, and beside a herd of them.

    `delayed` has the seconds that each call of the herd took.
    """

    quiet_p99_us: float
    beside_p99_us: float
    herd_p99_us: float
    delayed: Sequence[float]

    @property
    def ratio(self) -> float:
        return self.beside_p99_us / self.quiet_p99_us

    def __str__(self) -> str:
        herd = f"{self.herd_p99_us:,.0f} us beside a herd, whose last call ended after {max(self.delayed):.2f} s"
        return f"p99 {self.quiet_p99_us:,.0f} us alone, {self.beside_p99_us:,.0f} us beside a steady flow, {herd}"


def measure(process: RunningServer, load: Wrk, amount: int) -> LatencyRound:
    """Prompt calls alone, then the same while so many delayed ones wait: begun one by one, then all at once."""
    quiet = load.for_seconds(process.port, SECONDS, NEIGHBOURS)
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(load.for_seconds, process.port, SECONDS, NEIGHBOURS)
        uvloop.run(_delayed(process.port, amount, DELAY, round(SECONDS / DELAY) - 1))
        steady = beside.result()
        beside = pool.submit(load.for_seconds, process.port, SECONDS, NEIGHBOURS)
        delayed = uvloop.run(_delayed(process.port, amount, 0, 1))
        return LatencyRound(quiet.p99_us, steady.p99_us, beside.result().p99_us, delayed)


async def _delayed(port: int, amount: int, spread: float, times: int) -> list[float]:
    """The seconds that each delayed call took: so many connections, which begin over `spread` seconds."""
    pending = (_calls(port, place / amount * spread, times) for place in range(amount))
    return [seconds for calls in await asyncio.gather(*pending) for seconds in calls]


async def _calls(port: int, offset: float, times: int) -> list[float]:
    """One connection's calls, one after the other; InvalidRunError for an answer that was not as asked."""
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(offset)
    head = f"GET /v2/track/{tracking_numbers(1)[0]} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {KEY}\r\n\r\n"
    took = []
    for _ in range(times):
        began = loop.time()
        writer.write(head.encode())
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(answer.partition(b"content-length:")[2].split(b"\r", 1)[0]))
        took.append(loop.time() - began)
        if not answer.startswith(b"http/1.1 200 ") or b"x-mock-fault: late" not in answer:
            raise InvalidRunError(f"a delayed call was answered {answer!r}")
    writer.close()
    return took


def verdicts(rounds: Sequence[LatencyRound]) -> list[BenchVerdict]:
    """The two bars held against the figures."""
    slowest = max(max(each.delayed) for each in rounds)
    earliest = min(min(each.delayed) for each in rounds)
    ratios = [each.ratio for each in rounds]
    ended = earliest >= DELAY and slowest <= BAR_SECONDS
    kept = median(ratios) <= BAR_RATIO
    times = f"the first after {earliest:.2f} s, the last after {slowest:.2f} s"
    p99 = f"{median(ratios):.2f}x [{min(ratios):.2f}..{max(ratios):.2f}] of its quiet value"
    amount = len(rounds[0].delayed)
    return [
        BenchVerdict(
            f"{amount} calls at once, delayed {DELAY:.0f} s: {times} (bar {BAR_SECONDS:.0f} s): "
            f"{'met' if ended else 'MISSED'}",
            ended,
        ),
        BenchVerdict(
            f"p99 of prompt calls while {amount} wait: {p99} (bar {BAR_RATIO:.0f}x): {'met' if kept else 'MISSED'}",
            kept,
        ),
    ]


def main() -> None:
    """Run the command line and leave with 0, or 1 if something could not be measured."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # unwinds, and so ends the server
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trackflow-latency-")))
        say(f"load of the machine {os.getloadavg()[0]:.2f}")
        try:
            load = Wrk(wrk_path(), _paths(scratch))
            server = _server(scratch)
            process = stack.enter_context(running(server, server.path(tracking_numbers(1)[0]), scratch))
            rounds = []
            for turn in range(options.rounds):
                rounds.append(measure(process, load, options.calls))
                say(f"round {turn + 1}/{options.rounds}: {rounds[-1]}")
        except (InvalidRunError, ServerFailedError, ToolMissingError, OSError, HTTPException, SubprocessError) as error:
            print(f"could not be measured: {error}")
            sys.exit(NOT_MEASURED)
    print("\n".join(verdict.line for verdict in verdicts(rounds)))
    sys.exit(MEASURED)


def _paths(scratch: Path) -> Path:
    paths = scratch / "latency.paths"
    paths.write_text("".join(f"/v2/track/{number}\n" for number in tracking_numbers(1000)))
    return paths


def _server(scratch: Path) -> LoadedServer:
    scenario = scratch / "late.yaml"
    fault = {"type": "latency", "milliseconds": DELAY * 1000}
    rule = {"id": "late", "fault": fault, "match": {"header": {"X-API-Key": KEY}}}
    scenario.write_text(json.dumps({"faults": [rule]}))
    command = (sys.executable, "-m", "mock_server", "serve", "--port", "{port}", "--scenario", str(scenario))
    return LoadedServer("latency", "this project, some calls late", command, CHECKOUT, canned=False)


def _parser() -> argparse.ArgumentParser:
    parser = command("latency", f"Delay calls by {DELAY:.0f} s, and see that calls beside them are as prompt as ever.")
    parser.add_argument("--calls", type=int, default=500, help="delayed calls that wait at the same time")
    parser.add_argument("--rounds", type=int, default=3, help="times to measure")
    return parser


if __name__ == "__main__":
    main()

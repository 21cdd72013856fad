"""A storm of webhook deliveries, and what the API's other clients notice of it, in one run.

One sandbox has many webhooks to a receiver on this machine; its clock is advanced over all scans of a shipment. Another
sandbox's client meanwhile tracks a shipment at a steady pace, as it did before the storm, when everything was quiet.
"""

import argparse
import asyncio
import json
import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter

from benchmarks.children import child
from benchmarks.receiving import Taking, serve

EVENTS = 10  # of a whole life within one country
NUMBER = "1ZTFTEST0300000111"  # a whole life: 72 hours from the first look to the door
LIFE_SECONDS = 73 * 3600
PACE = 0.01  # seconds between two requests of the other client
QUIET_SECONDS = 5.0
LONGEST_STORM = 300.0
OTHER = "tf_test_enterprise_other"
START = "2026-06-15T12:00:00Z"


@dataclass(frozen=True, slots=True)
class ApiLatency:
    """Milliseconds that the API took, from when the request was due."""

    p50: float
    p99: float
    worst: float
    requests: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "ApiLatency":
        ordered = sorted(seconds)
        return cls(median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000, ordered[-1] * 1000, len(ordered))

    def __str__(self) -> str:
        return (
            f"p50 {self.p50:6.2f} ms   p99 {self.p99:6.2f} ms   worst {self.worst:6.2f} ms   {self.requests} requests"
        )


# The receiver, a process of its own


def receive(told: Connection) -> None:
    """Serve until killed; for each number that is sent, tell when so many deliveries more have come."""
    count, awaited = 0, 0

    def came(_body: bytes) -> None:
        nonlocal count
        count += 1
        if count == awaited:
            told.send(perf_counter())

    def asked() -> None:
        nonlocal awaited
        awaited = count + told.recv()

    serve(told, lambda: Taking(came), asked)


def hang(told: Connection) -> None:
    """Take every connection and say nothing, until killed."""
    serve(told, asyncio.Protocol)


# The other client, a process of its own


def ask(port: int, told: Connection) -> None:
    """Track a shipment at a steady pace until told to stop, then tell how long each answer took."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    seconds = []
    due = perf_counter()
    while not told.poll(max(0.0, due - perf_counter())):
        connection.request("GET", "/v2/track/1Z204E380338943508", headers={"X-API-Key": OTHER})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"the API answered {answer.status}")
        seconds.append(perf_counter() - due)
        due += PACE
    told.send(seconds)


# The run


@contextmanager
def mock(state: Path | None) -> Iterator[int]:
    """A mock on a port of its own, its clocks frozen."""
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--clock", START, "--time-scale", "0"]
    if state:
        command += ["--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline().rpartition(":")[2])
        finally:
            process.terminate()


def call(port: int, method: str, path: str, value: object, key: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST_STORM)
    connection.request(method, path, json.dumps(value), {"X-API-Key": key, "Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path} was answered {answer.status}: {answer.read().decode()}")
    connection.close()


def measured(port: int, during: Callable[[], float]) -> tuple[ApiLatency, float]:
    """How long the API took meanwhile, and what the work returned."""
    with child(ask, port) as client:
        result = during()
        client.send("stop")
        return ApiLatency.of(client.recv()), result


def quiet(client_seconds: float) -> float:
    # An empty pipe is what there is to wait on.
    here, _there = multiprocessing.Pipe()
    here.poll(client_seconds)
    return client_seconds


def storm(port: int, receiver: Connection, deliveries: int, key: str) -> float:
    """Seconds from the call that advances the clock to the last delivery."""
    receiver.send(deliveries)
    started = perf_counter()
    order = {"action": "advance", "seconds": LIFE_SECONDS}
    advance = Thread(target=call, args=(port, "PUT", f"/__admin/clock?key={key}", order, key))
    advance.start()
    if not receiver.poll(LONGEST_STORM):
        raise SystemExit(f"{deliveries} deliveries took longer than {LONGEST_STORM:g} s")
    ended: float = receiver.recv()
    advance.join()
    return ended - started


def standstill(port: int, key: str) -> float:
    """Seconds that the call took which advances the clock, while the receiver answers nothing."""
    started = perf_counter()
    call(port, "PUT", f"/__admin/clock?key={key}", {"action": "advance", "seconds": LIFE_SECONDS}, key)
    return perf_counter() - started


def main() -> None:
    """Print deliveries a second, and the API's latencies while it is quiet and during the storm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--state", action="store_true", help="keep deliveries in a state file")
    parser.add_argument("--hanging", action="store_true", help="a receiver that takes connections and says nothing")
    options = parser.parse_args()
    with TemporaryDirectory() as folder, child(hang if options.hanging else receive) as receiver:
        target = f"http://127.0.0.1:{receiver.recv()}/hooks"
        made = options.deliveries // EVENTS * EVENTS
        with mock(Path(folder) / "state.db" if options.state else None) as port:
            call(port, "GET", "/__admin/health", None, OTHER)  # the first call of the control plane imports Flask
            for number in range(1, options.rounds + 1):
                key = f"tf_test_enterprise_storm{number}"
                for _ in range(options.deliveries // EVENTS):
                    call(port, "POST", "/v2/webhooks", {"tracking_number": NUMBER, "url": target}, key)
                still, _ = measured(port, lambda: quiet(QUIET_SECONDS))
                if options.hanging:
                    stormy, seconds = measured(port, partial(standstill, port, key))
                    print(
                        f"round {number}: {made} deliveries to a receiver that hangs; the advance took {seconds:.2f} s"
                    )
                else:
                    stormy, seconds = measured(port, partial(storm, port, receiver, made, key))
                    print(f"round {number}: {made} deliveries in {seconds:.2f} s, {made / seconds:.0f} a second")
                print(f"  API while quiet   {still}")
                print(f"  API meanwhile     {stormy}   p99 {stormy.p99 / still.p99:.1f} times as long", flush=True)


if __name__ == "__main__":
    main()

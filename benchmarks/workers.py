"""What a request costs in processor time with one process and with several, in turn in one run, as ratios.

`python -m benchmarks.workers` needs Linux and wrk. Two kinds of load: a key for each connection, as clients have it,
where a connection is handed to the process of its key; and keys in turn on every connection, where half of all requests
are asked of another process.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from benchmarks.bench import say
from benchmarks.load import InvalidRunError, Wrk, tracking_numbers
from benchmarks.options import at_least, command
from benchmarks.packages import ToolMissingError, wrk_path
from benchmarks.processes import RunningServer, ServerFailedError, await_answer, running
from benchmarks.servers import CHECKOUT, LoadedServer

KEYS = [f"tf_live_enterprise_workers{each}" for each in range(8)]
CONNECTIONS = 4  # of each key
MOST = 1.25  # times the processor time of one process
PATHS = [f"/v2/track/{number}" for number in tracking_numbers(200)]

Load = Callable[[RunningServer, Path, float], int]


def server(workers: int) -> LoadedServer:
    command = (sys.executable, "-m", "mock_server", "serve", "--port", "{port}", "--workers", str(workers))
    return LoadedServer(f"workers-{workers}", "", (*command, "--default-plan", "enterprise"), CHECKOUT)


def one_key_each(mock: RunningServer, scratch: Path, seconds: float) -> int:
    """How many requests were answered on connections that have one key each."""
    (scratch / "paths").write_text("\n".join(PATHS))
    clients = [Wrk(wrk_path(), scratch / "paths", key) for key in KEYS]
    loads = [client.begun(mock.port, seconds, CONNECTIONS) for client in clients]
    return sum(client.ended(load, seconds).requests for client, load in zip(clients, loads, strict=True))


def keys_in_turn(mock: RunningServer, scratch: Path, seconds: float) -> int:
    """How many were answered on connections on which every key has its turn."""
    (scratch / "keyed").write_text("\n".join(f"{KEYS[turn % 8]} {path}" for turn, path in enumerate(PATHS)))
    return Wrk(wrk_path(), scratch / "keyed").for_seconds(mock.port, seconds, CONNECTIONS * len(KEYS)).requests


LOADS: Mapping[str, Load] = {
    "a key for each connection": one_key_each,
    "keys in turn on every connection": keys_in_turn,
}


def costs(workers: int, scratch: Path, seconds: float) -> dict[str, float]:
    """Microseconds of processor time for one request of each load."""
    found = {}
    with running(server(workers), PATHS[0], scratch) as mock:
        for key in KEYS:
            await_answer(mock.process, mock.port, PATHS[0], key)
        for name, load in LOADS.items():
            load(mock, scratch, 1)  # what is asked for the first time costs more
            before = mock.cpu_seconds()
            requests = load(mock, scratch, seconds)
            found[name] = (mock.cpu_seconds() - before) / requests * 1e6
    return found


def main() -> int:
    parser = command("workers", __doc__.splitlines()[0])
    parser.add_argument("--workers", type=at_least(1), default=2, help="that are held against one process")
    parser.add_argument("--rounds", type=at_least(1), default=3, help="times to measure")
    parser.add_argument("--seconds", type=at_least(1.0), default=3, help="length of each measurement")
    arguments = parser.parse_args()
    ratios: dict[str, list[float]] = {name: [] for name in LOADS}
    with tempfile.TemporaryDirectory() as scratch:
        for turn in range(arguments.rounds):
            try:
                alone, several = (costs(each, Path(scratch), arguments.seconds) for each in (1, arguments.workers))
            except (InvalidRunError, ServerFailedError, ToolMissingError) as error:
                sys.exit(f"could not be measured: {error}")
            for name, found in ratios.items():
                found.append(several[name] / alone[name])
                say(f"round {turn + 1}, {name}: {alone[name]:.1f} us, {several[name]:.1f} us with {arguments.workers}")
    for name, found in ratios.items():
        print(
            f"{name}: {median(found):.2f} times the processor time of one process "
            f"({min(found):.2f} to {max(found):.2f})"
        )
    return median(ratios["a key for each connection"]) > MOST


if __name__ == "__main__":
    sys.exit(main())

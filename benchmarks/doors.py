"""What TLS, the proxy and CORS cost those who use none of it: `serve` beside `serve` without its doors.

`python -m benchmarks.doors --help`: starts, and calls over plain HTTP, the servers taking turns. Processor time is
told, because other work on the machine does not change that as it does the time on the wall.
"""

import ssl
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from random import Random
from statistics import median

from benchmarks.load import KEY
from benchmarks.options import at_least, command
from benchmarks.processes import RunningServer, computed, free_port, measurable, running
from benchmarks.servers import CHECKOUT, LoadedServer

PATH = "/v2/track/1Z999AA10123456784"
BARE, PLAIN, BESIDE, OVER_TLS = "without doors", "serve", "serve --https-port", "over HTTPS"
CALLS = 400  # of each kind in a round
AUTHORITY = "trackflow-mock/api.trackflow.io/trackflow-mock-ca.crt"  # in the user's data folder


def servers(data: Path, secure: int) -> Mapping[str, LoadedServer]:
    """The servers compared; the one with HTTPS speaks it at that port, by an authority in the folder."""
    start = ("env", f"XDG_DATA_HOME={data}", sys.executable, "-m")
    serve = ("serve", "--port", "{port}")
    commands = {
        BARE: (*start, "benchmarks.without_doors", *serve),
        PLAIN: (*start, "mock_server", *serve),
        BESIDE: (*start, "mock_server", *serve, "--https-port", str(secure)),
    }
    return {name: LoadedServer(name.replace(" ", "-"), "", command, CHECKOUT) for name, command in commands.items()}


def used(process: RunningServer) -> float:
    """Processor time of the process, in microseconds."""
    return computed(process.process.pid) * 1e6


def starts(kinds: Mapping[str, LoadedServer], rounds: int, logs: Path, chance: Random) -> Mapping[str, list[float]]:
    """Microseconds of processor time until the first 200, by kind, as many as there are rounds."""
    took: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name in chance.sample(list(kinds), len(kinds)):
            with running(kinds[name], PATH, logs) as process:
                took[name].append(used(process))
    return took


def calls(
    kinds: Mapping[str, LoadedServer], rounds: int, logs: Path, data: Path, secure: int
) -> Mapping[str, list[float]]:
    """Microseconds of processor time a call, by kind, as many as there are rounds; none of another takes part."""
    took: dict[str, list[float]] = {}
    chance = Random(1)
    with ExitStack() as stack:
        mocks = {name: stack.enter_context(running(kind, PATH, logs)) for name, kind in kinds.items()}
        ways: dict[str, tuple[RunningServer, HTTPConnection]] = {
            name: (mock, HTTPConnection("127.0.0.1", mock.port)) for name, mock in mocks.items()
        }
        trust = ssl.create_default_context(cafile=data / AUTHORITY)
        ways[OVER_TLS] = (mocks[BESIDE], HTTPSConnection("localhost", secure, context=trust))
        for _, connection in ways.values():
            stack.enter_context(closing(connection))
            asked(connection)
        for turn in range(rounds + 1):
            for name in chance.sample(list(ways), len(ways)):
                mock, connection = ways[name]
                before = used(mock)
                asked(connection)
                if turn:  # the first warms up
                    took.setdefault(name, []).append((used(mock) - before) / CALLS)
    return took


def asked(connection: HTTPConnection) -> None:
    for _ in range(CALLS):
        connection.request("GET", PATH, headers={"X-API-Key": KEY})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a call was answered {answer.status}")


def told(took: Mapping[str, Sequence[float]], scale: float, unit: str) -> None:
    """Print the medians, and the ratios of each round to that of the server without doors."""
    for name, figures in took.items():
        ratios = sorted(each / bare for each, bare in zip(figures, took[BARE], strict=True))
        spread = f"{median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f}) times that without doors"
        print(f"  {name:<20} {median(figures) / scale:8.1f} {unit}  {spread}", flush=True)


def main() -> None:
    parser = command("doors", __doc__.splitlines()[0])
    parser.add_argument("rounds", nargs="?", type=at_least(1), default=20, help=f"of {CALLS} calls of each kind")
    parser.add_argument("--starts", type=at_least(1), default=10, help="of each kind")
    options = parser.parse_args()
    with measurable(), tempfile.TemporaryDirectory() as folder:
        logs, data, secure = Path(folder), Path(folder, "data"), free_port()
        kinds = servers(data, secure)
        print("processor time until the first answer")
        told(starts(kinds, options.starts, logs, Random(1)), 1000, "ms")
        print("processor time a call")
        told(calls(kinds, options.rounds, logs, data, secure), 1, "us")


if __name__ == "__main__":
    main()

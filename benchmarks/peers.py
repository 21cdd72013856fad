"""Compare the mock with its peers: `python -m benchmarks.peers --help`."""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.bench import Bench, say
from benchmarks.load import tracking_numbers
from benchmarks.options import command
from benchmarks.packages import PEERS, ToolMissingError, install, wrk_path
from benchmarks.report import as_json, as_text
from benchmarks.servers import DEFAULT_MOCK, EXTRA_NAMES, MOCK, PEER_NAMES, Peers, mock

BUSY_LOAD = 0.7
MEASURED, NOT_MEASURED = 0, 1


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
    wrk = wrk_path()
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
    parser = command("peers", "Start the mock and its peers, load each alike, and print ratios. Loopback only.")
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


if __name__ == "__main__":
    main()

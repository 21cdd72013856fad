"""How much memory many keys with webhooks take, and how long a mock that has them takes to start.

`python -m benchmarks.sizes --help`. Keys are made by their first call; the mock is ended by kill -9 and started again.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

import uvloop

from benchmarks.bench import say
from benchmarks.load import tracking_numbers
from benchmarks.options import at_least, command
from benchmarks.processes import ServerFailedError, measurable, resident_bytes
from benchmarks.shared.lab import LONGEST_START, START, Lab, LabShape, MockInstance, lab
from benchmarks.shared.line import KeptLine, request
from benchmarks.shared.user import unavailable

KEY = "tf_test_growth_size"  # and a number
LANES = 16
MEBIBYTE = 2**20


async def subscribe(port: int, keys: int, each: int, different: int) -> None:
    """So many webhooks of each key, for so many different numbers in all; RuntimeError for one that is refused."""
    numbers = tracking_numbers(different)
    waiting = iter(range(keys))

    async def lane() -> None:
        line = KeptLine(port)
        for key in waiting:
            for number in islice(cycle(numbers), key * each % different, key * each % different + each):
                order = {"tracking_number": number, "url": "http://127.0.0.1:9/hook"}
                content = request("POST", "/v2/webhooks", f"{KEY}{key}", order)
                while (answer := await line.ask(content)) is not None and unavailable(answer):  # as a busy store is
                    await asyncio.sleep(1)
                if answer is None or answer.status != 201:
                    raise RuntimeError(f"a webhook was answered {answer}")
        line.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(LANES):
            group.create_task(lane())


def show(running: Lab, when: str) -> None:
    """Print the resident memory of each instance."""
    sizes = [resident_bytes(each.process.pid) / MEBIBYTE for each in running.instances if each.process]
    print(f"{when}: " + ", ".join(f"{size:,.0f} MiB" for size in sizes), flush=True)


def start_again(instances: Sequence[MockInstance]) -> None:
    """End all of them at once, and print how long each takes to be ready."""
    for instance in instances:
        instance.kill()
    for instance in instances:
        instance.start()
        print(
            f"{instance.name} started again: ready after {instance.starts[-1]:.2f} s, empty {instance.starts[0]:.2f} s"
        )


async def first_answer(port: int, keys: int) -> float:
    """Seconds until one of the keys is answered that has been there before."""
    began = perf_counter()
    line = KeptLine(port)
    content = request("GET", "/v2/carriers", f"{KEY}{keys // 2}")
    while (answer := await line.ask(content)) is None or answer.status != 200:
        if perf_counter() - began > LONGEST_START:
            raise ServerFailedError(f"answers none of the keys within {LONGEST_START:g} s")
        await asyncio.sleep(0.01)
    return perf_counter() - began


def measure(options: argparse.Namespace) -> None:
    """Print memory and times."""
    flags = ("--clock", START, "--time-scale", "0", "--sandboxes", str(options.keys + 100))
    shape = LabShape(3 if options.store else 1, store=options.store, flags=flags)
    with tempfile.TemporaryDirectory(prefix="trackflow-sizes-") as scratch, lab(Path(scratch), shape) as running:
        say(f"{shape}; {options.keys:,} keys with {options.webhooks} webhooks each")
        show(running, "empty")
        began = perf_counter()
        uvloop.run(subscribe(running.port, options.keys, options.webhooks, options.numbers))
        say(f"all of them made in {perf_counter() - began:.0f} s")
        show(running, "full")
        kept = sum(path.stat().st_size for path in Path(scratch).rglob("*") if path.is_file())
        print(f"on the disk: {kept / MEBIBYTE:,.0f} MiB")
        start_again(running.instances)
        print(f"a key from before is answered after {uvloop.run(first_answer(running.port, options.keys)):.2f} s more")
        show(running, "started again")


def main() -> None:
    """Leave with 1 and the reason where nothing could be measured."""
    parser = command("sizes", __doc__)
    parser.add_argument("--keys", type=at_least(1), default=10_000)
    parser.add_argument("--webhooks", type=at_least(1), default=10, help="of each key")
    parser.add_argument("--numbers", type=at_least(1), default=1000, help="different ones that the webhooks are for")
    parser.add_argument(
        "--store", action="store_true", help="three instances with a Valkey, instead of one with --state"
    )
    options = parser.parse_args()
    with measurable():
        measure(options)


if __name__ == "__main__":
    main()

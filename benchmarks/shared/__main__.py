"""One mock in several processes, under load and disturbed: `python -m benchmarks.shared --help`."""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

import uvloop

from benchmarks.bench import say
from benchmarks.mixture import keys
from benchmarks.options import at_least, command
from benchmarks.processes import ServerFailedError
from benchmarks.shared import checking, user
from benchmarks.shared.book import Book
from benchmarks.shared.disturbing import FOREVER, KINDS, Disturbance, shuffle
from benchmarks.shared.lab import START, START_SECONDS, Lab, LabShape, lab
from benchmarks.shared.line import KeptLine
from benchmarks.shared.probing import Sample, gathered, middle, percentile_99, probe, quiet, takeovers
from benchmarks.shared.receiver import receiver
from benchmarks.shared.user import User

LANES = 48  # each with a key of its own at any time
BEHIND = 0.02  # seconds at most that the load catches up with: users who had to wait ask no faster after that
MOST_TAKEOVER, MOST_SLOWER = 5.0, 2.0  # seconds; times
ALWAYS = (
    user.OVER, user.FORGOTTEN, user.STRANGER, user.STALE, user.CLOCK, user.SURPRISE,
    checking.LOST, checking.UNKNOWN, checking.ORDER, checking.AGAIN, user.LESS,
)  # fmt: skip
ROUGH = ("kill", "lose", "pause")
FAILED = ("calls without an answer", "calls answered 503 with Retry-After", "control calls without an answer")


async def drive(port: int, users: Sequence[User], options: argparse.Namespace, over: asyncio.Event) -> None:
    """So many requests and, if that takes longer, until the event is set; each user asks one thing at a time."""
    chance, busy = Random(8), set[User]()
    weights = list(accumulate((place + 10) ** -0.5 for place in range(len(users))))
    asked, due = 0, perf_counter()

    async def lane() -> None:
        nonlocal asked, due
        line = KeptLine(port)
        while asked < options.requests or not over.is_set():
            asked += 1
            due = max(due, perf_counter() - BEHIND) + (1 / options.rate if options.rate else 0)
            await asyncio.sleep(max(0.0, due - perf_counter()))
            (one,) = chance.choices(users, cum_weights=weights)
            while one in busy:
                (one,) = chance.choices(users, cum_weights=weights)
            busy.add(one)
            await one.turn(line)
            busy.discard(one)
        line.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(LANES):
            group.create_task(lane())


async def disturbed(running: Lab, users: Sequence[User], options: argparse.Namespace) -> list[Disturbance]:
    """Drive the load while instances are disturbed and the ring is shuffled, and what was disturbed when."""
    log: list[Disturbance] = []
    over = asyncio.Event()
    disturb = KINDS[options.disturb]
    if disturb in FOREVER:
        over.set()
    disturbing = asyncio.ensure_future(disturb(running, options.every, log))
    disturbing.add_done_callback(lambda _: over.set())
    shuffling = asyncio.ensure_future(shuffle(running, options.shuffle)) if options.shuffle else None
    await drive(running.port, users, options, over)
    if disturbing.done():
        disturbing.result()  # raises what went wrong in it
    if disturb in FOREVER:
        await _come_back(running, disturbing)
    for task in (disturbing, shuffling):
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    return log


async def _come_back(running: Lab, disturbing: "asyncio.Future[None]") -> None:
    """Whoever is away at the end is brought back."""
    disturbing.cancel()
    with suppress(asyncio.CancelledError):
        await disturbing
    for instance in running.instances:
        instance.signal(signal.SIGCONT)
        if instance.process is not None and instance.process.poll() is not None:
            await asyncio.to_thread(instance.start)


def report(book: Book, log: Sequence[Disturbance], samples: Sequence[Sample], never: Sequence[str]) -> bool:
    """Print it all; whether what must never be never was. How fast it went is told, and depends on the machine."""
    for what, amount in sorted(book.happened.items()):
        print(f"  {what:52} {amount:>10,}")
    for rule, examples in book.examples.items():
        print(f"{rule}:", *examples, sep="\n  ")
    met = [_none(what, book.wrong[what] + book.happened[what]) for what in never]
    _tell_times(log, samples, book.began)
    return all(met)


def _tell_times(log: Sequence[Disturbance], samples: Sequence[Sample], started: float) -> None:
    still = quiet(samples, log)
    print(f"the probe while quiet: p50 {middle(still):.1f} ms, p99 {percentile_99(still):.1f} ms, {len(still):,} calls")
    seen = takeovers(samples, log)
    for each in seen:
        back = f"{each.keys} of the probe's keys back after {each.seconds:.2f} s"
        at = each.began - started
        print(f"  {at:.2f} s: {each.name} went: {back}, p99 of others {each.others_ms:.1f} ms")
    if not seen:
        return
    longest = max(each.seconds for each in seen)
    slower = median(each.others_ms for each in seen) / max(percentile_99(still), 0.001)
    _bar(f"take-over: {longest:.2f} s at most (bar {MOST_TAKEOVER} s)", met=longest <= MOST_TAKEOVER)
    _bar(
        f"p99 of other keys meanwhile: {slower:.2f}x quiet at the median (bar {MOST_SLOWER}x)",
        met=slower <= MOST_SLOWER,
    )


def _none(what: str, found: int) -> bool:
    return _bar(f"{what}: {found:,} (bar 0)", met=not found)


def _bar(line: str, *, met: bool) -> bool:
    print(f"{line}: {'met' if met else 'MISSED'}")
    return met


async def run(
    running: Lab, hooks: str, options: argparse.Namespace, book: Book
) -> tuple[list[User], list[Disturbance]]:
    users = [User(key, number, START_SECONDS, hooks, book) for number, key in enumerate(keys(options.keys))]
    began = perf_counter()
    log = await disturbed(running, users, options)
    took = perf_counter() - began
    calls = book.happened["calls of the API"] + book.happened["calls of the control plane"]
    pace = f"{calls:,} calls in {took:,.0f} s, {calls / took:,.0f}/s"
    say(f"{pace}; {len(log)} disturbances, {running.ring.shuffles - 1} shuffles of the ring")
    return users, log


def main() -> None:
    """Leave with 0 if every promise was kept, else with 1."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # unwinds, and so ends the servers
    store = options.workers == 1 and not options.alone
    shape = LabShape(
        options.instances if store else 1,
        options.workers,
        store,
        options.appendfsync,
        ("--clock", START, "--time-scale", "0", "--sandboxes", str(options.keys + 100)),
    )
    book = Book()
    with ExitStack() as stack:
        scratch = options.scratch or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trackflow-shared-")))
        scratch.mkdir(parents=True, exist_ok=True)
        if any(scratch.iterdir()):
            sys.exit(f"{scratch} is not empty, and the mock would go on with what is there; name another folder")
        say(f"load of the machine {os.getloadavg()[0]:.2f}; {shape}; {options.keys:,} keys, {options.requests:,} turns")
        try:
            hooks = stack.enter_context(receiver())
            running = stack.enter_context(lab(scratch.absolute(), shape))
            with probe(running.port) as client:
                users, log = uvloop.run(run(running, f"http://127.0.0.1:{hooks.port}", options, book))
                samples = gathered(client)
            uvloop.run(checking.settle(running.port, users, hooks, book))
        except ServerFailedError as error:
            print(f"could not be measured: {error}")
            sys.exit(1)
        never = [*ALWAYS, *([checking.UNNAMED] if store else []), *([] if options.disturb in ROUGH else FAILED)]
        sys.exit(not report(book, log, samples, never))


def _parser() -> argparse.ArgumentParser:
    parser = command(
        "shared",
        "Many keys call one mock of several processes that are killed, paused or restarted meanwhile; "
        "every answer, quota, clock, pin, delivery and journal is held against what was promised.",
    )
    parser.add_argument(
        "--requests", type=at_least(1), default=100_000, help="turns of users; the full run has 1000000"
    )
    parser.add_argument("--keys", type=at_least(LANES), default=1000, help="of all plans")
    parser.add_argument("--rate", type=at_least(0), default=1000, help="turns a second; 0 is as fast as answers come")
    parser.add_argument("--instances", type=at_least(1), default=3, help="that share a Valkey")
    alone = parser.add_mutually_exclusive_group()
    alone.add_argument(
        "--workers", type=at_least(1), default=1, help="one instance of so many processes instead, no store"
    )
    alone.add_argument("--alone", action="store_true", help="one process with a state file instead, for comparison")
    parser.add_argument("--disturb", choices=KINDS, default="kill", help="what is done to an instance")
    parser.add_argument("--every", type=at_least(0.0), default=10.0, help="seconds from one disturbance to the next")
    parser.add_argument(
        "--shuffle", type=at_least(0.0), default=1.0, help="seconds between shuffles of the ring; 0 for none"
    )
    parser.add_argument("--appendfsync", choices=("everysec", "always", "no"), default="everysec", help="of Valkey")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="keep logs and the store's files here")
    return parser


if __name__ == "__main__":
    main()

"""Attack a mock and print what came of it; 1 if anything did: `python -m benchmarks.attack --help`."""

import argparse
import sys
from collections.abc import Callable, Iterator
from itertools import islice

from benchmarks.attack import growth, holding, memory, noise, smuggling, storms
from benchmarks.attack.target import attacked

KEY = "tf_test_free_quota"
FREE_MINUTE = 10
Verdict = tuple[bool, str]


def smuggled(_: int) -> Iterator[Verdict]:
    with attacked() as target:
        found = smuggling.smuggle(target)
        complaints = len(target.complaints())
    yield (
        found.desyncs == 0,
        f"{found.desyncs} desyncs in {found.tried:,} requests that two readers could take differently",
    )
    yield found.silent == 0, f"{found.silent} of them without an answer, {found.refused:,} refused"
    yield complaints == 0, f"{complaints} exceptions in the log"


def fuzzed(count: int) -> Iterator[Verdict]:
    with attacked() as target:
        found = noise.attack(target, count)
        complaints = len(target.complaints())
    yield found.desyncs == 0, f"{found.desyncs} desyncs beside h11 in {found.tried:,} streams of noise"
    yield found.unasked == 0, f"{found.unasked} answers of 500"
    yield complaints == 0, f"{complaints} exceptions in the log"


def grown(share: int) -> Iterator[Verdict]:
    with attacked("--clock", "2026-06-15T12:00:00Z", "--time-scale", "0") as target:
        found = [growth.growth(target, door) for door in islice(growth.doors(), 0, None, share)]
        complaints = len(target.complaints())
    worse = [each for each in found if not each.met]
    unasked = sum(status == 500 for each in found for status in each.statuses)
    dearest = max(found, key=lambda each: each.milliseconds[1])
    yield (
        not worse,
        f"{len(worse)} of {len(found):,} shapes of input cost over {growth.BAR:g} times a byte at four times the size",
    )
    for each in worse:
        yield False, f"  {each}"
    yield unasked == 0, f"{unasked} answers of 500"
    yield complaints == 0, f"{complaints} exceptions in the log"
    yield True, f"dearest: {dearest}"


def killed(count: int) -> Iterator[Verdict]:
    found = storms.kills(count)
    yield found.lost == 0, f"{found.lost} of {found.expected:,} deliveries lost in {found.storms} storms killed with -9"


def counted(keys: int) -> Iterator[Verdict]:
    wrong = 0
    with attacked("--clock", "2026-06-15T12:00:00Z", "--time-scale", "0") as target:
        for key in range(keys):
            headers = {"X-API-Key": f"{KEY}_{key}"}
            statuses = [target.ask("GET", "/v2/track/1Z204E380338943508", headers)[0] for _ in range(FREE_MINUTE + 5)]
            wrong += statuses != [200] * FREE_MINUTE + [429] * 5
    yield wrong == 0, f"{wrong} of {keys} keys with a quota that is not exact, in {keys * (FREE_MINUTE + 5):,} requests"


def kept(_: int) -> Iterator[Verdict]:
    for name, (before, after) in (
        ("1,500 requests with 3,000 empty headers each", memory.by_headers()),
        ("300 numbers of 900 kB each, with a rule on carriers", memory.by_numbers()),
    ):
        most = before + memory.JOURNAL * memory.ROOM
        yield after <= most, f"{after:,.0f} MiB after {name} ({before:,.0f} before, journals of {memory.JOURNAL} MB)"


def held(_: int) -> Iterator[Verdict]:
    for each in holding.holds():
        yield each.met, str(each)


ATTACKS: dict[str, tuple[Callable[[int], Iterator[Verdict]], int]] = {
    "smuggling": (smuggled, 0),
    "noise": (fuzzed, 3000),
    "growth": (grown, 24),
    "storms": (killed, 5),
    "quota": (counted, 100),
    "memory": (kept, 0),
    "control": (held, 0),
}


def main() -> int:
    """0 if every attack failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attack", nargs="*", choices=[*ATTACKS, []], help="which; all of them if none is named")
    parser.add_argument("--full", action="store_true", help="every shape of input, twenty storms; takes half an hour")
    options = parser.parse_args()
    failed = False
    for name in options.attack or ATTACKS:
        work, size = ATTACKS[name]
        if options.full:
            size = {"growth": 1, "storms": 20, "quota": 1000, "noise": 100_000}.get(name, size)
        for met, text in work(size):
            failed |= not met
            print(f"{name:10} {'' if met else 'FAILED: '}{text}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

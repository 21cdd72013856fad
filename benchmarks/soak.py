"""A long mixed load with faults on: `python -m benchmarks.soak --help`."""

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import islice
from pathlib import Path
from random import Random
from subprocess import SubprocessError
from time import perf_counter

from benchmarks.bench import CONNECTIONS, say
from benchmarks.figures import FLAT, BenchVerdict
from benchmarks.idle_rule import compare
from benchmarks.lanes import drive
from benchmarks.ledger import Audit, LoadLedger
from benchmarks.load import InvalidRunError, tracking_numbers
from benchmarks.mixture import LoadKey, Mixture, keys
from benchmarks.options import command
from benchmarks.packages import ToolMissingError, wrk_path
from benchmarks.processes import RunningServer, ServerFailedError, running
from benchmarks.servers import CHECKOUT, LoadedServer

SCENARIO = Path(__file__).with_name("soak_faults.yaml")
START = "2026-06-15T09:00:00Z"  # frozen, so that no window ends but when it is told to
MINUTE = 60
WARM_UP = 1 / 3  # of the requests; journals and caches are full by then
DEFAULT_JOURNAL = 256  # megabytes, as the mock has it; an entry takes about three kilobytes
MEASURED, NOT_MEASURED = 0, 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a soak showed; `memory` has requests so far and resident bytes, once for each minute."""

    ledger: LoadLedger
    audit: Audit
    seconds: float
    log: Path
    memory: list[tuple[int, int]] = field(default_factory=list)

    def verdicts(self) -> list[BenchVerdict]:
        complaints = sum("ERROR" in line or "Traceback" in line for line in self.log.read_text().splitlines())
        wrong = len(self.audit.wrong)
        checked = f"{self.audit.checked:,} checks, {self.audit.exhausted:,} of them of keys used up"
        return [
            _none(f"500 that nobody asked for, of {self.ledger.answers:,} answers", self.ledger.unasked_500),
            _none("answers that fit neither the request nor a fault", self.ledger.surprising),
            _none("errors in the server's log", complaints),
            _none(f"keys whose quota is not exact, in {checked}", wrong),
            self._flatness(),
        ]

    def _flatness(self) -> BenchVerdict:
        warm = [size for requests, size in self.memory if requests >= self.memory[-1][0] * WARM_UP]
        growth = max(warm) / warm[0]
        met = growth <= FLAT
        line = f"memory after warm-up: {warm[0] / 2**20:,.0f} MiB, at most {growth:.2f}x of it later (bar {FLAT}x)"
        return BenchVerdict(f"{line}: {'met' if met else 'MISSED'}", met)


def soak(scratch: Path, requests: int, known: Sequence[LoadKey], minutes: int, journal: int) -> Outcome:
    """The requests, in so many minutes of the mock's clock, with every key's quota checked at the end of each."""
    mixture = Mixture(known, Random(4))
    ledger = LoadLedger(mixture.answered)
    audit = Audit(ledger)
    server = _server(len(known), journal)
    memory = []
    with running(server, server.path(tracking_numbers(1)[0]), scratch) as process:
        began = perf_counter()
        spent = 0.0
        for minute, count in enumerate(_shares(requests, minutes)):
            started = perf_counter()
            drive(process.port, islice(mixture, count), CONNECTIONS, ledger)
            took = perf_counter() - started
            spent += took
            drive(process.port, audit.questions(known), CONNECTIONS, audit)
            _control(process, "PUT", "/__admin/clock", {"action": "advance", "seconds": MINUTE})
            ledger.next_minute()
            memory.append((ledger.answers, process.resident_bytes()))
            say(
                f"minute {minute + 1}/{minutes}: {ledger.answers:,} answers, {count / took:,.0f}/s, "
                f"{memory[-1][1] / 2**20:,.0f} MiB, {ledger.surprising} surprising, "
                f"{len(audit.wrong)} of {audit.checked:,} quotas wrong"
            )
        say(f"{perf_counter() - began:,.0f} s, {spent:,.0f} of them under load")
    return Outcome(ledger, audit, spent, scratch / f"{server.name}.log", memory)


def _shares(requests: int, parts: int) -> Iterator[int]:
    return (requests // parts + (part < requests % parts) for part in range(parts))


def _server(amount: int, journal: int) -> LoadedServer:
    flags = ("--scenario", str(SCENARIO), "--clock", START, "--time-scale", "0")
    room = ("--sandboxes", str(amount + 10), "--journal-megabytes", str(journal))
    command = (sys.executable, "-m", "mock_server", "serve", "--port", "{port}", *flags, *room)
    return LoadedServer("soak", "this project, faults on", command, CHECKOUT, canned=False)


def _control(process: RunningServer, method: str, path: str, value: object) -> None:
    connection = HTTPConnection("127.0.0.1", process.port, timeout=30)
    try:
        connection.request(method, path, json.dumps(value))
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise InvalidRunError(f"{method} {path} was answered {answer.status} {body[:300]!r}")
    finally:
        connection.close()


def _none(what: str, found: int) -> BenchVerdict:
    return BenchVerdict(f"{what}: {found:,} (bar 0): {'met' if not found else 'MISSED'}", not found)


def as_text(outcome: Outcome) -> str:
    """A table of the answers by kind of request, and examples of what was wrong."""
    answers = outcome.ledger.answers
    lines = [f"{answers:,} answers in {outcome.seconds:,.0f} s, {answers / outcome.seconds:,.0f}/s"]
    for kind, found in sorted(outcome.ledger.by_kind.items()):
        counts = ", ".join(f"{status}: {amount:,}" for status, amount in sorted(found.items()))
        lines.append(f"  {kind:20} {counts}")
    wrong = [*outcome.ledger.surprises, *outcome.audit.wrong[:10]]
    return "\n".join([*lines, *(["Wrong:", *wrong] if wrong else [])])


def main() -> None:
    """Run the command line and leave with 0, or 1 if something could not be measured."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # unwinds, and so ends the servers
    minutes = options.minutes or max(6, options.requests // 20_000)
    journal = options.journal_megabytes or max(1, min(DEFAULT_JOURNAL, options.requests // 3000))
    with ExitStack() as stack:
        scratch = options.scratch or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trackflow-soak-")))
        scratch.mkdir(parents=True, exist_ok=True)
        say(f"load of the machine {os.getloadavg()[0]:.2f}, {options.requests:,} requests over {options.keys:,} keys")
        verdicts: list[BenchVerdict] = []
        try:
            outcome = soak(scratch, options.requests, keys(options.keys), minutes, journal)
            print(as_text(outcome))
            verdicts += outcome.verdicts()
            if options.rounds:
                wrk = wrk_path()
                verdicts += compare(wrk, scratch, options.rounds, options.seconds).verdicts()
        except (InvalidRunError, ServerFailedError, ToolMissingError, OSError, HTTPException, SubprocessError) as error:
            print(f"could not be measured: {error}")
            sys.exit(NOT_MEASURED)
        finally:
            print("\n".join(verdict.line for verdict in verdicts))
    sys.exit(MEASURED)


def _parser() -> argparse.ArgumentParser:
    parser = command(
        "soak", "Send mixed requests for many keys while faults strike, and check every answer and every quota."
    )
    parser.add_argument("--requests", type=int, default=50_000, help="in all; the full soak has 1000000")
    parser.add_argument("--keys", type=int, default=1000, help="keys that they are for, of all plans")
    parser.add_argument("--minutes", type=int, help="minutes of the mock's clock; one for 20,000 requests if not given")
    parser.add_argument(
        "--journal-megabytes", type=int, help="what journals may take; as much as warming up fills if not given"
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds with one inactive rule and with none; 0 for none")
    parser.add_argument("--seconds", type=int, default=3, help="length of each")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="keep the server's log here")
    return parser


if __name__ == "__main__":
    main()

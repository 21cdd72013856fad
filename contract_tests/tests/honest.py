"""Runs against honest servers: which clauses a run says are broken that are not.

`python -m contract_tests.tests.honest [--only WORDS] [--runs 10] [--results FILE] [-- --exhaust-quota ...]`
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType

from contract_tests.clock import ManualClock
from contract_tests.masking import visible
from contract_tests.tests.checking import Checked, Connected, Timed, check
from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.honest.connection import Connection
from contract_tests.tests.servers.honest.more_stacks import MORE
from contract_tests.tests.servers.honest.stacks import HONEST as FIRST
from contract_tests.tests.servers.parts import Parts
from contract_tests.tests.servers.target import KEYS, Target, target_toml
from contract_tests.tests.servers.wire import Server

HONEST = {**FIRST, **{each.name: each for each in MORE}}
SECONDS = (0.0, 0.1, 0.4)
SPOILT = (0.0, 0.05)
_NOTHING = "exit 0"
BEGINNING = 1_795_000_000.0  # forty seconds into a minute


@dataclass(frozen=True, slots=True)
class Trial:
    """One server, how slow and how bad the way to it is, and the seed of its chance."""

    name: str
    seconds: float
    spoilt: float
    seed: int

    def __str__(self) -> str:
        return f"{self.name} {self.seconds * 1000:.0f} ms {self.spoilt:.0%} #{self.seed}"


def run(trial: Trial, *arguments: str, states: bool = True) -> Checked:
    """What the suite says of the server; no real time is waited for an answer."""
    honest, clock = HONEST[trial.name], ManualClock(BEGINNING + Random(f"{trial}").uniform(0, 86_400))
    way = Connection(serving(honest.parts, clock), clock, trial.seconds, trial.spoilt, Random(f"way {trial}"))
    return run_along(way, "--seed", str(trial.seed), *arguments, states=states, paths=honest.paths)


def serving(parts: Parts, clock: ManualClock) -> Server:
    """A server of these parts that lives by that clock, inside this process."""
    return Server(parts.assemble(Clock(clock.now)), parts.handler)


def run_along(
    way: Connection,
    *arguments: str,
    states: bool = True,
    paths: Mapping[str, str] = MappingProxyType({}),
    plans: tuple[str, ...] = (*KEYS,),
) -> Checked:
    """What the suite says of the server at the other end of the way."""
    server = way.server
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "target.toml"
        facts = target_toml(Target(f"http://127.0.0.1:{server.server_port}", KEYS), plans=plans, states=states)
        if paths:
            facts += "\n[paths]\n" + "".join(f'{name} = "{path}"\n' for name, path in paths.items())
        file.write_text(facts, encoding="utf-8")
        try:
            return check("--target", str(file), *arguments, plugins=[Timed(way.clock), Connected(way)])
        finally:
            server.server_close()
            server.api.world.outbox.close()


def trials(names: list[str], runs: int) -> Iterator[Trial]:
    for name in names:
        for seconds in SECONDS:
            for spoilt in SPOILT:
                for seed in range(runs):
                    yield Trial(name, seconds, spoilt, seed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m contract_tests.tests.honest", description=__doc__)
    parser.add_argument("--only", default="", help="names that contain one of these words, joined by commas")
    parser.add_argument("--runs", type=int, default=10, help="with different chance each")
    parser.add_argument("--results", type=Path, help="a line for each run; those that are in it are not run again")
    parser.add_argument("rest", nargs="*", help="further options of trackflow-contract")
    options = parser.parse_args()
    names = [name for name in HONEST if any(word in name for word in options.only.split(","))]
    told = _told(options.results)
    alarms = count = 0
    for trial in trials(names, options.runs):
        result = told.get(str(trial)) or _result(run(trial, *options.rest))
        if str(trial) not in told and options.results:
            with options.results.open("a", encoding="utf-8") as file:
                file.write(f"{trial}: {result}\n")
        count += 1
        if result != _NOTHING:
            alarms += 1
            sys.stdout.write(f"{trial}: {result}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{count} runs, {alarms} with a false alarm\n")
    return int(alarms > 0)


def _told(results: Path | None) -> dict[str, str]:
    """What earlier runs said, by trial."""
    lines = results.read_text(encoding="utf-8").splitlines() if results and results.exists() else []
    return dict(line.split(": ", 1) for line in lines)


def _result(checked: Checked) -> str:
    told = [f"{name}: {checked.verdicts[name].reason}" for name in sorted(checked.of("failed"))]
    return " ".join([f"exit {checked.status}", *([visible(str(told))] if told else [])])


if __name__ == "__main__":
    sys.exit(main())

"""How many of the broken servers the suite notices, for the right reason, and whether it blames a sound one.

`python -m contract_tests.tests.kill_rate [--only WORDS] [--variants] [--stock] [--results FILE]`
"""

import argparse
import contextlib
import io
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main as contract
from contract_tests.plugin import RUN
from contract_tests.tests.leaks import leaks
from contract_tests.tests.servers import MUTANTS, VARIANTS, running, target_toml
from contract_tests.tests.stock import COVERAGE, stock

UNLIMITED_TIME = "not slow_answer"  # that probe waits ten real seconds, and only one mutant is about it


@dataclass(frozen=True, slots=True)
class KillScore:
    """What one run said of one server."""

    name: str
    group: str
    level: str
    wanted: tuple[str, ...]
    broken: tuple[str, ...]
    documented: tuple[str, ...]
    passed: int
    requests: int
    lookups: int
    told: tuple[str, ...] = ()

    @property
    def killed(self) -> bool:
        """At the default level for a documented defect, at `--level all` for an assumed one."""
        return bool(self.documented if self.level == "documented" else self.broken)

    @property
    def right(self) -> bool:
        return bool({*self.broken} & {*self.wanted})


@dataclass(slots=True)
class Witness:
    """Sees the webhook secrets that a server gives away in a run."""

    secrets: set[str] = field(default_factory=set)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        run = config.stash.get(RUN, None)
        if run is not None:
            texts = (each.response.text for each in run.session.exchanges)
            self.secrets |= {found for text in texts for found in re.findall(r'"secret": ?"([^"]{8,})"', text)}


def check(mutant: str | None, variant: str | None, arguments: Sequence[str], plan: str) -> KillScore:
    """Runs the suite against one server in this process."""
    with tempfile.TemporaryDirectory() as folder, running(mutant, variant) as target:
        file = Path(folder) / "target.toml"
        file.write_text(target_toml(target), encoding="utf-8")
        asked = ["run", "--target", str(file), "--plan", plan, "--level", "all", "--report-dir", folder, *arguments]
        with contextlib.redirect_stdout(io.StringIO()) as output:
            status = contract(asked, plugins=[witness := Witness()])
        report = Path(folder) / "report.json"
        if not report.exists():
            return _unreachable(mutant, variant, status, output.getvalue())
        found = json.loads(report.read_text(encoding="utf-8"))
        written = [each.read_text(encoding="utf-8") for each in Path(folder).iterdir() if each != file]
        told = leaks("\n".join([output.getvalue(), *written]), [*target.keys.values(), *witness.secrets])
    broken = [each for each in found["clauses"] if each["verdict"] == "failed"]
    group, level, wanted = _described(mutant, variant)
    return KillScore(
        name=mutant or variant or "reference",
        group=group,
        level=level,
        wanted=wanted,
        broken=tuple(each["id"] for each in broken),
        documented=tuple(each["id"] for each in broken if each["level"] == "documented"),
        passed=found["summary"]["passed"],
        requests=found["summary"]["requests"],
        lookups=found["summary"]["lookups"],
        told=tuple(sorted(told)),
    )


def thoroughly(mutant: str | None, variant: str | None, arguments: Sequence[str], plan: str) -> KillScore:
    """What a default run says; what one says that uses up keys, of a defect that the first does not see for what it is.

    A sound server is run in both ways, and blamed for what either says.
    """
    first = check(mutant, variant, arguments, plan)
    if mutant is not None and first.killed and first.right:
        return first
    again = check(mutant, variant, [*arguments, "--exhaust-quota"], plan)
    if mutant is not None:
        return replace(again, told=(*first.told, *again.told))
    return replace(
        again,
        broken=(*first.broken, *again.broken),
        documented=(*first.documented, *again.documented),
        told=(*first.told, *again.told),
    )


def _unreachable(mutant: str | None, variant: str | None, status: int, output: str) -> KillScore:
    """A server that answers no key is told apart by the exit code alone; a suite that fell over is no verdict."""
    if status != 3:
        raise RuntimeError(f"{mutant or variant}: exit code {status} without a report\n{output}")
    group, level, wanted = _described(mutant, variant)
    return KillScore(mutant or variant or "", group, level, wanted, ("exit 3",), ("exit 3",), 0, 0, 0)


def _described(mutant: str | None, variant: str | None) -> tuple[str, str, tuple[str, ...]]:
    if mutant is not None:
        found = MUTANTS[mutant]
        return found.group, found.level, found.clauses
    keeps_all = variant is None or VARIANTS[variant].keeps_assumed
    return "variants", "assumed" if keeps_all else "documented", ()


def run(
    mutants: Iterable[str],
    variants: Iterable[str],
    arguments: Sequence[str],
    *,
    plan: str,
    workers: int = 2,
    results: Path | None = None,
) -> list[KillScore]:
    """The scores of all of them; those that stand in the file of results are not run again."""
    known = {each.name: each for each in _kept(results)}
    jobs = [(name, None) for name in mutants] + [(None, name) for name in variants]
    scores = [known[name] for name in ((mutant or variant or "") for mutant, variant in jobs) if name in known]
    with ProcessPoolExecutor(workers) as pool:
        futures = [
            pool.submit(thoroughly, mutant, variant, arguments, plan)
            for mutant, variant in jobs
            if (mutant or variant) not in known
        ]
        for each in as_completed(futures):
            scores.append(each.result())
            if results:
                with results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(scores[-1])) + "\n")
            sys.stderr.write(f"\r{len(scores)}/{len(jobs)} {scores[-1].name:40}")
        sys.stderr.write("\n")
    return scores


def _kept(results: Path | None) -> Iterator[KillScore]:
    """The scores that an earlier run wrote down."""
    for line in results.read_text(encoding="utf-8").splitlines() if results and results.exists() else ():
        kept: dict[str, Any] = {
            name: tuple(each) if isinstance(each, list) else each for name, each in json.loads(line).items()
        }
        yield KillScore(**kept)


def summary(scores: Sequence[KillScore]) -> str:
    """Kill rate and right-reason rate by group and level, survivors, and what sound servers were blamed for."""
    mutants = [each for each in scores if each.group != "variants"]
    lines = [f"{'group':18} {'level':10} {'killed':>9} {'right reason':>13}"]
    groups = {(each.group, each.level) for each in mutants}
    for group, level in [*sorted(groups), ("all", "documented"), ("all", "assumed")]:
        here = [each for each in mutants if group in {each.group, "all"} and each.level == level]
        killed, right, size = sum(each.killed for each in here), sum(each.right for each in here), len(here) or 1
        lines.append(f"{group:18} {level:10} {killed:4}/{size:4} {right:7}/{size:4} {100 * killed / size:6.1f} %")
    lines += ["", "survivors:"]
    lines += [f"  {each.name} ({each.level}): wanted {each.wanted}" for each in mutants if not each.killed]
    lines += ["wrong reason:"]
    lines += [
        f"  {each.name} ({each.level}): wanted {each.wanted}, broken {each.broken}"
        for each in mutants
        if each.killed and not each.right
    ]
    lines += ["false alarms:"]
    for each in scores:
        blamed = each.broken if each.level == "assumed" else each.documented
        if each.group == "variants" and blamed:
            lines.append(f"  {each.name} ({'keeps all' if each.level == 'assumed' else 'keeps documented'}): {blamed}")
    lines.append("secrets told:")
    lines += [f"  {each.name}: {each.told}" for each in scores if each.told]
    most = max(scores, key=lambda each: each.requests)
    lines.append(f"most requests: {most.requests} and {most.lookups} lookups ({most.name})")
    return "\n".join(lines) + "\n"


def beside_stock(scores: Sequence[KillScore], phases: str, workers: int = 2) -> str:
    """Our kill rate and stock Schemathesis's, on the same broken servers."""
    mutants = [each for each in scores if each.group != "variants"]
    with ProcessPoolExecutor(workers) as pool:
        reference = pool.submit(stock, None, phases).result()
        runs = list(pool.map(stock, [each.name for each in mutants], [phases] * len(mutants)))
    killed = [bool(each.failures - reference.failures) for each in runs]
    lines = ["", f"beside stock Schemathesis ({phases}; a kill is a failure that it does not report on the reference):"]
    for level in ("documented", "assumed"):
        here = [(each, by_stock) for each, by_stock in zip(mutants, killed, strict=True) if each.level == level]
        ours, theirs = sum(each.killed for each, _ in here), sum(by_stock for _, by_stock in here)
        lines.append(f"  {level:10} ours {ours:4}/{len(here):4}   stock {theirs:4}/{len(here):4}")
    requests = sum(each.requests for each in mutants) / max(1, len(mutants))
    cases = sum(each.cases for each in runs) / max(1, len(runs))
    seconds = sum(each.seconds for each in runs) / max(1, len(runs))
    lines.append(f"  requests a server: ours {requests:.0f}, stock {cases:.0f} ({seconds:.1f} s)")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m contract_tests.tests.kill_rate", description=__doc__)
    parser.add_argument("--only", default="", help="names or groups that contain one of these words, joined by commas")
    parser.add_argument("--variants", action="store_true", help="sound servers only")
    parser.add_argument("--mutants", action="store_true", help="broken servers only")
    parser.add_argument("--skip", default=UNLIMITED_TIME, help="pytest's -k expression of the probes to run")
    parser.add_argument("--plan", default="growth")
    parser.add_argument("--workers", type=int, default=2, help="servers that are judged at once")
    parser.add_argument("--results", type=Path, help="a line for each server; those that are in it are not run again")
    parser.add_argument("--every", type=int, default=1, help="take each so-manieth server only")
    parser.add_argument("--stock", nargs="?", const=COVERAGE, help="stock Schemathesis beside ours, in these phases")
    parser.add_argument("rest", nargs="*", help="further options of trackflow-contract")
    options = parser.parse_args()
    words = options.only.split(",")
    names = [name for name, each in MUTANTS.items() if any(word in f"{name} {each.group}" for word in words)]
    variants = [name for name in VARIANTS if any(word in name for word in words)]
    names, variants = [] if options.variants else names, [] if options.mutants else variants
    names, variants = names[:: options.every], variants[:: options.every]
    arguments = ["-k", options.skip, *options.rest]
    scores = run(names, variants, arguments, plan=options.plan, workers=options.workers, results=options.results)
    sys.stdout.write(summary(scores))
    if options.stock:
        sys.stdout.write(beside_stock(scores, options.stock))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a fault rule costs the calls that it has nothing to do with."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bench import CONNECTIONS, say
from benchmarks.figures import BenchVerdict, Ratio
from benchmarks.load import Wrk, tracking_numbers
from benchmarks.processes import RunningServer, running
from benchmarks.servers import CHECKOUT, LoadedServer

LEAST = 0.9  # of the throughput without a rule
NONE = "none"
_DOWN = {"type": "error", "code": "carrier_unavailable"}
RULES = {
    NONE: [],
    "of another operation": [{"fault": _DOWN, "match": {"operation": "deleteWebhook"}}],
    "of another carrier": [{"fault": _DOWN, "match": {"carrier": "fedex"}}],
    "of another time": [{"fault": _DOWN, "until": "2000-01-01T00:00:00Z"}],
    "used up": [{"fault": _DOWN, "times": 1}],
}


@dataclass(frozen=True, slots=True)
class Figure:
    """Requests a second, and microseconds of processor time that each took of the server."""

    rate: float
    cpu_us: float


@dataclass(frozen=True, slots=True)
class IdleComparison:
    """What was measured beside each kind of inactive rule, round by round."""

    figures: dict[str, list[Figure]] = field(default_factory=lambda: {name: [] for name in RULES})

    def rates(self, name: str) -> Ratio:
        return Ratio.of([one.rate / none.rate for one, none in self._pairs(name)])

    def costs(self, name: str) -> Ratio:
        return Ratio.of([one.cpu_us / none.cpu_us for one, none in self._pairs(name)])

    def verdicts(self) -> list[BenchVerdict]:
        return [self._verdict(name) for name in RULES if name != NONE]

    def _pairs(self, name: str) -> Iterator[tuple[Figure, Figure]]:
        return zip(self.figures[name], self.figures[NONE], strict=True)

    def _verdict(self, name: str) -> BenchVerdict:
        rates, costs = self.rates(name), self.costs(name)
        met = rates.median >= LEAST
        shown = f"{rates.median:.2f}x [{rates.low:.2f}..{rates.high:.2f}] of that with none"
        cpu = f"CPU {costs.median:.2f}x [{costs.low:.2f}..{costs.high:.2f}]"
        line = f"throughput with one rule {name}: {shown}, {cpu} (bar {LEAST}x)"
        return BenchVerdict(f"{line}: {'met' if met else 'MISSED'}", met)


def compare(wrk: str, scratch: Path, rounds: int, seconds: float) -> IdleComparison:
    """Load a server with each kind of rule and one with none in turn; each is warm before its first round."""
    comparison = IdleComparison()
    paths = scratch / "idle-rule.paths"
    servers = {name: _server(name, scratch) for name in RULES}
    paths.write_text("".join(f"{servers[NONE].path(number)}\n" for number in tracking_numbers(1000)))
    load = Wrk(wrk, paths)
    with ExitStack() as stack:
        up = {
            name: stack.enter_context(running(server, server.path(tracking_numbers(1)[0]), scratch))
            for name, server in servers.items()
        }
        for process in up.values():
            load.for_seconds(process.port, 1, CONNECTIONS)
        for turn in range(rounds):
            for name in _rotated(list(RULES), turn):
                comparison.figures[name].append(_measured(load, up[name], seconds))
            told = (
                f"{name} {found[-1].rate:,.0f}/s {found[-1].cpu_us:.0f} us"
                for name, found in comparison.figures.items()
            )
            say(f"round {turn + 1}/{rounds}: {', '.join(told)}")
    return comparison


def _measured(load: Wrk, process: RunningServer, seconds: float) -> Figure:
    before = process.cpu_seconds()
    found = load.for_seconds(process.port, seconds, CONNECTIONS)
    return Figure(found.rate, (process.cpu_seconds() - before) / found.requests * 1e6)


def _rotated(names: Sequence[str], turn: int) -> Sequence[str]:
    start = turn % len(names)
    return [*names[start:], *names[:start]]


def _server(name: str, scratch: Path) -> LoadedServer:
    scenario = scratch / f"{name.replace(' ', '-')}.yaml"
    scenario.write_text(json.dumps({"faults": RULES[name]}))
    command = (sys.executable, "-m", "mock_server", "serve", "--port", "{port}", "--scenario", str(scenario))
    return LoadedServer(scenario.stem, f"one rule {name}", command, CHECKOUT, canned=False)

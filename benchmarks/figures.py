"""What was measured of each server, what it makes in ratios, and how those stand to the bars."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Self

from benchmarks.servers import MOCK

FLAT = 1.05  # memory may differ by this factor between two equal loads and still be called flat: allocators breathe

DISTURBED = 5  # percent of the machine that others may take during a round; a busy core slows a compiler thread first


@dataclass(frozen=True, slots=True)
class Round:
    """One start of a server: loaded cold, then measured warm."""

    cold_rate: float
    p50_us: float
    rate: float
    p99_us: float
    cpu_us: float
    bytes: float
    others_percent: float

    @property
    def disturbed(self) -> bool:
        return self.others_percent > DISTURBED


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident bytes of the process tree after a load, after the same load again, and the peak."""

    first: int
    second: int
    peak: int


@dataclass(slots=True)
class ServerRecord:
    """All that a run learned of one server; a round that could not be measured is None, and its reason a problem."""

    about: str
    command: Sequence[str]
    starts: list[float | None] = field(default_factory=list)
    rounds: list[Round | None] = field(default_factory=list)
    memory: Memory | None = None
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of figures: one value for each repetition, None where there is none."""

    title: str
    values: Callable[[ServerRecord], Sequence[float | None]]
    more_is_better: bool = False
    style: str = ",.0f"

    def median(self, record: ServerRecord) -> float | None:
        known = [value for value in self.values(record) if value is not None]
        return median(known) if known else None


def _of_rounds(read: Callable[[Round], float]) -> Callable[[ServerRecord], Sequence[float | None]]:
    return lambda record: [read(each) if each else None for each in record.rounds]


def _of_memory(read: Callable[[Memory], int]) -> Callable[[ServerRecord], Sequence[float | None]]:
    return lambda record: [read(record.memory) / 2**20 if record.memory else None]


READY = FigureRow("ready, ms", lambda record: record.starts)
P50 = FigureRow("p50 at 1 connection, us", _of_rounds(lambda each: each.p50_us))
RATE = FigureRow("requests/s at 32", _of_rounds(lambda each: each.rate), more_is_better=True)
P99 = FigureRow("p99 at 32, ms", _of_rounds(lambda each: each.p99_us / 1000), style=",.1f")
CPU = FigureRow("CPU us/request at 32", _of_rounds(lambda each: each.cpu_us))
COLD = FigureRow("requests/s while cold", _of_rounds(lambda each: each.cold_rate), more_is_better=True)
BYTES = FigureRow("bytes/answer", _of_rounds(lambda each: each.bytes))
OTHERS = FigureRow("CPU taken by others, %", _of_rounds(lambda each: each.others_percent))
FIRST = FigureRow("memory, MiB", _of_memory(lambda each: each.first))
SECOND = FigureRow("memory at twice, MiB", _of_memory(lambda each: each.second))
PEAK = FigureRow("peak memory, MiB", _of_memory(lambda each: each.peak))
METRICS = (READY, P50, RATE, P99, CPU, COLD, BYTES, OTHERS, FIRST, SECOND, PEAK)
COMPARED = (READY, P50, RATE, P99, CPU, COLD, FIRST, SECOND)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one is better than the other, repetition by repetition."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        return cls(min(values), median(values), max(values))

    def __str__(self) -> str:
        return f"{self.low:.2f} - {self.median:.2f} - {self.high:.2f}"


def advantage(metric: FigureRow, mock: ServerRecord, peer: ServerRecord) -> Ratio | None:
    """How many times better the mock is, comparing the same round of both; None if no round has both figures."""
    pairs = zip(metric.values(mock), metric.values(peer), strict=False)
    known = [(ours, theirs) for ours, theirs in pairs if ours and theirs]
    if not known:
        return None
    return Ratio.of([ours / theirs if metric.more_is_better else theirs / ours for ours, theirs in known])


@dataclass(frozen=True, slots=True)
class Bar:
    """A promise of the project: the mock is more than so many times better than one peer, or than each of them."""

    title: str
    metric: FigureRow
    above: float
    peer: str | None = None
    aim: float | None = None


BARS = (
    Bar("throughput vs WireMock without its journal", RATE, 1.0, "wiremock", aim=2.0),
    Bar("throughput vs WireMock with its journal", RATE, 1.5, "wiremock-journal", aim=3.0),
    Bar("throughput vs Prism", RATE, 3.0, "prism", aim=6.0),
    Bar("p50 at one connection vs the best peer", P50, 1.0),
    Bar("ready time vs the fastest peer", READY, 2.0),
    Bar("memory vs the smallest peer", FIRST, 1.0),
    Bar("memory at twice the requests vs the smallest peer", SECOND, 1.0),
)


@dataclass(frozen=True, slots=True)
class BenchVerdict:
    """One line of the outcome; `met` is None if it could not be measured."""

    line: str
    met: bool | None


def verdicts(records: Mapping[str, ServerRecord]) -> list[BenchVerdict]:
    """Each bar held against the figures; nothing if the mock did not run."""
    mock = records.get(MOCK)
    if mock is None:
        return []
    peers = {name: record for name, record in records.items() if name != MOCK}
    return [*(_verdict(bar, mock, peers) for bar in BARS), _flatness(mock)]


def _verdict(bar: Bar, mock: ServerRecord, peers: Mapping[str, ServerRecord]) -> BenchVerdict:
    wanted = [bar.peer] if bar.peer else list(peers)
    found = {name: advantage(bar.metric, mock, peers[name]) for name in wanted if name in peers}
    known = {name: ratio for name, ratio in found.items() if ratio}
    if not known or len(known) < len(wanted):
        ours = bar.metric.median(mock)
        missing = MOCK if ours is None else ", ".join(name for name in wanted if name not in known) or "no peer"
        return BenchVerdict(f"{bar.title}: not measured ({missing})", None)
    name, ratio = min(known.items(), key=lambda item: item[1].median)
    aim = f", aim {bar.aim:.1f}x" if bar.aim else ""
    whom = "" if bar.peer else f" ({name})"
    met = ratio.median > bar.above
    shown = f"{ratio.median:.2f}x [{ratio.low:.2f}..{ratio.high:.2f}]"
    return BenchVerdict(f"{bar.title}{whom}: {shown} (bar {bar.above:.1f}x{aim}): {'met' if met else 'MISSED'}", met)


def _flatness(mock: ServerRecord) -> BenchVerdict:
    if mock.memory is None:
        return BenchVerdict("memory, growth from once to twice the requests: not measured", None)
    growth = mock.memory.second / mock.memory.first
    met = growth <= FLAT
    line = f"memory, growth from once to twice the requests: {growth:.2f}x (bar at most {FLAT}x)"
    return BenchVerdict(f"{line}: {'met' if met else 'MISSED'}", met)

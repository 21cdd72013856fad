"""A steady client of its own process, and what it noticed when an instance went: how long, and how slow for others."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter

from benchmarks.children import child
from benchmarks.load import KEY, tracking_numbers
from benchmarks.shared.disturbing import Disturbance
from benchmarks.shared.line import KeptLine, request
from benchmarks.shared.user import by_the_balancer, unavailable

KEYS, EACH = 30, 0.15  # so many unlimited keys, each asking so often (seconds)
PATIENCE = 1.0  # seconds after which it asks anew, as clients do that do not wait for who may be gone
SETTLED = 3.0  # seconds after an instance is back until it is quiet again


@dataclass(frozen=True, slots=True)
class Sample:
    """One call of the probe: when it was sent, how long it took, and who answered."""

    key: int
    sent: float
    seconds: float
    good: bool
    owner: str

    @property
    def done(self) -> float:
        return self.sent + self.seconds


@dataclass(frozen=True, slots=True)
class Takeover:
    """What one disturbance did: to the keys of who went, how long, and to all others, their 99th percentile."""

    name: str
    began: float
    keys: int
    seconds: float
    others_ms: float


def probe(port: int) -> AbstractContextManager[Connection]:
    """The client, asking; `gathered` ends it."""
    return child(_ask, port)


def gathered(client: Connection) -> list[Sample]:
    """All that it saw; it asks no more."""
    client.send(None)
    samples: list[Sample] = client.recv()
    return samples


def _ask(port: int, told: Connection) -> None:
    async def main() -> list[Sample]:
        samples: list[Sample] = []
        asking = [asyncio.create_task(_keep_asking(port, key, samples)) for key in range(KEYS)]
        stop = asyncio.Event()
        asyncio.get_running_loop().add_reader(told.fileno(), stop.set)
        await stop.wait()
        for task in asking:
            task.cancel()
        return samples

    told.send(asyncio.run(main()))


async def _keep_asking(port: int, key: int, samples: list[Sample]) -> None:
    line = KeptLine(port, PATIENCE)
    (number,) = tracking_numbers(1)
    content = request("GET", f"/v2/track/{number}", f"{KEY}{key}")
    due = perf_counter() + EACH * key / KEYS
    while True:
        await asyncio.sleep(max(0.0, due - perf_counter()))
        sent = perf_counter()
        answer = await line.ask(content)
        good = answer is not None and answer.status == 200
        if answer is not None and not (good or by_the_balancer(answer) or unavailable(answer)):
            raise SystemExit(f"the probe was answered {answer}")
        owner = (answer.header(b"x-mock-instance") or b"").partition(b";")[0].decode() if good and answer else ""
        samples.append(Sample(key, sent, perf_counter() - sent, good, owner))
        due = max(due + EACH, perf_counter())


def takeovers(samples: Sequence[Sample], disturbances: Sequence[Disturbance]) -> list[Takeover]:
    """Of each disturbance, what the probe noticed."""
    return [_takeover(samples, each) for each in disturbances]


def _takeover(samples: Sequence[Sample], disturbance: Disturbance) -> Takeover:
    began, until = disturbance.began, disturbance.back + SETTLED
    meanwhile = [each for each in samples if began - EACH <= each.sent <= until and each.done >= began]
    hit = _hit(samples, meanwhile, disturbance)
    gone = [min((each.done for each in meanwhile if each.key == key and each.good), default=until) for key in hit]
    seconds = max(gone, default=began) - began
    others = [each for each in meanwhile if each.key not in hit and each.sent <= began + max(seconds, 1.0)]
    return Takeover(disturbance.name, began, len(hit), seconds, percentile_99(others))


def _hit(samples: Sequence[Sample], meanwhile: Sequence[Sample], disturbance: Disturbance) -> set[int]:
    """The keys of who went: as their answers said last, or else those that something happened to."""
    owners = {each.key: each.owner for each in samples if each.good and each.done < disturbance.began}
    named = {key for key, owner in owners.items() if owner == disturbance.name}
    return named or {each.key for each in meanwhile if not each.good}


def quiet(samples: Sequence[Sample], disturbances: Sequence[Disturbance]) -> list[Sample]:
    """What was seen while nothing was disturbed, the first second of warming up left out."""
    first = min((each.sent for each in samples), default=0.0) + 1.0
    spans = [(each.began - EACH, each.back + SETTLED) for each in disturbances]
    return [each for each in samples if each.sent > first and not any(a <= each.sent <= b for a, b in spans)]


def percentile_99(samples: Sequence[Sample]) -> float:
    """Milliseconds."""
    ordered = sorted(each.seconds for each in samples)
    return ordered[int(len(ordered) * 0.99)] * 1000 if ordered else 0.0


def middle(samples: Sequence[Sample]) -> float:
    """Milliseconds at the median."""
    return median(each.seconds for each in samples) * 1000 if samples else 0.0

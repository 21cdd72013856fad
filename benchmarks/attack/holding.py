"""How long a control call keeps others waiting: a client that asks all the time beside it tells.

What counts is the server's processor time while that client waits, for which other work on the machine is not to blame.
A call that really holds the loop does so each time, so one that seems to is made again, and the best of three counts.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

from benchmarks.attack.calls import KEYS, NUMBER, REQUESTS, TriedCall, calls
from benchmarks.attack.target import AttackedMock, attacked

PATIENCE = 600.0  # seconds for an answer: what is measured is not how long that takes
BAR = 50.0  # milliseconds of computing that one call may put before another
TRIES = 3
PROBE = {"X-API-Key": "tf_test_enterprise_probe"}


@dataclass(frozen=True, slots=True)
class Held:
    """What a call answered, how long it took, and of the probe's waits meanwhile the longest and the dearest.

    All but the status are milliseconds; a wait is as dear as what the server has computed in it.
    """

    name: str
    status: int
    took: float
    waited: float
    computed: float

    @property
    def met(self) -> bool:
        return self.status < 400 and self.computed <= BAR

    def __str__(self) -> str:
        waits = f"another waited for {self.computed:.0f} ms of computing at most, {self.waited:.0f} ms by the clock"
        return f"{self.name}: {self.status} in {self.took:,.0f} ms; {waits}"


def holds() -> Iterator[Held]:
    """Each control call that has much to do, beside the probe; then with a state file, which all of it goes to."""
    yield from _holds()
    with tempfile.TemporaryDirectory() as folder:
        for each in _holds("--state", str(Path(folder) / "state.db")):
            yield replace(each, name=f"with --state, {each.name}")


def _holds(*arguments: str) -> Iterator[Held]:
    with attacked(
        "--journal-size", str(REQUESTS), "--journal-megabytes", "256", "--sandboxes", str(2 * KEYS), *arguments
    ) as target:
        target.patience = PATIENCE

        def made(call: TriedCall) -> tuple[int, bytes]:
            return target.ask(call.method, f"/__admin{call.path}", call.headers, call.body)

        for call in calls(lambda call: made(call)[1], partial(_track, target)):
            yield _held(target, call, partial(made, call))


def _held(target: AttackedMock, call: TriedCall, work: Callable[[], tuple[int, bytes]]) -> Held:
    def once() -> Held:
        (status, _), took, waits = _waits(target, work)
        return Held(call.name, status, took, *waits)

    seen = once()
    for _ in range(0 if call.once else TRIES - 1):
        if not seen.met:
            seen = min(seen, once(), key=lambda each: each.computed)
    return seen


def _waits(
    target: AttackedMock, work: Callable[[], tuple[int, bytes]]
) -> tuple[tuple[int, bytes], float, tuple[float, float]]:
    """What the work comes to, how long it took, and the longest and the dearest wait meanwhile, in milliseconds."""
    ended, longest, dearest = Event(), 0.0, 0.0

    def probe() -> None:
        nonlocal longest, dearest
        connection = HTTPConnection("127.0.0.1", target.port, timeout=PATIENCE)
        while not ended.is_set():
            began, spent = perf_counter(), target.computed()
            target.on(connection, "GET", f"/v2/track/{NUMBER}", PROBE, b"")
            dearest = max(dearest, target.computed() - spent)
            longest = max(longest, perf_counter() - began)
            ended.wait(0.002)

    thread = Thread(target=probe)
    thread.start()
    began = perf_counter()
    try:
        done = work()
    finally:
        took = perf_counter() - began
        ended.set()
        thread.join()
    return done, took * 1000, (longest * 1000, dearest * 1000)


def _track(target: AttackedMock, asked: Iterable[tuple[str, str]]) -> None:
    with closing(HTTPConnection("127.0.0.1", target.port, timeout=PATIENCE)) as connection:
        for key, number in asked:
            target.on(connection, "GET", f"/v2/track/{number}", {"X-API-Key": key}, b"")

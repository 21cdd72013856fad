"""How long a control call keeps others waiting: a client that asks all the time beside it tells."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Event, Thread
from time import perf_counter

from benchmarks.attack.target import Target, attacked

BAR = 50.0  # milliseconds that one call may hold up another, beside what the machine does by itself
SHIPMENTS = 10_000
REQUESTS = 10_000  # in the journal
QUIET = 2.0  # seconds of asking with nothing beside it
PROBE = {"X-API-Key": "tf_test_enterprise_probe"}
KEY = "tf_test_enterprise_held"
JSON = {"Content-Type": "application/json"}
HTML = {"Accept": "text/html"}
NUMBER = "1Z204E380338943508"


@dataclass(frozen=True, slots=True)
class Held:
    """What a call answered, how long it took, and the longest wait of the probe meanwhile, in milliseconds."""

    name: str
    status: int
    took: float
    waited: float
    quiet: float

    @property
    def met(self) -> bool:
        return self.status < 400 and self.waited <= BAR + self.quiet

    def __str__(self) -> str:
        return f"{self.name}: {self.status} in {self.took:,.0f} ms; another waited {self.waited:.0f} ms at most"


def holds() -> Iterator[Held]:
    """Each control call that has much to do, beside the probe."""
    with attacked("--journal-size", str(REQUESTS), "--journal-megabytes", "256") as target:
        quiet = _waits(target, lambda: Event().wait(QUIET))[1]
        pinned, snapshot = scenario(), b""

        def held(name: str, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Held:
            nonlocal snapshot
            answers: list[tuple[int, bytes]] = []
            took, waited = _waits(
                target, lambda: answers.append(target.ask(method, f"/__admin{path}", headers or JSON, body))
            )
            ((status, content),) = answers
            snapshot = content if path.startswith("/snapshot") and method == "GET" else snapshot
            return Held(name, status, took, waited, quiet)

        yield held("the first control call", "GET", "/health")
        yield held("a scenario of 10,000 shipments for one key", "PUT", f"/scenario?key={KEY}", JSON, pinned)
        yield held("the same for all", "PUT", "/scenario", JSON, pinned)
        target.ask("GET", f"/v2/track/{NUMBER}", {"X-API-Key": KEY})
        yield held("its shipments", "GET", f"/shipments?key={KEY}")
        yield held("a page of them", "GET", f"/shipments?key={KEY}", HTML)
        yield held("a snapshot with them", "GET", f"/snapshot?key={KEY}")
        target.ask("POST", "/__admin/reset")
        small = scenario(1_000)
        target.ask("PUT", f"/__admin/scenario?key={KEY}", JSON, small)
        target.ask("GET", f"/__admin/snapshot?key={KEY}", JSON)
        yield held("a snapshot of 1,000 shipments", "GET", f"/snapshot?key={KEY}")
        yield held("the same put back", "PUT", f"/snapshot?key={KEY}", JSON, snapshot)
        _fill(target)
        yield held("one of 10,000 requests", "GET", f"/requests/{REQUESTS}")
        yield held("a page of requests that none fits", "GET", "/requests?text=nowhere", HTML)
        yield held("their violations", "GET", "/requests/violations?limit=1")
        yield held("a report on them", "GET", "/report")


def _waits(target: Target, work: Callable[[], object]) -> tuple[float, float]:
    """How long the work took, and the longest wait of a client that asked all the while, in milliseconds."""
    ended, longest = Event(), 0.0

    def probe() -> None:
        nonlocal longest
        connection = HTTPConnection("127.0.0.1", target.port, timeout=60)
        while not ended.is_set():
            began = perf_counter()
            target.on(connection, "GET", f"/v2/track/{NUMBER}", PROBE, b"")
            longest = max(longest, perf_counter() - began)
            ended.wait(0.002)

    thread = Thread(target=probe)
    thread.start()
    began = perf_counter()
    try:
        work()
    finally:
        took = perf_counter() - began
        ended.set()
        thread.join()
    return took * 1000, longest * 1000


def scenario(count: int = SHIPMENTS) -> bytes:
    """An order to play a scenario with so many shipments."""
    shipments = [{"tracking_number": f"RR{number:08}0GB", "status": "in_transit"} for number in range(count)]
    return json.dumps({"document": {"shipments": shipments}}).encode()


def _fill(target: Target) -> None:
    """Let the journal be full of refused requests."""
    connection = HTTPConnection("127.0.0.1", target.port, timeout=60)
    for number in range(REQUESTS):
        target.on(connection, "GET", f"/v2/track/{number}", PROBE, b"")

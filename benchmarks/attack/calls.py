"""The control calls that have much to do, in turn: whoever measures them makes the same."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

SHIPMENTS = 10_000
REQUESTS = 10_000  # in the journal
KEYS = 1_000
KEY = "tf_test_enterprise_held"
NUMBER = "1Z204E380338943508"
RULE = b'{"fault":{"type":"error","code":"internal_error"},"match":{"operation":"createWebhook"}}'
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class TriedCall:
    """One call of the control plane, and what is said of it."""

    name: str
    method: str
    path: str
    body: bytes = b""
    accept: str = "*/*"
    once: bool = False
    """Whether it is another call when it is made again."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", "Accept": self.accept}


def calls(ask: Callable[[TriedCall], bytes], track: Callable[[Iterable[tuple[str, str]]], None]) -> Iterator[TriedCall]:
    """Each call, once what it is about is there.

    `ask` makes one that is not measured, and gives its body; `track` has each key ask for each number.
    """
    yield TriedCall("the first control call", "GET", "/health", once=True)
    yield TriedCall("the first page", "GET", "/", accept=HTML, once=True)
    yield TriedCall("a scenario of 10,000 shipments for one key", "PUT", f"/scenario?key={KEY}", scenario(SHIPMENTS))
    yield TriedCall("the same for all", "PUT", "/scenario", scenario(SHIPMENTS))
    yield TriedCall("a new key in it", "POST", "/keys", b"{}")
    track([(KEY, NUMBER)])
    yield TriedCall("its shipments", "GET", f"/shipments?key={KEY}")
    yield TriedCall("a page of them", "GET", f"/shipments?key={KEY}", accept=HTML)
    yield TriedCall("a page about a key with them", "GET", f"/keys/{KEY}", accept=HTML)
    yield TriedCall("a snapshot with them", "GET", f"/snapshot?key={KEY}")
    yield TriedCall("all anew", "POST", "/reset", once=True)
    yield TriedCall("a scenario of 1,000 shipments", "PUT", f"/scenario?key={KEY}", scenario(1_000))
    taken = TriedCall("a snapshot of 1,000 shipments", "GET", f"/snapshot?key={KEY}")
    yield taken
    yield TriedCall("a snapshot of 1,000 shipments put back", "PUT", f"/snapshot?key={KEY}", ask(taken))
    ask(TriedCall("all anew", "POST", "/reset", once=True))
    track((KEY, str(number)) for number in range(REQUESTS))
    newest = json.loads(ask(TriedCall("the newest", "GET", f"/requests?key={KEY}&limit=1")))["requests"][0]["id"]
    yield TriedCall("one of 10,000 requests", "GET", f"/requests/{newest}")
    yield TriedCall("a page of requests that none fits", "GET", "/requests?text=nowhere", accept=HTML)
    yield TriedCall("a page about a key with them", "GET", f"/keys/{KEY}", accept=HTML)
    yield TriedCall("their violations", "GET", "/requests/violations?limit=1")
    yield TriedCall("a report on them", "GET", "/report")
    yield TriedCall("the contract as a page", "GET", "/docs", accept=HTML)
    yield TriedCall("a capsule of them", "GET", f"/capsule?key={KEY}")
    yield TriedCall("all anew", "POST", "/reset", once=True)
    track((f"{KEY}{number}", NUMBER) for number in range(KEYS))
    yield TriedCall("1,000 keys", "GET", "/keys")
    yield TriedCall("a page of reports on them", "GET", "/report", accept=HTML)
    yield TriedCall("metrics of them", "GET", "/metrics")
    yield TriedCall("a rule for all of them", "POST", "/faults", RULE)
    yield TriedCall("a shipment for all of them", "PUT", f"/shipments/{NUMBER}", b'{"status":"delivered"}')
    yield TriedCall("the clock of all of them", "PUT", "/clock", b'{"action":"advance","seconds":60}')
    taken = TriedCall("a snapshot of them", "GET", "/snapshot")
    yield taken
    yield TriedCall("the same put back", "PUT", "/snapshot", ask(taken))
    yield from told(ask, track)


def told(ask: Callable[[TriedCall], bytes], track: Callable[[Iterable[tuple[str, str]]], None]) -> Iterator[TriedCall]:
    """Those about many keys of which each has a webhook."""
    yield TriedCall("1,000 keys with a webhook each", "PUT", "/scenario", watched(), once=True)
    track((f"{KEY}{number}", NUMBER) for number in range(KEYS))
    yield TriedCall(
        "a shipment that a webhook of each hears of", "PUT", f"/shipments/{NUMBER}", b'{"status":"in_transit"}'
    )
    taken = TriedCall("a snapshot of them with webhooks", "GET", "/snapshot")
    yield taken
    yield TriedCall("that put back", "PUT", "/snapshot", ask(taken))
    yield TriedCall("an event of it", "POST", f"/shipments/{NUMBER}/events", b'{"type":"out_for_delivery"}')
    yield TriedCall(
        "it comes to pass for all", "POST", "/states", state("event occurs", tracking_number=NUMBER, type="transit")
    )
    yield TriedCall("a day for all of them", "PUT", "/clock", b'{"action":"advance","seconds":86400}')
    yield TriedCall("back for all of them", "PUT", "/clock", b'{"action":"reset"}')
    yield TriedCall("little quota for all of them", "POST", "/states", state("quota used", remaining=5))
    yield TriedCall("their webhooks", "GET", "/webhooks")
    yield TriedCall("their deliveries", "GET", "/deliveries")
    yield TriedCall("an event told to each", "POST", "/webhooks/trigger", trigger())
    yield TriedCall("the mock's health with them", "GET", "/health")
    yield TriedCall("their clocks", "GET", "/clock")
    yield TriedCall("no requests of them", "DELETE", "/requests")
    yield TriedCall("no shipment for them", "DELETE", f"/shipments/{NUMBER}", once=True)
    yield TriedCall("a scenario for all of them", "PUT", "/scenario", b'{"name":"flaky"}', once=True)
    yield TriedCall("all anew", "POST", "/reset", once=True)


def scenario(count: int) -> bytes:
    """An order to play a scenario with so many shipments."""
    shipments = [{"tracking_number": f"RR{number:08}0GB", "status": "in_transit"} for number in range(count)]
    return json.dumps({"document": {"shipments": shipments}}).encode()


def watched() -> bytes:
    """An order to play a scenario in which each key has a webhook; nobody listens there."""
    webhook = {"tracking_number": NUMBER, "url": "http://127.0.0.1:9/"}
    return json.dumps({"document": {"webhooks": [webhook]}}).encode()


def state(name: str, **params: object) -> bytes:
    """An order for a provider state."""
    return json.dumps({"state": name, "params": params}).encode()


def trigger() -> bytes:
    """An order to tell of an event."""
    return json.dumps({"number": NUMBER, "event": "tracking.updated"}).encode()

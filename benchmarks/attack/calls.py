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
class Call:
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


def calls(ask: Callable[[Call], bytes], track: Callable[[Iterable[tuple[str, str]]], None]) -> Iterator[Call]:
    """Each call, once what it is about is there.

    `ask` makes one that is not measured, and gives its body; `track` has each key ask for each number.
    """
    yield Call("the first control call", "GET", "/health", once=True)
    yield Call("the first page", "GET", "/", accept=HTML, once=True)
    yield Call("a scenario of 10,000 shipments for one key", "PUT", f"/scenario?key={KEY}", scenario(SHIPMENTS))
    yield Call("the same for all", "PUT", "/scenario", scenario(SHIPMENTS))
    yield Call("a new key in it", "POST", "/keys", b"{}")
    track([(KEY, NUMBER)])
    yield Call("its shipments", "GET", f"/shipments?key={KEY}")
    yield Call("a page of them", "GET", f"/shipments?key={KEY}", accept=HTML)
    yield Call("a page about a key with them", "GET", f"/keys/{KEY}", accept=HTML)
    yield Call("a snapshot with them", "GET", f"/snapshot?key={KEY}")
    yield Call("all anew", "POST", "/reset", once=True)
    yield Call("a scenario of 1,000 shipments", "PUT", f"/scenario?key={KEY}", scenario(1_000))
    taken = Call("a snapshot of 1,000 shipments", "GET", f"/snapshot?key={KEY}")
    yield taken
    yield Call("a snapshot of 1,000 shipments put back", "PUT", f"/snapshot?key={KEY}", ask(taken))
    ask(Call("all anew", "POST", "/reset", once=True))
    track((KEY, str(number)) for number in range(REQUESTS))
    newest = json.loads(ask(Call("the newest", "GET", f"/requests?key={KEY}&limit=1")))["requests"][0]["id"]
    yield Call("one of 10,000 requests", "GET", f"/requests/{newest}")
    yield Call("a page of requests that none fits", "GET", "/requests?text=nowhere", accept=HTML)
    yield Call("a page about a key with them", "GET", f"/keys/{KEY}", accept=HTML)
    yield Call("their violations", "GET", "/requests/violations?limit=1")
    yield Call("a report on them", "GET", "/report")
    yield Call("the contract as a page", "GET", "/docs", accept=HTML)
    yield Call("a capsule of them", "GET", f"/capsule?key={KEY}")
    yield Call("all anew", "POST", "/reset", once=True)
    track((f"{KEY}{number}", NUMBER) for number in range(KEYS))
    yield Call("1,000 keys", "GET", "/keys")
    yield Call("a page of reports on them", "GET", "/report", accept=HTML)
    yield Call("metrics of them", "GET", "/metrics")
    yield Call("a rule for all of them", "POST", "/faults", RULE)
    yield Call("a shipment for all of them", "PUT", f"/shipments/{NUMBER}", b'{"status":"delivered"}')
    yield Call("the clock of all of them", "PUT", "/clock", b'{"action":"advance","seconds":60}')
    taken = Call("a snapshot of them", "GET", "/snapshot")
    yield taken
    yield Call("the same put back", "PUT", "/snapshot", ask(taken))
    yield from told(ask, track)


def told(ask: Callable[[Call], bytes], track: Callable[[Iterable[tuple[str, str]]], None]) -> Iterator[Call]:
    """Those about many keys of which each has a webhook."""
    yield Call("1,000 keys with a webhook each", "PUT", "/scenario", watched(), once=True)
    track((f"{KEY}{number}", NUMBER) for number in range(KEYS))
    yield Call("a shipment that a webhook of each hears of", "PUT", f"/shipments/{NUMBER}", b'{"status":"in_transit"}')
    taken = Call("a snapshot of them with webhooks", "GET", "/snapshot")
    yield taken
    yield Call("that put back", "PUT", "/snapshot", ask(taken))
    yield Call("an event of it", "POST", f"/shipments/{NUMBER}/events", b'{"type":"out_for_delivery"}')
    yield Call(
        "it comes to pass for all", "POST", "/states", state("event occurs", tracking_number=NUMBER, type="transit")
    )
    yield Call("a day for all of them", "PUT", "/clock", b'{"action":"advance","seconds":86400}')
    yield Call("back for all of them", "PUT", "/clock", b'{"action":"reset"}')
    yield Call("little quota for all of them", "POST", "/states", state("quota used", remaining=5))
    yield Call("their webhooks", "GET", "/webhooks")
    yield Call("their deliveries", "GET", "/deliveries")
    yield Call("an event told to each", "POST", "/webhooks/trigger", trigger())
    yield Call("the mock's health with them", "GET", "/health")
    yield Call("their clocks", "GET", "/clock")
    yield Call("no requests of them", "DELETE", "/requests")
    yield Call("no shipment for them", "DELETE", f"/shipments/{NUMBER}", once=True)
    yield Call("a scenario for all of them", "PUT", "/scenario", b'{"name":"flaky"}', once=True)
    yield Call("all anew", "POST", "/reset", once=True)


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

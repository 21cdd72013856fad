"""The control calls that look at what is there, where there is more of it than anybody has: in one key, or of keys."""

import json
from collections.abc import Callable, Iterable, Iterator

from benchmarks.attack.calls import HTML, KEY, NUMBER, REQUESTS, RULE, TriedCall, scenario, state, trigger, watched

SHIPMENTS = 10_000
WEBHOOKS = 3_000
MESSAGES = 200  # in an inbox, which keeps no more
KEYS = 10_000
PAGES = (
    *("/", "/try", "/clock", "/faults", "/scenario", "/requests", "/requests/unmatched", "/requests/violations"),
    *("/shipments", "/webhooks", "/deliveries", "/inbox", "/report", "/docs", "/docs/guides/"),
)
TOLD = (
    *(
        "/health",
        "/ready",
        "/instances",
        "/version",
        "/settings",
        "/changes",
        "/keys",
        "/clock",
        "/faults",
        "/scenario",
    ),
    *("/scenarios", "/shipments", "/numbers", "/requests", "/requests/unmatched", "/requests/violations", "/report"),
    *("/metrics", "/webhooks", "/deliveries", "/inbox", "/snapshot", "/openapi.json", "/asyncapi.json", "/arazzo.json"),
)
Ask = Callable[[TriedCall], bytes]
Send = Callable[[str, str, dict[str, str], bytes], object]
"""Makes a client's call: method, target, headers and body."""


def of_one_key(ask: Ask, send: Send, signature: str) -> Iterator[TriedCall]:
    """Everything that can be looked at, where one key has thousands of things of each kind.

    `signature` is the header of deliveries that has one.
    """
    ask(TriedCall("shipments", "PUT", f"/scenario?key={KEY}", scenario(SHIPMENTS)))
    headers = {"x-api-key": KEY, "content-type": "application/json"}
    for number in range(WEBHOOKS):
        hook = {"tracking_number": f"RR{number:08}0GB", "url": "http://127.0.0.1:9/"}
        send("POST", "/v2/webhooks", headers, json.dumps(hook).encode())
    for number in range(REQUESTS):
        send("GET", f"/v2/track/{number}", headers, b"")
    for _ in range(MESSAGES):
        send("POST", "/__inbox/x", {signature: "sha256=" + "0" * 64}, b"{}")
    yield TriedCall("an inbox that none of 3,000 webhooks signed", "GET", "/inbox/x")
    yield TriedCall("the same as a page", "GET", "/inbox/x", accept=HTML)
    for time in ("later", "a day later"):
        yield TriedCall(f"a key's page, {time}", "GET", f"/keys/{KEY}", accept=HTML)
        yield TriedCall("its capsule", "GET", f"/capsule?key={KEY}")
        yield TriedCall("what comes to it in a year", "GET", f"/clock/upcoming?key={KEY}&seconds=31536000")
        yield from _looks("one key", f"?key={KEY}")
        yield from _looks("all, with it", "")
        yield TriedCall("a day for it", "PUT", f"/clock?key={KEY}", b'{"action":"advance","seconds":86400}', once=True)
    yield TriedCall("no requests of it", "DELETE", f"/requests?key={KEY}", once=True)
    yield TriedCall("it anew", "POST", f"/reset?key={KEY}", once=True)


def of_many_keys(ask: Ask, track: Callable[[Iterable[tuple[str, str]]], None]) -> Iterator[TriedCall]:
    """Everything that can be looked at, and what is done to all, where there are thousands of keys."""
    ask(TriedCall("webhooks", "PUT", "/scenario", watched(), once=True))
    track((f"{KEY}{number}", NUMBER) for number in range(KEYS))
    yield TriedCall("a rule for all", "POST", "/faults", RULE, once=True)
    yield TriedCall("an event told to each", "POST", "/webhooks/trigger", trigger(), once=True)
    yield TriedCall("a minute for all", "PUT", "/clock", b'{"action":"advance","seconds":60}', once=True)
    yield TriedCall("a shipment for all", "PUT", f"/shipments/{NUMBER}", b'{"status":"delivered"}', once=True)
    yield TriedCall("little quota for all", "POST", "/states", state("quota used", remaining=5))
    yield from _looks("10,000 keys", "")
    webhook = json.loads(ask(TriedCall("one", "GET", "/webhooks?limit=1")))["webhooks"][0]["webhook_id"]
    delivery = json.loads(ask(TriedCall("one", "GET", "/deliveries?limit=1")))["deliveries"][0]["id"]
    yield TriedCall("a delivery as a page", "GET", f"/deliveries/{delivery}", accept=HTML)
    yield TriedCall("a delivery again", "POST", f"/deliveries/{delivery}/replay", once=True)
    yield TriedCall("a webhook less", "DELETE", f"/webhooks/{webhook}", once=True)
    yield TriedCall("no rules", "DELETE", "/faults", once=True)
    yield TriedCall("no requests", "DELETE", "/requests", once=True)
    yield TriedCall("all anew", "POST", "/reset", once=True)


def _looks(about: str, query: str) -> Iterator[TriedCall]:
    for path in PAGES:
        yield TriedCall(f"{about}: page {path}", "GET", path + query, accept=HTML)
    for path in TOLD:
        yield TriedCall(f"{about}: {path}", "GET", path + query)

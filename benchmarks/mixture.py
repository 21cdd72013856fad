"""Requests as the users of many keys would mix them, each with what would be a right answer to it."""

import json
import re
import subprocess
import sys
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Any, TypeVar

from benchmarks.load import tracking_numbers
from benchmarks.servers import CHECKOUT, CONTRACT

# How many of a hundred keys have each plan: the smaller the plan, the more it has in the world.
SHARES = {"free": 50, "starter": 30, "growth": 15, "enterprise": 5}
# What is down at 127.0.0.1:9, the discard port, refuses at once; delivered shipments have nothing more to tell anyway.
NOBODY = "http://127.0.0.1:9/hook"
LANGUAGES = ("de", "fr-CA", "JA", "zh-CN", "ar", "tlh", "pt", "uk")
SLOW = "504"  # the scenario that takes half a minute
Item = TypeVar("Item")
FORCED = {"400": 400, "404": 404, "429": 429, "500": 500, "503": 503}


@dataclass(frozen=True, slots=True)
class LoadKey:
    """An API key and what its plan allows; None is without limit."""

    text: str
    plan: str
    minute: int | None
    day: int | None
    batch: int


@dataclass(frozen=True, slots=True)
class MixedRequest:
    """One request on the wire, the statuses that are right for it, and what a right answer's body contains.

    `key` pays `cost` lookups; it is None where nobody pays. Of a `breakable` one, faults may leave nothing to read.
    """

    kind: str
    content: bytes
    expected: frozenset[int]
    key: LoadKey | None = None
    cost: int = 1
    proof: bytes = b""
    breakable: bool = False


@dataclass(frozen=True, slots=True)
class ListedNumber:
    """A tracking number that forces an outcome, as the command line lists them."""

    carrier: str
    text: str
    scenario: str


def keys(amount: int) -> list[LoadKey]:
    """Keys of all plans, in the order of their appetite."""
    plans = {plan["name"]: plan for plan in json.loads((CONTRACT.parent / "plans.json").read_text())["plans"]}
    shares = Random(1).choices(list(SHARES), list(SHARES.values()), k=amount)
    return [
        LoadKey(
            f"tf_test_{name}_soak{place}",
            name,
            plans[name]["requests_per_minute"],
            plans[name]["requests_per_day"],
            plans[name]["batch_size"],
        )
        for place, name in enumerate(shares)
    ]


def magic_numbers() -> list[ListedNumber]:
    """All that `trackflow-mock numbers` prints, but those that answer late."""
    listing = subprocess.run(
        [sys.executable, "-m", "mock_server", "numbers"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    found = re.findall(r"^(\S+)\s+(\S+)\s+(\d{3})\s", listing.stdout, re.MULTILINE)
    return [ListedNumber(*row) for row in found if row[2] != SLOW]


class Mixture:
    """An endless mixture of requests for the keys, the same for the same chance and answers."""

    def __init__(self, known_keys: Sequence[LoadKey], chance: Random) -> None:
        self._keys = known_keys
        # A few keys ask often and many seldom, as everywhere; so some run dry and some never do.
        self._key_weights = list(accumulate((place + 10) ** -0.5 for place in range(len(known_keys))))
        self._chance = chance
        self._known = tracking_numbers(2000)
        magic = magic_numbers()
        self._lives = [each for each in magic if each.scenario not in FORCED]
        self._refused = [each for each in magic if each.scenario in FORCED]
        self._over = [each for each in magic if each.scenario == "004"]
        self._webhooks: defaultdict[str, list[str]] = defaultdict(list)
        self._makers = list(MAKERS)
        self._weights = list(accumulate(MAKERS.values()))

    def __iter__(self) -> Iterator[MixedRequest]:
        while True:
            maker = self._pick(self._makers, self._weights)
            yield maker(self, self._pick(self._keys, self._key_weights))

    def answered(self, request: MixedRequest, status: int, body: bytes) -> None:
        """Remember what an answer gave: the webhooks that can be deleted."""
        if request.kind == "create webhook" and request.key and status == 201:
            self._webhooks[request.key.text].append(json.loads(body)["webhook_id"])
        elif request.kind == "delete webhook" and request.key and status != 204:
            self._webhooks[request.key.text].append(request.content.split(b" ", 2)[1].rpartition(b"/")[2].decode())

    def track(self, key: LoadKey) -> MixedRequest:
        number = self._chance.choice(self._known)
        lang = f"?lang={self._chance.choice(LANGUAGES)}" if self._chance.random() < 0.2 else ""
        return _track("track", key, f"/v2/track/{number}{lang}", 200, number)

    def track_magic(self, key: LoadKey) -> MixedRequest:
        number = self._chance.choice(self._lives)
        return _track("track magic", key, f"/v2/track/{number.text}?carrier={number.carrier}", 200, number.text)

    def track_refused(self, key: LoadKey) -> MixedRequest:
        number = self._chance.choice(self._refused)
        return _track(
            "track refused", key, f"/v2/track/{number.text}?carrier={number.carrier}", FORCED[number.scenario]
        )

    def track_malformed(self, key: LoadKey) -> MixedRequest:
        number = self._chance.choice(("1Z%00", "%F0%9F%93%A6", "x", "A" * 51, "1Z!!"))
        return _track("track malformed", key, f"/v2/track/{number}", 400, "invalid_tracking_number")

    def track_wrong_carrier(self, key: LoadKey) -> MixedRequest:
        path = f"/v2/track/{self._chance.choice(self._known)}"
        carrier, code = self._chance.choice((("fedex", "invalid_tracking_number"), ("nobody", "invalid_request")))
        return _track("track wrong carrier", key, f"{path}?carrier={carrier}", 400, code)

    def track_unrecognised(self, key: LoadKey) -> MixedRequest:
        return _track("track unrecognised", key, f"/v2/track/{'Q' * self._chance.randint(12, 30)}", 404, "not_found")

    def batch(self, key: LoadKey) -> MixedRequest:
        size = self._chance.randint(1, key.batch)
        shipments: list[Any] = [{"tracking_number": self._chance.choice(self._known)} for _ in range(size)]
        if self._chance.random() < 0.5:
            number = self._chance.choice(self._refused)
            shipments[-1] = {"tracking_number": number.text, "carrier": number.carrier}
        proof = f'"count":{size},'
        content = _with_body("POST", "/v2/track/batch", key, {"shipments": shipments})
        return MixedRequest("batch", content, frozenset({200}), key, size, proof.encode(), breakable=key.minute is None)

    def batch_invalid(self, key: LoadKey) -> MixedRequest:
        bodies: Sequence[Any] = (
            {"shipments": [{"tracking_number": "1Z"}] * (key.batch + 1)},
            {"shipments": []},
            {"shipments": "1Z999AA10123456784"},
            {"shipments": [{}]},
            [],
            None,
        )
        content = _with_body("POST", "/v2/track/batch", key, self._chance.choice(bodies))
        return MixedRequest("batch invalid", content, frozenset({400}), key, 1, b"invalid_request", key.minute is None)

    def carriers(self, key: LoadKey) -> MixedRequest:
        return MixedRequest(
            "carriers", _plain("GET", "/v2/carriers", key.text), frozenset({200}), key, proof=b'"indiapost"'
        )

    def create_webhook(self, key: LoadKey) -> MixedRequest:
        number = self._chance.choice(self._over)
        body = {"tracking_number": number.text, "url": NOBODY, "events": ["delivered"]}
        content = _with_body("POST", "/v2/webhooks", key, body)
        return MixedRequest("create webhook", content, frozenset({201}), key, proof=number.text.encode())

    def delete_webhook(self, key: LoadKey) -> MixedRequest:
        waiting = self._webhooks[key.text]
        if not waiting:
            return self.create_webhook(key)
        content = _plain("DELETE", f"/v2/webhooks/{waiting.pop()}", key.text)
        return MixedRequest("delete webhook", content, frozenset({204}), key)

    def delete_unknown(self, key: LoadKey) -> MixedRequest:
        content = _plain("DELETE", f"/v2/webhooks/wh_{self._chance.getrandbits(64):x}", key.text)
        return MixedRequest("delete unknown", content, frozenset({404}), key, proof=b"not_found")

    def stranger(self, _: LoadKey) -> MixedRequest:
        key = self._chance.choice((None, "tf_test_revoked_1", "tf_test_gold_1", "x" * 300, "tf_live_free_"))
        path = f"/v2/track/{self._chance.choice(self._known)}"
        return MixedRequest("stranger", _plain("GET", path, key), frozenset({401}), proof=b"unauthorized")

    def lost(self, key: LoadKey) -> MixedRequest:
        path = self._chance.choice(("/", "/v1/carriers", "/v2/trak/1Z", "/v2/track/a/b/c", "/v2/webhooks/a/b"))
        return MixedRequest("lost", _plain("GET", path, key.text), frozenset({404}), proof=b"not_found")

    def wrong_method(self, key: LoadKey) -> MixedRequest:
        return MixedRequest("wrong method", wrong_method(key), frozenset({405}), key, 0, b"invalid_request")

    def _pick(self, items: Sequence[Item], weights: Sequence[float]) -> Item:
        return items[bisect(weights, self._chance.random() * weights[-1])]


MAKERS: Mapping[Callable[[Mixture, LoadKey], MixedRequest], int] = {
    Mixture.track: 44,
    Mixture.track_magic: 10,
    Mixture.track_refused: 4,
    Mixture.track_malformed: 4,
    Mixture.track_wrong_carrier: 3,
    Mixture.track_unrecognised: 3,
    Mixture.batch: 6,
    Mixture.batch_invalid: 3,
    Mixture.carriers: 1,
    Mixture.create_webhook: 5,
    Mixture.delete_webhook: 7,
    Mixture.delete_unknown: 2,
    Mixture.stranger: 4,
    Mixture.lost: 2,
    Mixture.wrong_method: 2,
}


def wrong_method(key: LoadKey) -> bytes:
    """A request that costs nothing and tells how many lookups are left."""
    return _plain("PUT", "/v2/carriers", key.text)


def _track(kind: str, key: LoadKey, target: str, status: int, proof: str = "") -> MixedRequest:
    content = _plain("GET", target, key.text)
    return MixedRequest(kind, content, frozenset({status}), key, 1, proof.encode(), breakable=key.minute is None)


def _plain(method: str, target: str, key: str | None) -> bytes:
    shown = "" if key is None else f"X-API-Key: {key}\r\n"
    return f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{shown}\r\n".encode()


def _with_body(method: str, target: str, key: LoadKey, value: Any) -> bytes:
    body = b"{" if value is None else json.dumps(value).encode()
    head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key.text}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

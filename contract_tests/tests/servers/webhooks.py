"""Subscriptions."""

from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from contract_tests.tests.servers.clock import Clock, instant
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.shipments import status_class

TROUBLE = frozenset({"exception", "failed_attempt", "returned"})


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    key: str
    number: str
    carrier: str | None
    url: str
    events: tuple[str, ...]
    secret: str
    created_at: str

    def body(self) -> Body:
        return {
            "success": True,
            "webhook_id": self.id,
            "tracking_number": self.number,
            "carrier": self.carrier,
            "url": self.url,
            "events": list(self.events),
            "secret": self.secret,
            "created_at": self.created_at,
        }


class Webhooks:
    """Every subscription that is alive."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.alive: dict[str, Subscription] = {}
        self.count = 0
        self.lock = Lock()

    def create(self, key: Key, number: str, carrier: str | None, url: str, events: tuple[str, ...]) -> Subscription:
        with self.lock:
            self.count += 1
            word, at = self.word(self.count), instant(self.clock.now())
            subscription = Subscription(self.id(word), key.text, number, carrier, url, events, self.secret(word), at)
            self.alive[subscription.id] = subscription
            return subscription

    def word(self, count: int) -> str:
        return sha256(f"webhook {count}".encode()).hexdigest()[:24]

    def id(self, word: str) -> str:
        return f"wh_{word}"

    def secret(self, word: str) -> str:
        return f"whsec_{sha256(word.encode()).hexdigest()[:32]}"

    def delete(self, key: Key, webhook_id: str) -> None:
        """End a subscription of this key; raises not_found."""
        with self.lock:
            found = self.alive.get(webhook_id)
            if found is None or not self.owns(key, found):
                raise RefusalError("not_found", f"This key has no webhook {webhook_id!r}.")
            self.forget(webhook_id)

    def owns(self, key: Key, subscription: Subscription) -> bool:
        return subscription.key == key.text

    def forget(self, webhook_id: str) -> None:
        self.alive.pop(webhook_id, None)

    def knows(self, webhook_id: str) -> bool:
        return webhook_id in self.alive

    def listening(self, number: str) -> tuple[Subscription, ...]:
        with self.lock:
            return tuple(each for each in self.alive.values() if each.number == number)

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        """The subscription's filter lets such an event through."""
        fitting = {"all"}
        if status_class(event_type) == "delivered":
            fitting.add("delivered")
        if status_class(event_type) in TROUBLE:
            fitting.add("exception")
        return bool(fitting.intersection(subscription.events))

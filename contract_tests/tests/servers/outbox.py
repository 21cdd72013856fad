"""Deliveries: built, signed, sent, and repeated."""

import heapq
import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Condition, Thread
from urllib.parse import urlsplit

from contract_tests.tests.servers.clock import Clock, instant
from contract_tests.tests.servers.messages import Body, dump
from contract_tests.tests.servers.webhooks import TROUBLE, Subscription, Webhooks

ATTEMPTS, FIRST_DELAY, TIMEOUT = 14, 30, 10.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """One message to one receiver; `due` and `first` are Unix seconds, `attempt` counts from 1."""

    due: float
    serial: int
    first: float
    attempt: int
    webhook_id: str
    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...]


class Outbox:
    """Sends in the background, so that no request waits for a receiver."""

    method = "POST"

    def __init__(self, clock: Clock, webhooks: Webhooks, changes: Sequence[Callable[[Body], None]]) -> None:
        self.clock, self.webhooks, self.changes = clock, webhooks, changes
        self.waiting: list[Delivery] = []
        self.serial = 0
        self.signal = Condition()
        self.thread: Thread | None = None
        self.closed = False
        self.under_way = 0

    def post(self, subscription: Subscription, event_type: str, data: Body) -> None:
        """Deliver an event to a subscription, now and as often as it takes."""
        with self.signal:
            self.serial += 1
            serial = self.serial
        payload = self.payload(subscription, event_type, data, serial)
        for change in self.changes:
            change(payload)
        body, now = dump(payload), self.clock.now()
        headers = tuple(self.headers(subscription, body).items())
        self.put(Delivery(now, serial, now, 1, subscription.id, subscription.url, body, headers))

    def payload(self, subscription: Subscription, event_type: str, data: Body, serial: int) -> Body:
        return {
            "id": self.event_id(subscription, serial),
            "type": self.type(event_type),
            "created_at": instant(self.clock.now()),
            "webhook_id": subscription.id,
            "data": data,
        }

    def event_id(self, subscription: Subscription, serial: int) -> str:
        return "evt_" + sha256(f"event {serial}".encode()).hexdigest()[:24]

    def type(self, event_type: str) -> str:
        if event_type == "delivered":
            return "tracking.delivered"
        return "tracking.exception" if event_type in TROUBLE else "tracking.updated"

    def headers(self, subscription: Subscription, body: bytes) -> dict[str, str]:
        return {"Content-Type": "application/json", "X-TrackFlow-Signature": self.signature(subscription, body)}

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return "sha256=" + hmac.new(subscription.secret.encode(), body, sha256).hexdigest()

    def put(self, delivery: Delivery) -> None:
        with self.signal:
            if self.thread is None:
                self.thread = Thread(target=self.run, daemon=True)
                self.thread.start()
            heapq.heappush(self.waiting, delivery)
            self.signal.notify_all()

    def wake(self) -> None:
        """Look at the clock again: it was moved."""
        with self.signal:
            self.signal.notify_all()

    def close(self) -> None:
        with self.signal:
            self.closed = True
            self.signal.notify_all()

    def run(self) -> None:
        while (delivery := self.take()) is not None:
            Thread(target=self.attempt, args=(delivery,), daemon=True).start()

    def take(self) -> Delivery | None:
        """The next delivery that is due, once it is; None when closed."""
        with self.signal:
            while not self.closed:
                ahead = self.waiting[0].due - self.clock.now() if self.waiting else None
                if ahead is not None and ahead <= 0:
                    self.under_way += 1
                    return heapq.heappop(self.waiting)
                self.signal.wait(ahead)
        return None

    def settle(self, timeout: float) -> bool:
        """Wait until every delivery that is due was tried; false after `timeout` seconds."""
        with self.signal:
            return self.signal.wait_for(lambda: not self.under_way and not self.due(), timeout)

    def due(self) -> bool:
        return bool(self.waiting) and self.waiting[0].due <= self.clock.now()

    def attempt(self, delivery: Delivery) -> None:
        try:
            if self.live(delivery):
                self.judge(delivery, self.send(delivery))
        finally:
            with self.signal:
                self.under_way -= 1
                self.signal.notify_all()

    def judge(self, delivery: Delivery, status: int | None) -> None:
        """End the subscription, or try again later, or be content."""
        again = None if self.succeeded(status) or status == 410 else self.again(delivery)
        if status == 410:
            self.webhooks.forget(delivery.webhook_id)
        if again is not None:
            self.put(again)

    def live(self, delivery: Delivery) -> bool:
        return self.webhooks.knows(delivery.webhook_id)

    def succeeded(self, status: int | None) -> bool:
        return status is not None and 200 <= status < 300

    def again(self, delivery: Delivery) -> Delivery | None:
        """The same delivery, due 30 s after the first attempt, then 60 s later, doubling; None after 14."""
        if delivery.attempt >= ATTEMPTS:
            return None
        due = delivery.first + FIRST_DELAY * (2**delivery.attempt - 1)
        return replace(delivery, due=due, attempt=delivery.attempt + 1)

    def send(self, delivery: Delivery) -> int | None:
        """The receiver's status; None if it gave none."""
        answer = self.call(delivery)
        return answer.status if answer else None

    def call(self, delivery: Delivery) -> HTTPResponse | None:
        """The head of the receiver's answer, if it gave one. Other machines are never called."""
        url = urlsplit(delivery.url)
        if url.hostname not in LOOPBACK or url.scheme != "http":
            return None
        connection = HTTPConnection(url.hostname, url.port or 80, timeout=TIMEOUT)
        with suppress(OSError, HTTPException):
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request(self.method, target, delivery.body, dict(delivery.headers))
            answer = connection.getresponse()
            connection.close()
            return answer
        connection.close()
        return None

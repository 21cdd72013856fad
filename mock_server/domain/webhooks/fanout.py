"""Fan-out: what happens to shipments becomes deliveries to who wants to hear of it."""

import logging
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import inf
from typing import Any

from mock_server.domain.randomness import stream
from mock_server.domain.shipments.calendar import DAY
from mock_server.domain.webhooks.delivery import Delivery, DeliveryPlan, DeliveryState, Signature
from mock_server.domain.webhooks.events import WebhookEvent, encode, event_id
from mock_server.domain.webhooks.queue import DeliveryQueue
from mock_server.domain.webhooks.records import Saved
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.domain.webhooks.terms import DeliveryTerms
from mock_server.domain.webhooks.watches import Find, Mark, News, Watch, Watches, WatchKey, key_of

LANGUAGE = "en"
MOST_TELLING = 10_000  # events that wait for their deliveries to be made
SLACK = 1.0  # seconds by which two threads, or a machine's clock that is corrected, may see time go backwards
LONGEST_HOLD = DAY  # seconds that a delivery waits to be overtaken

log = logging.getLogger(__name__)

Handle = Callable[[Subscription, Mapping[str, Any]], DeliveryPlan]


class Fanout:
    """One sandbox's fanout; ids are drawn from seed and key, so a run repeats."""

    def __init__(
        self, terms: DeliveryTerms, queue: DeliveryQueue, find: Find, handle: Handle, *, seed: int, key: str
    ) -> None:
        """`find` knows the shipments, `handle` says what goes wrong with a subscription's delivery of an event."""
        self._terms = terms
        self._queue = queue
        self._records = queue.records
        self._watches = Watches(find)
        self._handle = handle
        self._seed, self._key = seed, key
        self.made = 0
        self.announced = 0
        # Events whose deliveries are being made, one after the other.
        self._telling: deque[Iterator[Delivery]] = deque()
        self._held: dict[str, list[Delivery]] = {}  # by subscription, what waits to be overtaken
        self.seen = -inf  # the sandbox's newest instant
        self._lock = queue.lock

    def subscribe(self, subscription: Subscription) -> None:
        """Report what happens to its shipment from the instant of its creation on."""
        with self._lock:
            self._watches.add(subscription, subscription.created_at)

    def restore(self, saved: Saved) -> None:
        """Go on where the records stop."""
        with self._lock:
            self.seen, self.made, self.announced = saved.seen, saved.counts.deliveries, saved.counts.announced
            for each in saved.webhooks:
                self._watches.add(each, min(each.created_at, saved.seen), saved.told.get(key_of(each)))

    def told(self) -> Mapping[WatchKey, Mark]:
        """Up to where the news of each watched shipment have been told."""
        with self._lock:
            return self._watches.told()

    def forget(self, subscription: Subscription) -> None:
        """Report nothing more to the subscription."""
        with self._lock:
            self._watches.remove(subscription)
            self._held.pop(subscription.webhook_id, None)

    def next_due(self) -> float | None:
        """The sandbox's instant at which there is something to report; None while the queue is full."""
        with self._lock:
            if self._queue.full:
                return None
            return self.seen if self._telling else self._watches.next()

    def stirs(self, now: float) -> bool:
        """Whether `collect` has anything to do at that instant."""
        with self._lock:
            due = self.next_due()
            return (due is not None and due <= now) or now < self.seen - SLACK

    def collect(self, now: float, steps: int) -> bool:
        """Report what has happened by now, in at most so many steps; whether there is more to report.

        A step is a delivery or a look at a shipment, which takes about as long.
        """
        with self._lock:
            self.notice(now)
            for _ in range(steps):
                due = self.next_due()
                if due is None or due > now:
                    return False
                if self._telling:
                    if self._next() is None:
                        self._telling.popleft()
                elif found := self._watches.take(now):
                    self._tell(*found)
            return (self.next_due() or inf) <= now

    def _next(self) -> Delivery | None:
        """The next delivery of the event that is being told; None if there are no more, or it went wrong."""
        try:
            return next(self._telling[0], None)
        except Exception as error:  # noqa: BLE001 - one event that cannot be told must not stop the others
            self._queue.trouble(f"an event could not be told: {type(error).__name__}: {error}", error)
            return None

    def catch_up(self, number: str, carrier: str, now: float) -> None:
        """See all that has happened to one shipment, before it becomes another one."""
        with self._lock:
            self.notice(now)
            for watch in self._watches.of(number, carrier):
                while news := self._watches.tell(watch, now):
                    self._tell(watch, news)

    def announce(self, number: str, carrier: str, events: Iterable[News], now: float) -> None:
        """Report events of a shipment that has just become another one; what is to come of it follows in its time."""
        with self._lock:
            watches = tuple(self._watches.of(number, carrier))
            for watch in watches:
                self._watches.retell(watch, (now, inf))
            if len(self._telling) >= MOST_TELLING:
                log.warning("let go of an event of %s: %d others are still to be told", number, len(self._telling))
                return
            for news in events:
                self.announced += 1
                for watch in watches:
                    mark = f"announced-{self.announced}"
                    told = tuple(watch.subscriptions.values())
                    self._telling.append(self._deliveries(watch, told, news, now, mark))
            self._telling.extend(self._noted(watch) for watch in watches)

    def order(self, subscription: Subscription, event_type: str, data: Mapping[str, Any], now: float) -> list[Delivery]:
        """Report an event of that type that somebody asked for, whatever the filter says, with those facts."""
        with self._lock:
            self.announced += 1
            return self._write(subscription, event_type, data, now, f"ordered-{self.announced}")

    def notice(self, now: float) -> None:
        """See what time it is in the sandbox; where it is earlier than it was, what is to come is to come again."""
        with self._lock:
            if now < self.seen - SLACK:
                for watch in self._watches.rewind(now):
                    self._records.told(watch.place, watch.told)
                self._queue.rewind(self.seen, now)
                self.seen = now
            self.seen = max(self.seen, now)

    def _tell(self, watch: Watch, news: News) -> None:
        at = news.event.at
        told = tuple(watch.told_of(at))
        self._telling.append(self._deliveries(watch, told, news, at, str(news.place)))
        self._telling.append(self._noted(watch))

    def _deliveries(
        self, watch: Watch, told: Iterable[Subscription], news: News, at: float, mark: str
    ) -> Iterator[Delivery]:
        """Deliveries of one event, made one by one; a webhook that is deleted meanwhile gets none."""
        phrase, events = news.event.phrase, self._terms.events
        data = news.tracked.facts(LANGUAGE)
        for each in told:
            if each.webhook_id in watch.subscriptions and events.lets_through(each.events, phrase.status):
                yield from self._write(each, events.type_of(phrase.status), data, at, f"{mark}-{phrase.words}")

    def _noted(self, watch: Watch) -> Iterator[Delivery]:
        """No delivery, but a note of what has been told by then."""
        self._records.told(watch.place, watch.told)
        yield from ()

    def _write(
        self, subscription: Subscription, event_type: str, data: Mapping[str, Any], at: float, mark: str
    ) -> list[Delivery]:
        """The deliveries of one event to one subscription, in the queue."""
        webhook_id = subscription.webhook_id
        told = WebhookEvent(event_id(self._seed, self._key, webhook_id, at, mark), event_type, at, webhook_id, data)
        value, body, flaw = self._written(told)
        plan = self._handle(subscription, value)
        if plan.event is not None and plan.event is not value:
            body = encode(plan.event)
        if plan.dropped or flaw:
            ended = self._delivery(subscription, told, told.id, body, plan)
            state, note = (DeliveryState.FAILED, flaw) if flaw else (DeliveryState.DROPPED, "dropped by a fault rule")
            copies = [ended.ended(state, note)]
        else:
            copies = self._copies(subscription, told, body, plan)
        for copy in copies:
            self._queue.post(copy)
        for held in self._held.pop(webhook_id, ()):
            self._queue.postpone(held.id, copies[0].due or at)
        if plan.overtaken and not plan.dropped:
            self._held[webhook_id] = copies
        return copies

    def _copies(
        self, subscription: Subscription, told: WebhookEvent, body: bytes, plan: DeliveryPlan
    ) -> list[Delivery]:
        """As many deliveries of an event as it is to have, all with its id unless they are renamed."""
        named = [(told.id, body)] * plan.copies
        if plan.renamed:
            for place in range(1, plan.copies):
                known_as = event_id(self._seed, told.id, place)
                named[place] = known_as, encode(plan.edited(self._terms.events.value(told, known_as)))
        return [self._delivery(subscription, told, each, written, plan) for each, written in named]

    def _delivery(
        self, subscription: Subscription, told: WebhookEvent, known_as: str, body: bytes, plan: DeliveryPlan
    ) -> Delivery:
        return Delivery(
            id=self._next_id(),
            event_id=known_as,
            type=told.type,
            webhook_id=subscription.webhook_id,
            tracking_number=subscription.tracking_number,
            url=subscription.url,
            created_at=told.created_at,
            body=body,
            secret=self._secret(subscription, plan.signature),
            due=told.created_at + (LONGEST_HOLD if plan.overtaken else 0.0) + plan.delay,
            flawed=plan.signature is Signature.BAD,
            faults=plan.faults,
            media_type=plan.media_type,
        )

    def _written(self, event: WebhookEvent) -> tuple[Mapping[str, Any], bytes, str | None]:
        """An event as a value, what is sent of it, and why nothing can be."""
        try:
            value = self._terms.events.value(event)
            return value, encode(value), None
        except Exception as error:  # noqa: BLE001 - an overlay can ask for what no event has; it is told with the delivery
            flaw = f"the body could not be written: {type(error).__name__}: {error}"
            self._queue.trouble(f"a delivery of {event.webhook_id} failed here: {flaw}", error)
            return {}, b"", flaw

    def _secret(self, subscription: Subscription, signature: Signature) -> str | None:
        """What signs a delivery."""
        if signature is Signature.MISSING:
            return None
        if signature is Signature.FOREIGN:
            draw = stream(self._seed, self._key, "foreign secret", subscription.webhook_id)
            return f"whsec_{b64encode(draw.randbytes(24)).decode()}"
        return subscription.secret

    def _next_id(self) -> str:
        self.made += 1
        return f"dlv_{stream(self._seed, self._key, 'delivery', self.made).randbytes(12).hex()}"

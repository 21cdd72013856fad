"""One sandbox's webhooks, from a subscription to the last attempt at its last delivery."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NoReturn

from mock_server.contract.errors import ApiError
from mock_server.domain.clock import Clock, Course, still
from mock_server.domain.webhooks.delivery import Attempt, Delivery
from mock_server.domain.webhooks.fanout import Fanout, Handle
from mock_server.domain.webhooks.queue import DeliveryQueue
from mock_server.domain.webhooks.records import Counts, Records, Saved
from mock_server.domain.webhooks.subscriptions import Subscription, Subscriptions
from mock_server.domain.webhooks.terms import DeliveryTerms
from mock_server.domain.webhooks.watches import Find, News

DELETED = "the webhook was deleted"


class Webhooks:
    """Who is told, what is to be told, and what came of it; safe to use from several threads."""

    def __init__(
        self,
        terms: DeliveryTerms,
        clock: Clock,
        find: Find,
        handle: Handle,
        *,
        seed: int,
        key: str,
        records: Records | None = None,
        note: Callable[[str, Any, int], object] = lambda *_: None,
    ) -> None:
        """`find` knows the shipments, `handle` says what goes wrong with a subscription's delivery of an event.

        `note` is told what has an effect and comes by itself or from a receiver: kind, value, and bytes of it.
        """
        self.terms = terms
        self.records = records or Records()
        self.subscriptions = Subscriptions(seed, key)
        self.queue = DeliveryQueue(terms.rules, self.records)
        self.on_subscribed: list[Callable[[], object]] = []
        self._clock = clock
        self._note = note
        self._subscribing = False
        self._fanout = Fanout(terms, self.queue, find, handle, seed=seed, key=key)

    @property
    def idle(self) -> bool:
        """Whether nobody is subscribed and nothing is left to deliver."""
        return not len(self.subscriptions) and self.queue.finished

    def subscribe(self, tracking_number: str, carrier: str | None, url: str, events: tuple[str, ...]) -> Subscription:
        """A webhook that is told what happens from now on; ApiError `invalid_request` if there are too many."""
        subscription = self.subscriptions.create(tracking_number, carrier, url, events, self._clock.now())
        self._fanout.subscribe(subscription)
        self.records.subscribed(subscription)
        self.commit()
        if self.records.problem:  # what is not kept is not promised
            self.subscriptions.delete(subscription.webhook_id)
            self._fanout.forget(subscription)
            self._refuse()
        self._subscribing = True
        for told in self.on_subscribed:
            told()
        self._subscribing = False
        return subscription

    def unsubscribe(self, webhook_id: str, why: str = DELETED) -> None:
        """End a webhook and what is pending for it; ApiError `not_found` if this key has none of that id."""
        subscription = self.subscriptions.find(webhook_id)
        self.records.unsubscribed(webhook_id)
        self.commit()
        if self.records.problem:
            self._refuse()
        self.subscriptions.delete(webhook_id)
        self._fanout.forget(subscription)
        self.queue.cancel(webhook_id, why)
        self.commit()

    def catch_up(self, number: str, carrier: str) -> None:
        """Make the deliveries of all that has happened to a shipment, before it becomes another one."""
        self._fanout.catch_up(number, carrier, self._clock.now())

    def announce(self, number: str, carrier: str, events: Iterable[News]) -> None:
        """Make the deliveries of events of a shipment that has just become another one."""
        self._fanout.announce(number, carrier, events, self._clock.now())
        self.commit()

    def order(self, number: str, event_type: str, status: str, data: Mapping[str, Any]) -> list[Delivery]:
        """Deliveries of an event that did not happen, to the number's webhooks whose filter lets the status through."""
        ordered = [
            delivery
            for each in self._hearing(number, status)
            for delivery in self._fanout.order(each, event_type, data, self._clock.now())
        ]
        self.commit()
        return ordered

    def hears(self, number: str, status: str) -> bool:
        """Whether any webhook of the number has a filter that lets the status through."""
        return any(True for _ in self._hearing(number, status))

    def _hearing(self, number: str, status: str) -> Iterator[Subscription]:
        for each in self.subscriptions.all():
            if each.tracking_number == number and self.terms.events.lets_through(each.events, status):
                yield each

    def collect(self, steps: int) -> bool:
        """Make the deliveries of what has happened, in at most so many steps; whether there are more to make.

        They are in the records when this returns, and so is what came of the attempts before.
        """
        with still(self._clock):
            now = self._clock.now()
            if self._fanout.stirs(now):
                self._note("collect", (steps, self._subscribing), 0)
            more = self._fanout.collect(now, steps)
        self.commit()
        return more

    def notice(self) -> None:
        """See what time it is, before it is another."""
        self._fanout.notice(self._clock.now())

    def take(self) -> Delivery | None:
        """The delivery whose attempt is due, under way until it is settled; None if none is."""
        with still(self._clock):
            taken = self.queue.take(self._clock.now())
            if taken:
                self._note("take", taken.id, 0)
        return taken

    def settle(self, delivery_id: str, attempt: Attempt, wait: float = 0.0, *, blocked: bool = False) -> None:
        """Take in what came of an attempt, as `DeliveryQueue.settle`; it may have ended the webhook."""
        before = self.queue.find(delivery_id)
        delivery = self.queue.settle(delivery_id, attempt, wait, blocked=blocked)
        self._note("attempt", (before, attempt, wait, blocked), len(delivery.body) + len(attempt.answer_body))
        if attempt.status in self.terms.rules.ends_on_status and not attempt.replay:
            with suppress(ApiError):  # it is deleted already
                self.unsubscribe(delivery.webhook_id, f"the receiver answered {attempt.status}")

    def fail(self, delivery_id: str, note: str) -> None:
        """End a delivery that cannot be made, as `DeliveryQueue.fail`."""
        self.queue.fail(delivery_id, note)
        self._note("fail", (delivery_id, note), len(note))

    def next_due(self) -> float | None:
        """The sandbox's instant at which there is something to do."""
        instants = (self._fanout.next_due(), self.queue.next_due())
        return min((instant for instant in instants if instant is not None), default=None)

    def pending(self) -> int:
        """How many deliveries are due or under way; shipments that have not been looked at yet count as one."""
        now, look = self._clock.now(), self._fanout.next_due()
        return self.queue.pending(now) + (look is not None and look <= now)

    def restore(self, saved: Saved) -> None:
        """Go on where the records stop: what was under way then is due."""
        self.subscriptions.restore(saved.webhooks, saved.counts.subscriptions)
        self._fanout.restore(saved)
        for delivery in saved.deliveries:
            self.queue.restore(delivery)

    def saved(self, key: str, course: Course) -> Saved:
        """All of it, for a key whose clock takes that course."""
        fanout = self._fanout
        with self.queue.lock:
            counts = Counts(self.subscriptions.created, fanout.made, fanout.announced)
            return Saved(key, course, fanout.seen, counts, self.subscriptions.all(), fanout.told(), self.queue.all())

    def moved(self) -> None:
        """The sandbox's clock takes another course."""
        if self.subscriptions.all():
            self.records.moved()
            self.commit()

    def _refuse(self) -> NoReturn:
        """The refusal of what the records cannot keep, and which has therefore not happened."""
        refusal = self.records.refusal()
        refusal.detail = f"{refusal.detail}; nothing has changed"
        raise refusal

    def commit(self) -> None:
        """Let the records be kept."""
        fanout = self._fanout
        self.records.commit(fanout.seen, Counts(self.subscriptions.created, fanout.made, fanout.announced))

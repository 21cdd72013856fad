"""DeliveryQueue: one sandbox's deliveries, those that wait, those under way, and what has come of the rest."""

import logging
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from threading import RLock

from mock_server.domain.webhooks.delivery import Attempt, Delivery, DeliveryState
from mock_server.domain.webhooks.records import Records
from mock_server.domain.webhooks.terms import DeliveryRules

KEPT = 1_000  # finished deliveries that can be looked at
TROUBLES = 20  # that can be looked at
MOST_UNTRIED = 50_000  # deliveries that wait for their first attempt before it is called full; about 100 MB
MOST_PENDING = 60_000  # deliveries, above which one that fails is not repeated

log = logging.getLogger(__name__)


class DeliveryQueue:
    """Deliveries by id, oldest first; safe to use from several threads."""

    def __init__(self, rules: DeliveryRules, records: Records | None = None) -> None:
        self.lock = RLock()
        self.rules = rules
        self.records = records or Records()
        self._deliveries: dict[str, Delivery] = {}
        self._waiting: list[tuple[float, int, str]] = []
        self._turns = count(1)
        self._pending: dict[str, int] = {}  # the turn of each delivery that is not finished; 0 while it is under way
        self._of_webhook: dict[str, dict[str, None]] = {}  # those by their webhook
        self._under_way = 0
        self._untried: set[str] = set()
        self._finished: dict[str, None] = {}
        self.states: Counter[DeliveryState] = Counter()
        """How many there are in each state, of those that are still known."""
        self.troubles: deque[str] = deque(maxlen=TROUBLES)
        """What went wrong here, and not at a receiver, newest last."""
        self.troubled = 0

    @property
    def full(self) -> bool:
        """Whether so many deliveries wait for their first attempt that no more should be made for now."""
        return len(self._untried) >= MOST_UNTRIED

    @property
    def finished(self) -> bool:
        """Whether no delivery waits for an attempt or is under way."""
        return not self._pending

    def find(self, delivery_id: str) -> Delivery | None:
        return self._deliveries.get(delivery_id)

    def all(self) -> tuple[Delivery, ...]:
        """Every delivery that is still known, oldest first."""
        with self.lock:
            return tuple(self._deliveries.values())

    def post(self, delivery: Delivery) -> None:
        """Take in a delivery."""
        with self.lock:
            self.restore(delivery)
            self.records.delivery(delivery)

    def restore(self, delivery: Delivery) -> None:
        """Take in a delivery that is in the records."""
        with self.lock:
            if delivery.state is DeliveryState.PENDING and not delivery.attempts:
                self._untried.add(delivery.id)
            self._place(delivery)

    def postpone(self, delivery_id: str, due: float) -> None:
        """Let a delivery that waits become due at that instant, after all that is due then already."""
        with self.lock:
            if self._pending.get(delivery_id):
                self._keep(replace(self._deliveries[delivery_id], due=due))

    def cancel(self, webhook_id: str, note: str) -> None:
        """Nothing more is delivered to that subscription; what is under way cannot be taken back."""
        with self.lock:
            for each in tuple(self._of_webhook.get(webhook_id, ())):
                self._keep(self._deliveries[each].ended(DeliveryState.CANCELLED, note))

    def trouble(self, text: str, error: BaseException | None = None) -> None:
        """Something went wrong here that stops nothing else; health tells."""
        self.troubles.append(text)
        self.troubled += 1
        log.error("%s", text, exc_info=error)

    def fail(self, delivery_id: str, note: str) -> None:
        """End a delivery that cannot be made; one that has ended before stays as it is."""
        with self.lock:
            delivery = self._deliveries.get(delivery_id)
            if delivery and delivery.state is DeliveryState.PENDING:
                self._untried.discard(delivery_id)
                self._keep(delivery.ended(DeliveryState.FAILED, note))

    def next_due(self) -> float | None:
        """The sandbox's instant of the next attempt."""
        with self.lock:
            while self._waiting and self._pending.get(self._waiting[0][2]) != self._waiting[0][1]:
                heappop(self._waiting)
            return self._waiting[0][0] if self._waiting else None

    def take(self, now: float) -> Delivery | None:
        """The delivery whose attempt is due, under way until it is settled; None if none is."""
        with self.lock:
            due = self.next_due()
            if due is None or due > now:
                return None
            delivery_id = heappop(self._waiting)[2]
            self._pending[delivery_id] = 0
            self._under_way += 1
            return self._deliveries[delivery_id]

    def settle(self, delivery_id: str, attempt: Attempt, wait: float = 0.0, *, blocked: bool = False) -> Delivery:
        """The delivery after an attempt.

        `wait` is for how many seconds of the sandbox's clock the receiver asks to be left alone; an attempt that was
        blocked is the last. LookupError for a delivery that has been forgotten.
        """
        with self.lock:
            delivery = self._judged(self._deliveries[delivery_id].after(attempt), attempt, wait, blocked=blocked)
            self.records.attempt(delivery, attempt)
            if attempt.replay and delivery.state is DeliveryState.PENDING:
                self._deliveries[delivery_id] = delivery  # it goes on as it would have
                return delivery
            self._untried.discard(delivery_id)
            return self._keep(delivery)

    def pending(self, now: float) -> int:
        """How many deliveries are due by now, or under way; looks at no others."""
        with self.lock:
            return self._under_way + sum(self._pending.get(name) == turn for turn, name in self._due(now))

    def retrying(self, now: float) -> int:
        """How many deliveries that were attempted wait for another attempt, later than now."""
        with self.lock:
            waiting = (self._deliveries[each] for each, turn in self._pending.items() if turn)
            return sum(bool(each.attempts) and each.due is not None and each.due > now for each in waiting)

    def _due(self, now: float) -> Iterator[tuple[int, str]]:
        """What of the schedule is due by now, from the top of the heap down."""
        places = [0]
        while places:
            place = places.pop()
            if place < len(self._waiting) and self._waiting[place][0] <= now:
                yield self._waiting[place][1:]
                places += (2 * place + 1, 2 * place + 2)

    def rewind(self, before: float, now: float) -> None:
        """The sandbox's clock was set back: what was to come in so many seconds still is."""
        with self.lock:
            for delivery in [self._deliveries[each] for each, turn in self._pending.items() if turn]:
                due = delivery.due or before
                self._keep(replace(delivery, due=min(due, now + max(0.0, due - before))))

    def _judged(self, delivery: Delivery, attempt: Attempt, wait: float, *, blocked: bool) -> Delivery:
        if attempt.succeeded and (attempt.replay or delivery.state is DeliveryState.PENDING):
            return delivery.ended(DeliveryState.DELIVERED)
        if attempt.replay or delivery.state is not DeliveryState.PENDING:  # it may have been cancelled meanwhile
            return delivery
        if blocked:
            return delivery.ended(DeliveryState.BLOCKED, attempt.problem)
        if attempt.status in self.rules.ends_on_status:
            return delivery.ended(
                DeliveryState.FAILED, f"the receiver answered {attempt.status}, which ends the webhook"
            )
        delay = self.rules.delay(delivery.tries)
        if delay is None:
            return delivery.ended(DeliveryState.FAILED, f"attempt {delivery.tries} was the last")
        if len(self._pending) > MOST_PENDING:
            return delivery.ended(DeliveryState.FAILED, f"not repeated, because {MOST_PENDING} deliveries wait")
        return replace(delivery, due=attempt.at + max(delay, min(wait, self.rules.longest_seconds)))

    def _keep(self, delivery: Delivery) -> Delivery:
        """Put a delivery that has changed where it belongs now."""
        self.records.delivery(delivery)
        return self._place(delivery)

    def _place(self, delivery: Delivery) -> Delivery:
        if before := self._deliveries.get(delivery.id):
            self.states[before.state] -= 1
        self.states[delivery.state] += 1
        self._deliveries[delivery.id] = delivery
        self._under_way -= self._pending.get(delivery.id) == 0
        if delivery.state is DeliveryState.PENDING and delivery.due is not None:
            self._of_webhook.setdefault(delivery.webhook_id, {})[delivery.id] = None
            turn = self._pending[delivery.id] = next(self._turns)
            heappush(self._waiting, (delivery.due, turn, delivery.id))
            return delivery
        self._pending.pop(delivery.id, None)
        self._left(delivery)
        self._untried.discard(delivery.id)
        self._finished[delivery.id] = None
        while len(self._finished) > KEPT:
            oldest = next(iter(self._finished))
            self.states[self._deliveries[oldest].state] -= 1
            del self._finished[oldest], self._deliveries[oldest]
            self.records.forgotten(oldest)
        return delivery

    def _left(self, delivery: Delivery) -> None:
        """It is none of those that its webhook waits for."""
        waiting = self._of_webhook.get(delivery.webhook_id)
        if waiting and delivery.id in waiting:
            del waiting[delivery.id]
            if not waiting:
                del self._of_webhook[delivery.webhook_id]

"""Records: what a sandbox writes down of its webhooks, so that a mock that starts again goes on where it stopped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.domain.clock import Course
from mock_server.domain.shipments.source import Identity
from mock_server.domain.steps import Steps, finished
from mock_server.domain.webhooks.delivery import Attempt, Delivery
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.domain.webhooks.watches import Mark, WatchKey


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each there have been, which the ids of the next follow from."""

    subscriptions: int = 0
    deliveries: int = 0
    announced: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """One sandbox as its records have it.

    `seen` is its newest instant. `told` has the mark up to which the news of each watched shipment have been told,
    `pins` are shipments as schemas/shipment.schema.json writes them, and `begun` is when the whole lives began that it
    has seen. `standing` is what the store has written of everything else.
    """

    key: str
    course: Course
    seen: float = -inf
    counts: Counts = Counts()
    webhooks: Sequence[Subscription] = ()
    told: Mapping[WatchKey, Mark] = field(default_factory=dict)
    deliveries: Sequence[Delivery] = ()
    pins: Sequence[tuple[Identity, dict[str, Any]]] = ()
    begun: Sequence[tuple[Identity, float]] = ()
    standing: str | None = None

    def enter(self, records: "Records") -> None:
        """Write all of it into records that have nothing yet."""
        finished(self._entering(records))

    def entering(self, records: "Records", wanted: Callable[[], bool]) -> Steps[None]:
        """The same step by step, as long as it is wanted.

        Where something else is written meanwhile, which may be newer, all is written anew.
        """
        written, records.partial = records.written, True
        for _ in self._entering(records):
            written = records.written
            yield
            if not wanted():
                return
            if records.written != written:
                records.renew()
                break
        records.keep(all_of_it=False)

    def _entering(self, records: "Records") -> Steps[None]:
        for subscription in self.webhooks:
            records.subscribed(subscription)
            yield
        for place, mark in self.told.items():
            records.told(place, mark)
            yield
        for delivery in self.deliveries:
            records.delivery(delivery)
            attempted = replace(delivery, attempts=())
            for attempt in delivery.attempts:
                attempted = attempted.after(attempt)
                records.attempt(attempted, attempt)
            yield
        for identity, wish in self.pins:
            records.pinned(identity, wish)
            yield
        for identity, instant in self.begun:
            records.began(identity, instant)
            yield
        records.partial = False
        records.moved()
        records.commit(self.seen, self.counts)


class Records:
    """Where one sandbox writes; nothing is sure to be kept before the next `commit`, and then all of it is.

    `moved` says that the clock takes another course. These keep nothing.
    """

    problem: str | None = None
    """Why what was committed last is not kept; the next commit tries again, with all that there is."""
    written = 0
    """How often anything was."""
    pending = False
    """Whether the next call has to keep something, whatever it is: that the sandbox is there, or that a life began."""
    partial = False
    """Whether what was written so far is only a part of the sandbox, so that a commit writes all there is."""

    def subscribed(self, subscription: Subscription) -> None: ...
    def unsubscribed(self, webhook_id: str) -> None: ...
    def told(self, place: WatchKey, mark: Mark) -> None: ...
    def delivery(self, delivery: Delivery) -> None: ...
    def attempt(self, delivery: Delivery, attempt: Attempt) -> None: ...
    def forgotten(self, delivery_id: str) -> None: ...
    def pinned(self, identity: Identity, wish: dict[str, Any] | None) -> None: ...
    def began(self, identity: Identity, instant: float) -> None: ...
    def moved(self) -> None: ...
    def commit(self, seen: float, counts: Counts) -> None: ...

    def keep(self, *, all_of_it: bool) -> str | None:
        """Keep what the sandbox stands in, if that has changed; why that could not be.

        With `all_of_it`, also what could not be kept before.
        """

    def renew(self) -> None:
        """Write all there is anew."""

    def refusal(self) -> ApiError:
        """The refusal of what could not be kept."""
        return ApiError("internal_error", self.problem, verbatim=True)

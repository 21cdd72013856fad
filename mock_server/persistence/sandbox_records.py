"""What one sandbox writes down, wherever that is kept."""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from weakref import ReferenceType, ref

from mock_server.contract.errors import ApiError
from mock_server.domain.clock import Course
from mock_server.domain.shipments.source import Identity
from mock_server.domain.webhooks.delivery import Attempt, Delivery
from mock_server.domain.webhooks.records import Counts, Records, Saved
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.domain.webhooks.watches import Mark, WatchKey
from mock_server.persistence.pages import NotKeptError, Pages
from mock_server.persistence.snapshots import parts
from mock_server.persistence.snapshots.worlds import standing
from mock_server.world import World

log = logging.getLogger(__name__)


class SandboxRecords(Records):
    """One sandbox's records on the pages of a store."""

    def __init__(self, pages: Pages, course: Callable[[], Course]) -> None:
        self.pages = pages
        self._course = course
        self._dirty = False
        self.problem: str | None = None
        self._renewing = False
        self._followed: ReferenceType[World] | None = None  # the world has these, and they do not hold it
        self._alone: Callable[[World], bool] = lambda _: False
        self._turn: object = None  # what the sandbox stood in when it was last kept
        self._told = False  # whether the log has the problem
        self.pending = True
        self._scenario = ""

    def follow(self, world: World, alone: Callable[[World], bool]) -> None:
        """From now on each commit has what that world stands in as well, if that has changed."""
        self._followed, self._alone = ref(world), alone

    @property
    def _world(self) -> World | None:
        return self._followed() if self._followed else None

    def renew(self) -> None:
        """Write all there is anew, as for a store that has lost it."""
        if world := self._world:
            self.problem = self.problem or f"the {self.pages.kind} has lost it"
            self._dirty = True
            world.webhooks.commit()

    def keep(self, *, all_of_it: bool) -> str | None:
        world = self._world
        if world is None or not (self.pending or _turn(world) != self._turn or (all_of_it and self.problem)):
            return None
        self._dirty = True
        world.webhooks.commit()
        return self.problem

    def subscribed(self, subscription: Subscription) -> None:
        row = {
            "id": subscription.webhook_id,
            "tracking_number": subscription.tracking_number,
            "carrier": subscription.carrier,
            "url": subscription.url,
            "events": json.dumps(subscription.events),
            "secret": subscription.secret,
            "created_at": subscription.created_at,
        }
        self._write(lambda: self.pages.put("webhooks", row))

    def unsubscribed(self, webhook_id: str) -> None:
        self._write(lambda: self.pages.drop("webhooks", webhook_id))

    def told(self, place: WatchKey, mark: Mark) -> None:
        (number, carrier), (instant, within) = place, mark
        row = {"number": number, "carrier": carrier or "", "instant": instant, "place": within}
        self._write(lambda: self.pages.put("told", row))

    def delivery(self, delivery: Delivery) -> None:
        row = {
            "id": delivery.id,
            "event_id": delivery.event_id,
            "type": delivery.type,
            "webhook_id": delivery.webhook_id,
            "tracking_number": delivery.tracking_number,
            "url": delivery.url,
            "created_at": delivery.created_at,
            "body": delivery.body,
            "secret": delivery.secret,
            "due": delivery.due,
            "flawed": delivery.flawed,
            "faults": json.dumps(delivery.faults),
            "state": delivery.state,
            "note": delivery.note,
            "media_type": delivery.media_type,
        }
        self._write(lambda: self.pages.put("deliveries", row))

    def attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        told = asdict(attempt)
        body = told.pop("answer_body")
        row = {"delivery": delivery.id, "number": len(delivery.attempts), "told": json.dumps(told), "body": body}
        self._write(lambda: self.pages.put("attempts", row))

    def forgotten(self, delivery_id: str) -> None:
        self._write(lambda: self.pages.drop("attempts", delivery_id))
        self._write(lambda: self.pages.drop("deliveries", delivery_id))

    def pinned(self, identity: Identity, wish: dict[str, Any] | None) -> None:
        carrier, number = identity
        if wish is None:
            self._write(lambda: self.pages.drop("pins", carrier, number))
        else:
            row = {"carrier": carrier, "number": number, "wish": json.dumps(wish)}
            self._write(lambda: self.pages.put("pins", row))

    def began(self, identity: Identity, instant: float) -> None:
        carrier, number = identity
        self.pending = True
        self._write(lambda: self.pages.put("begun", {"carrier": carrier, "number": number, "instant": instant}))

    def moved(self) -> None:
        """The sandbox's clock takes another course; kept with the next commit."""
        self._dirty = True

    def commit(self, seen: float, counts: Counts) -> None:
        """Keep what was written; where it could not be, everything anew, until that works."""
        if not self._dirty:
            return
        if (self.problem or self.partial) and (world := self._world) and not self._renewing:
            self._renew(world.recorded())
            return
        self._finish(seen, counts)

    def refusal(self) -> ApiError:
        """The refusal of what could not be kept."""
        if self.pages.passing:
            return ApiError("carrier_unavailable", self.problem, verbatim=True, retry_after=1.0)
        return super().refusal()

    def _renew(self, saved: Saved) -> None:
        """Write all there is of the sandbox anew."""
        self.problem, self._turn, self.partial = None, None, False
        try:
            self.pages.clear()
        except NotKeptError as error:
            self._fail(error)
            return
        self._renewing = True
        saved.enter(self)
        self._renewing = False

    def _finish(self, seen: float, counts: Counts) -> None:
        row = {"course": json.dumps(asdict(self._course())), "seen": seen, **asdict(counts)}
        world = self._world
        turn = _turn(world) if world else None
        if world and turn != self._turn:
            row["standing"] = self._standing(world)
        self._keep(lambda: self.pages.world(row))
        if self.problem:
            return
        try:
            self.pages.commit()
        except NotKeptError as error:
            self._fail(error)
        else:
            self._dirty = self._told = self.pending = False
            self._turn = turn

    def _standing(self, world: World) -> str:
        """What the world stands in, as text; its scenario, in which much can be, is the same as long as it lives."""
        text = json.dumps(standing(world, alone=False))
        if not self._alone(world):
            return text
        if not self._scenario:
            self._scenario = json.dumps(parts.scenario(world.scenario))
        return f'{text[:-1]}, "scenario": {self._scenario}}}'

    def _write(self, change: Callable[[], None]) -> None:
        """One of the things of which there may be many, and which are counted."""
        self.written += 1
        self._keep(change)

    def _keep(self, change: Callable[[], None]) -> None:
        self._dirty = True
        if self.problem:  # the commit writes everything anew
            return
        try:
            change()
        except NotKeptError as error:
            self._fail(error)

    def _fail(self, error: NotKeptError) -> None:
        """What is kept is behind what the sandbox knows; whoever must be sure looks at `problem`."""
        self.pages.undo()
        if not (self._told or error.told):
            log.error("the %s cannot be written: %s", self.pages.name, error)
        self._told = True
        self.problem = f"the {self.pages.kind} cannot be written: {error}"


def follow(world: World, alone: Callable[[World], bool]) -> None:
    """Let the world's records have what it stands in, from the next commit on."""
    records = world.webhooks.records
    if isinstance(records, SandboxRecords):
        records.follow(world, alone)


def renew(world: World) -> None:
    """Write all that the world is anew, as for a store that has lost it."""
    records = world.webhooks.records
    if isinstance(records, SandboxRecords):
        records.renew()


def _turn(world: World) -> object:
    """What changes whenever the world stands in something else."""
    return world.quota.usage(), world.faults.turns, world.clock.course

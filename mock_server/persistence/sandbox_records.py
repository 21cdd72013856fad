"""What one sandbox writes down in the state file."""

import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from mock_server.domain.clock import Course
from mock_server.domain.shipments.source import Identity
from mock_server.domain.webhooks.delivery import Attempt, Delivery
from mock_server.domain.webhooks.records import Counts, Records, Saved
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.domain.webhooks.watches import Mark, WatchKey
from mock_server.persistence.database import Database

log = logging.getLogger(__name__)


class SandboxRecords(Records):
    """One sandbox's records in the file."""

    def __init__(self, database: Database, key: str, course: Callable[[], Course]) -> None:
        self._database = database
        self._key = key
        self._course = course
        self._dirty = False
        self.problem: str | None = None
        self.whole: Callable[[], Saved] | None = None
        self._renewing = False
        self._standing: str | None = None
        self.turn: object = None
        """What the sandbox stood in when it was last kept."""
        self._told = False  # whether the log has the problem

    def subscribed(self, subscription: Subscription) -> None:
        self._write(
            "INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            subscription.webhook_id,
            self._key,
            subscription.tracking_number,
            subscription.carrier,
            subscription.url,
            json.dumps(subscription.events),
            subscription.secret,
            subscription.created_at,
        )

    def unsubscribed(self, webhook_id: str) -> None:
        self._write("DELETE FROM webhooks WHERE id = ?", webhook_id)

    def told(self, place: WatchKey, mark: Mark) -> None:
        number, carrier = place
        self._write("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?)", self._key, number, carrier or "", *mark)

    def delivery(self, delivery: Delivery) -> None:
        self._write(
            "INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET due = excluded.due, state = excluded.state, note = excluded.note",
            delivery.id,
            self._key,
            delivery.event_id,
            delivery.type,
            delivery.webhook_id,
            delivery.tracking_number,
            delivery.url,
            delivery.created_at,
            delivery.body,
            delivery.secret,
            delivery.due,
            delivery.flawed,
            json.dumps(delivery.faults),
            delivery.state,
            delivery.note,
        )

    def attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        told = asdict(attempt)
        body = told.pop("answer_body")
        self._write(
            "INSERT INTO attempts VALUES (?, ?, ?, ?)", delivery.id, len(delivery.attempts), json.dumps(told), body
        )

    def forgotten(self, delivery_id: str) -> None:
        self._write("DELETE FROM attempts WHERE delivery = ?", delivery_id)
        self._write("DELETE FROM deliveries WHERE id = ?", delivery_id)

    def pinned(self, identity: Identity, wish: dict[str, Any] | None) -> None:
        if wish is None:
            self._write("DELETE FROM pins WHERE key = ? AND carrier = ? AND number = ?", self._key, *identity)
        else:
            self._write("INSERT OR REPLACE INTO pins VALUES (?, ?, ?, ?)", self._key, *identity, json.dumps(wish))

    def began(self, identity: Identity, instant: float) -> None:
        self._write("INSERT OR REPLACE INTO begun VALUES (?, ?, ?, ?)", self._key, *identity, instant)

    def commit(self, seen: float, counts: Counts) -> None:
        """Keep what was written; where it could not be, everything anew, until that works."""
        if not self._dirty:
            return
        if self.problem and self.whole and not self._renewing:
            self._renew(self.whole())
            return
        self._finish(seen, counts)

    def _renew(self, saved: Saved) -> None:
        """Write all there is of the sandbox anew."""
        self.problem = None
        try:
            self._database.clear(self._key)
        except sqlite3.Error as error:
            self._fail(error)
            return
        self._renewing = True
        saved.enter(self)
        self._renewing = False

    def _finish(self, seen: float, counts: Counts) -> None:
        self._write(
            "INSERT INTO worlds VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET course = excluded.course,"
            " seen = excluded.seen, subscriptions = excluded.subscriptions, deliveries = excluded.deliveries,"
            " announced = excluded.announced, standing = coalesce(excluded.standing, standing)",
            self._key,
            json.dumps(asdict(self._course())),
            seen,
            counts.subscriptions,
            counts.deliveries,
            counts.announced,
            self._standing,
        )
        if self.problem:
            return
        try:
            self._database.commit()
        except sqlite3.Error as error:
            self._fail(error)
        else:
            self._dirty = self._told = False

    def stands(self, standing: str) -> None:
        """What the sandbox stands in; kept with the next commit."""
        self._standing, self._dirty = standing, True

    def moved(self) -> None:
        """The sandbox's clock takes another course; kept with the next commit."""
        self._dirty = True

    def _write(self, statement: str, *values: object) -> None:
        self._dirty = True
        if self.problem:  # the commit writes everything anew
            return
        try:
            self._database.write(statement, *values)
        except sqlite3.Error as error:
            self._fail(error)

    def _fail(self, error: sqlite3.Error) -> None:
        """The file is behind what the sandbox knows; whoever must be sure looks at `problem`."""
        self._database.undo()
        if not self._told:
            log.error("the state file %s cannot be written: %s", self._database.path, error)
        self._told = True
        self.problem = f"the state file cannot be written: {error}"

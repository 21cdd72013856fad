"""One key's world."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from threading import RLock
from types import MappingProxyType
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.domain.clients.journal import Journal
from mock_server.domain.clock import SandboxClock, still
from mock_server.domain.plans import Account
from mock_server.domain.quota import Quota
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.journey import Event, Journey, TrackedShipment
from mock_server.domain.shipments.phrases import Phrase
from mock_server.domain.shipments.pinned import Pin, as_if_said, wish_of, with_event
from mock_server.domain.shipments.source import Identity, Shipments, identity
from mock_server.domain.steps import Steps
from mock_server.domain.webhooks.records import Records, Saved
from mock_server.domain.webhooks.watches import News, tracked_at
from mock_server.domain.webhooks.webhooks import Webhooks
from mock_server.faults.active import ActiveFaults
from mock_server.faults.rulebook import RuleBook
from mock_server.faults.scenarios import NONE as NO_SCENARIO
from mock_server.faults.scenarios import Scenario
from mock_server.world.found import FoundShipment
from mock_server.world.foundation import Foundation
from mock_server.world.hearing import handling, note, pinned, watched
from mock_server.world.history import Beginning

NO_PINS: Mapping[Identity, Pin] = MappingProxyType({})
COLLECTED = 10  # deliveries that a world makes ready at once, before it is written down


class World:
    """One key's world: its clock, quota, shipments, webhooks, faults and journal."""

    def __init__(
        self,
        foundation: Foundation,
        account: Account,
        scenario: Scenario = NO_SCENARIO,
        *,
        pins: Mapping[Identity, Pin] = NO_PINS,
        books: Sequence[RuleBook] = (),
        clock: SandboxClock | None = None,
        journal: Journal | None = None,
        records: Records | None = None,
        saved: Saved | None = None,
    ) -> None:
        """A world with the seed, limits and webhooks of the scenario.

        `pins` are its shipments, shared by many worlds and never changed, `books` its fault rules, first those that are
        its alone; `clock` is a copy of the server's if none is given, `journal` one that nobody shares. With what was
        `saved` of it in its `records` it goes on where it stopped. FormError for a webhook of the scenario that cannot
        be.
        """
        self.foundation = foundation
        self.scenario = scenario
        self.books = books = books or (RuleBook(),)
        self.account = replace(account, plan=foundation.plan(account.plan, scenario))
        self.seed = foundation.seed(scenario)
        self.clock = clock or foundation.clock.copy()
        self.quota = Quota(self.account.plan, self.clock)
        self.shipments = Shipments(self.seed, foundation.source)
        self.faults = ActiveFaults(self.clock, foundation.specification.headers, books, self.seed, account.chance)
        self.journal = Journal(foundation.settings.journal_size) if journal is None else journal
        # Parts of it know others, and none the world: what is let go of is free at once.
        self.note = partial(note, self.clock, self.journal)
        self._watched = partial(watched, foundation, self.shipments)
        self.webhooks = Webhooks(
            foundation.terms,
            self.clock,
            self._watched,
            partial(handling, foundation.terms.operation, self.faults),
            seed=self.seed,
            key=account.chance,
            records=records,
            note=self.note,
        )
        self.shipments.on_begun = self.webhooks.records.began
        self.mortal = False  # whether its key is good for a time only
        self.opened = 0.0  # the instant of real time at which it came into use
        self.kept = False  # whether it outlives the process
        self.resumed: float | None = None  # the instant of real time at which it went on from what was kept of it
        self.used = 0  # the turn at which it was last asked for: the higher, the later
        self._lock = RLock()
        self.shipments.begin_with(pins, self.clock.now())
        rules = tuple(rule for rule, _ in self.faults.rules())
        course = saved.course if saved else self.clock.course
        self.beginning = Beginning(self.clock.base.now(), course, pins, rules, saved)
        self.faults.on_changed = partial(self.note, "rules")
        if saved:
            self._restore(saved)
            return
        for text, carrier, webhook in foundation.watched(scenario):
            events = tuple(dict.fromkeys(webhook.get("events", ("all",))))
            self.webhooks.subscribe(text, carrier, webhook["url"], events)

    def look_up(self, text: str, carrier_code: str | None) -> FoundShipment:
        """The shipment of a number as it is now; ApiError if there is none, or if the number forces an error."""
        now, place = self.clock.now(), (self.seed, text, carrier_code)
        known = self.foundation.found_shipments.get(place)
        if known and known.since <= now < known.tracked.until and not self.shipments.own:
            return known
        number = self.foundation.recognise(text, carrier_code)
        scenario = self.foundation.scenario(number)
        pinned = self.shipments.pinned(number)
        if scenario and scenario.error and not pinned:
            raise ApiError(scenario.error, scenario.does, injected=f"number-{scenario.scenario}")
        tracked = self.shipments.find(number, now).at(now)
        pause = scenario.delay_seconds if scenario and not pinned else 0.0
        if pinned or self.foundation.source.lives_once(number):
            return FoundShipment(tracked, None, now, pause)
        found_shipment = FoundShipment(tracked, (self.seed, number.carrier.code, number.text, *tracked.key), now, pause)
        self.foundation.found_shipments.put(place, found_shipment)
        return found_shipment

    def begin(self, number: TrackingNumber) -> None:
        """Let the number's whole life begin now, if it has one that has not: somebody waits for it."""
        if self.foundation.source.lives_once(number):
            self.shipments.find(number, self.clock.now())

    def pin(self, pin: Pin, *, newest: bool | None = None) -> Journey:
        """From now on, the number stands for this shipment here; ValueError for a status that no life leads to.

        Subscriptions are told its `newest` event, if that is new, or else each one that is; unless it is said, all
        where the pin names events.
        """
        newest = "events" not in pin.wish if newest is None else newest
        number = pin.number
        with still(self.clock), self._lock:
            now = self.clock.now()
            journey = pin.journey(self.shipments.seed, self.foundation.source, now)
            before = self._watched((number.text, number.carrier.code), now)
            self._replace(number, journey)
            known = {(event.at, event.phrase.words) for event in before.at(now).events} if before else set()
            seen = journey.at(now)
            first = seen.seen - 1 if newest else 0
            new = [
                News(event, seen if place == seen.seen - 1 else tracked_at(journey, place), place)
                for place, event in enumerate(journey.events[: seen.seen])
                if place >= first and (event.at, event.phrase.words) not in known
            ]
            self.webhooks.announce(number.text, number.carrier.code, new)
            self.note("pin", pin)
        return journey

    def unpin(self, number: TrackingNumber, instead: Pin | None = None) -> bool:
        """Let the number stand for what everybody finds, or for another shipment; whether it had one of its own."""
        with still(self.clock), self._lock:
            pinned = self.shipments.pinned(number)
            now, source = self.clock.now(), self.foundation.source
            self._replace(number, instead.journey(self.shipments.seed, source, now) if instead else None)
            self.webhooks.announce(number.text, number.carrier.code, ())
            self.note("unpin", number)
        return pinned

    def leave(self, remaining: int) -> None:
        """Let so many lookups remain in each window of the quota, or all where one has fewer."""
        with still(self.clock):
            self.quota.leave(remaining)
            self.note("quota", remaining)

    def happen(self, number: TrackingNumber, record: Mapping[str, Any], *, anew: bool = False) -> Event:
        """An event that was not to come, written as in schemas/shipment.schema.json.

        ValueError if it has happened, or if nothing follows what has; `anew` lets the number have another life then.
        """
        with still(self.clock), self._lock:
            now = self.clock.now()
            journey, event = with_event(
                self.shipments.find(number, now),
                record,
                self.foundation.phrases,
                now,
                ends=self.foundation.specification.final_statuses,
                anew=anew,
            )
            self._replace(number, journey)
            new = [News(event, journey.at(now), 0)] if event.at <= now else []
            self.webhooks.announce(number.text, number.carrier.code, new)
            self.note("event", (number, record, anew))
        return event

    def as_if_said(self, number: TrackingNumber, phrase: Phrase) -> TrackedShipment:
        """The shipment as it would be known if its carrier said that now; it stays as it is."""
        now = self.clock.now()
        ends = self.foundation.specification.final_statuses
        return as_if_said(self.shipments.find(number, now), phrase, now, ends=ends)

    def saved_later(self) -> Steps[Callable[[], Saved]]:
        """All that `saved` may say of a world, once what is due of its webhooks has been made ready.

        It is written out whenever it is called for, in whatever thread. Step by step, some deliveries in each.
        """
        while self.webhooks.collect(COLLECTED):
            yield
        return self.noticed()

    def recorded(self) -> Saved:
        """All that `saved` may say of a world now."""
        return self.noticed()()

    def noticed(self) -> Callable[[], Saved]:
        """What `recorded` says of this moment, written out whenever it is called for, in whatever thread."""
        saved = self.webhooks.saved(self.account.key, self.clock.course)
        own, begun = tuple(self.shipments.own.items()), list(self.shipments.seen().items())
        looked_at = self.shipments.looked_at

        def recorded() -> Saved:
            pins = [(key, wish_of(looked_at(pinned))) for key, pinned in own]
            return replace(saved, pins=pins, begun=begun)

        return recorded

    def _restore(self, saved: Saved) -> None:
        """Go on where the records stop."""
        self.clock.change(lambda *_: saved.course)
        now, foundation = self.clock.now(), self.foundation
        for named, wish in saved.pins:
            self.shipments.pin_later(named, partial(pinned, foundation, self.seed, named, wish, now))
        for (carrier, text), instant in saved.begun:
            self.shipments.see(foundation.recognise(text, carrier), instant)
        self.webhooks.restore(saved)

    def _replace(self, number: TrackingNumber, journey: Journey | None) -> None:
        """Let the number stand for another shipment, once everything is told of the one before."""
        self.webhooks.catch_up(number.text, number.carrier.code)
        if journey:
            self.shipments.pin(journey)
        else:
            self.shipments.unpin(number)
        self.webhooks.records.pinned(identity(number), wish_of(journey) if journey else None)

    def language(self, tag: str | None) -> str:
        """The language that a BCP 47 tag gets, English if there is none."""
        return self.foundation.language(tag or "")

"""Everything that one request can see or change: a world of its own for each API key."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any

from mock_server.contract.documents import fixture
from mock_server.contract.errors import ApiError
from mock_server.contract.forms import FormError
from mock_server.contract.specification import Specification
from mock_server.domain import magic
from mock_server.domain.carriers import CarrierDirectory, TrackingNumber
from mock_server.domain.clock import Change, Clock, Course, SandboxClock, SystemClock, from_text
from mock_server.domain.dispatch import Dispatch
from mock_server.domain.journal import Archive, Entry, Journal, backwards, masked
from mock_server.domain.journeys import Event, Journey, Snapshot
from mock_server.domain.mailing import Mailing
from mock_server.domain.mailroom import Mailroom
from mock_server.domain.news import News, snapshot
from mock_server.domain.phrases import Phrases
from mock_server.domain.pins import Pin, wish_of, with_event
from mock_server.domain.places import Places
from mock_server.domain.plans import Account, Accounts, Plan
from mock_server.domain.quota import Quota
from mock_server.domain.randomness import stream
from mock_server.domain.recent import Recent
from mock_server.domain.records import Records, Saved
from mock_server.domain.shipments import Identity, Shipments, identity
from mock_server.domain.watches import Place
from mock_server.domain.webhooks import Subscription
from mock_server.faults import scenarios
from mock_server.faults.books import RuleBook
from mock_server.faults.fault import Delivery as Handling
from mock_server.faults.matching import Subject
from mock_server.faults.rules import Count, Rule, Vocabulary
from mock_server.faults.sandbox import Faults
from mock_server.faults.scenarios import NONE as NO_SCENARIO
from mock_server.faults.scenarios import Scenario
from mock_server.settings import Settings

if TYPE_CHECKING:
    from mock_server.state import StateFile  # SQLite takes a while to import, and is not always asked for

FAULT_HEADER = "X-Mock-Fault"
MOST_COLLECTED = 1_000_000  # steps in which a world makes its deliveries ready to be written down
REMEMBERED = 8192  # numbers whose carrier and scenario are not worked out again

log = logging.getLogger(__name__)


class Foundation:
    """What every world stands on and none can change: the contract, the data, the settings, the server's clock."""

    def __init__(self, settings: Settings, base_clock: Clock | None = None) -> None:
        """DocumentError says what is wrong with a file, ValueError what is wrong with a setting."""
        self.settings = settings
        self.specification = Specification.load(settings.overlay)
        self._windows = self.specification.extension("x-quota")["windows"]
        self._plans = {record["name"]: record for record in self.specification.plans}
        plans = [Plan.from_record(record, self._windows) for record in self._plans.values()]
        self.accounts = Accounts(plans, settings.default_plan, self.specification.extension("x-keys"))
        self.carriers = CarrierDirectory(
            fixture("carriers.json"),
            fixture("number_formats.json"),
            self.specification.extension("x-detection-priority"),
        )
        self.magic = magic.MagicNumbers(fixture("magic_numbers.json"), self.carriers)
        self.phrases = Phrases(fixture("phrases.json"), self.specification.status_of_event)
        self.dispatch = Dispatch(
            Places(fixture("places.json")),
            self.phrases,
            fixture("journeys.json"),
            staged=self._staged,
            documented=self.specification.documented_shipment,
        )
        self.vocabulary = Vocabulary.of(self.specification, self.carriers)
        self.mailing = Mailing.from_document(
            self.specification.document,
            first_delay=settings.webhook_retry,
            standard=settings.standard_webhooks,
            label=None if settings.strict else FAULT_HEADER,
        )
        self.recognise = lru_cache(REMEMBERED)(self._recognise)
        self.sightings: Recent[tuple[int, str, str | None], Sighting] = Recent(REMEMBERED)
        self.scenario = lru_cache(REMEMBERED)(self._scenario)
        self.language = lru_cache(256)(self.phrases.match)
        base = base_clock or SystemClock()
        start = from_text(settings.clock) if settings.clock else None
        self.clock = SandboxClock(base, start, settings.time_scale)
        self.opening = NO_SCENARIO
        if settings.scenario:
            self.opening = scenario = scenarios.load_or_read(settings.scenario, self.stage)
            self.clock = SandboxClock(
                base,
                start if scenario.start is None else scenario.start,
                settings.time_scale if scenario.scale is None else scenario.scale,
            )

    def twin(self) -> "Foundation":
        """The same for worlds that are only tried out: their server's clock is another."""
        twin = copy(self)
        twin.clock = self.clock.copy()
        return twin

    def plan(self, plan: Plan, scenario: Scenario) -> Plan:
        """The plan with the limits that the scenario changes."""
        limits = scenario.plans.get(plan.name)
        return Plan.from_record({**self._plans[plan.name], **limits}, self._windows) if limits else plan

    def stage(self, name: str, document: Any) -> Scenario:
        """The scenario that a document describes; FormError where it is none, or where no world could start so."""
        scenario = Scenario.from_document(name, document, self.vocabulary)
        clock = self.clock.copy()
        with _told_at("/clock"):
            scenario.set(clock)
        world = World(self, Account("", self.accounts.default), scenario, clock=clock)
        for place, pin in enumerate(self.pins(scenario)):
            with _told_at(f"/shipments/{place}"):
                pin.checked(world.seed, self.dispatch, clock.now())
        return scenario

    def pins(self, scenario: Scenario) -> list[Pin]:
        """The scenario's shipments; FormError for a number that is none."""
        return [self._pin(place, wish) for place, wish in enumerate(scenario.shipments)]

    def _pin(self, place: int, wish: Mapping[str, Any]) -> Pin:
        carrier = wish.get("carrier")
        code = carrier["code"] if isinstance(carrier, Mapping) else carrier
        with _told_at(f"/shipments/{place}"):
            return Pin(self.recognise(wish["tracking_number"], code), wish)

    def _recognise(self, text: str, carrier_code: str | None) -> TrackingNumber:
        return self.carriers.recognise(text, carrier_code, strict_check_digits=self.settings.strict_check_digits)

    def _scenario(self, number: TrackingNumber) -> magic.Scenario | None:
        found = self.magic.scenario_of(number.text, number.carrier.code)
        return self.magic.scenarios[found] if found else None

    def _staged(self, number: TrackingNumber) -> str | None:
        scenario = self.scenario(number)
        return scenario.journey if scenario else None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A shipment as a client finds it at the instant `since`; `pause` is seconds before the answer.

    `key` is None where the shipment is this world's own, else equal for two sightings with equal facts.
    """

    snapshot: Snapshot
    key: tuple[object, ...] | None
    since: float
    pause: float = 0.0

    def holds(self, now: float) -> bool:
        """Whether a client finds the same at this instant."""
        return self.since <= now < self.snapshot.until

    def facts(self, language: str) -> dict[str, Any]:
        return self.snapshot.facts(language)


class World:
    """One key's universe: its clock, quota, shipments, webhooks, faults and journal."""

    def __init__(
        self,
        foundation: Foundation,
        account: Account,
        scenario: Scenario = NO_SCENARIO,
        *,
        pins: Iterable[Pin] = (),
        books: Sequence[RuleBook] = (),
        clock: SandboxClock | None = None,
        journal: Journal | None = None,
        records: Records | None = None,
        saved: Saved | None = None,
    ) -> None:
        """A world with the seed, limits and webhooks of the scenario.

        `pins` are its shipments, `books` its fault rules, first those that are its alone; `clock` is a copy of the
        server's if none is given, `journal` one that nobody shares. With what was `saved` of it in its `records` it
        goes on where it stopped. FormError for a webhook of the scenario that cannot be.
        """
        self.foundation = foundation
        self.scenario = scenario
        self.books = books = books or (RuleBook(),)
        self.account = replace(account, plan=foundation.plan(account.plan, scenario))
        self.seed = foundation.settings.seed if scenario.seed is None else scenario.seed
        self.clock = clock or foundation.clock.copy()
        self.quota = Quota(self.account.plan, self.clock)
        self.shipments = Shipments(self.seed, foundation.dispatch)
        books = books or (RuleBook(),)
        self.faults = Faults(self.clock, foundation.specification.headers, books, self.seed, account.key)
        self.journal = Journal(foundation.settings.journal_size) if journal is None else journal
        self.mail = Mailroom(
            foundation.mailing,
            self.clock,
            self._journey,
            self._handling,
            seed=self.seed,
            key=account.key,
            records=records,
        )
        self.used = 0  # the turn at which it was last asked for: the higher, the later
        self._lock = RLock()
        now = self.clock.now()
        for pin in pins:
            self.shipments.pin(pin.journey(self.seed, foundation.dispatch, now))
        if saved:
            self._restore(saved)
            return
        for place, webhook in enumerate(scenario.webhooks):
            with _told_at(f"/webhooks/{place}"):
                number = foundation.recognise(webhook["tracking_number"], None)
                events = tuple(webhook.get("events", ("all",)))
                self.mail.subscribe(number.text, number.carrier.code, webhook["url"], events)

    def look_up(self, text: str, carrier_code: str | None) -> Sighting:
        """The shipment of a number as it is now; ApiError if there is none, or if the number forces an error."""
        now, place = self.clock.now(), (self.seed, text, carrier_code)
        known = self.foundation.sightings.get(place)
        if known and known.holds(now) and not self.shipments.pins():
            return known
        number = self.foundation.recognise(text, carrier_code)
        scenario = self.foundation.scenario(number)
        pinned = self.shipments.pinned(number)
        if scenario and scenario.error and not pinned:
            raise ApiError(scenario.error, scenario.does, injected=f"number-{scenario.scenario}")
        snapshot = self.shipments.find(number, now).at(now)
        pause = scenario.delay_seconds if scenario and not pinned else 0.0
        if pinned or self.foundation.dispatch.lives_once(number):
            return Sighting(snapshot, None, now, pause)
        sighting = Sighting(snapshot, (self.seed, number.carrier.code, number.text, *snapshot.key), now, pause)
        self.foundation.sightings.put(place, sighting)
        return sighting

    def pin(self, pin: Pin) -> Journey:
        """From now on, the number stands for this shipment here; ValueError for a status that no life leads to.

        Subscriptions are told its newest event, if that is new; of events that the pin names, each one that is new.
        """
        now, number = self.clock.now(), pin.number
        journey = pin.journey(self.shipments.seed, self.foundation.dispatch, now)
        with self._lock:
            before = self._journey((number.text, number.carrier.code), now)
            self._replace(number, journey)
            known = {(event.at, event.phrase.words) for event in before.at(now).events} if before else set()
            seen = journey.at(now)
            first = 0 if "events" in pin.wish else seen.seen - 1
            new = [
                News(event, seen if place == seen.seen - 1 else snapshot(journey, place), place)
                for place, event in enumerate(journey.events[: seen.seen])
                if place >= first and (event.at, event.phrase.words) not in known
            ]
            self.mail.announce(number.text, number.carrier.code, new)
        return journey

    def unpin(self, number: TrackingNumber) -> bool:
        """Let the number stand for what everybody finds; whether that changed anything."""
        with self._lock:
            pinned = self.shipments.pinned(number)
            self._replace(number, None)
            self.mail.announce(number.text, number.carrier.code, ())
        return pinned

    def happen(self, number: TrackingNumber, record: Mapping[str, Any]) -> Event:
        """An event that was not to come, written as in schemas/shipment.schema.json; ValueError if it has happened."""
        now = self.clock.now()
        with self._lock:
            journey, event = with_event(
                self.shipments.find(number, now),
                record,
                self.foundation.phrases,
                now,
                ends=self.foundation.specification.final_statuses,
            )
            self._replace(number, journey)
            new = [News(event, journey.at(now), 0)] if event.at <= now else []
            self.mail.announce(number.text, number.carrier.code, new)
        return event

    def saved(self) -> Saved:
        """All that `saved` may say of a world, once what is due of its webhooks has been made ready."""
        self.mail.collect(MOST_COLLECTED)
        pins = [(identity(journey.number), wish_of(journey)) for journey in self.shipments.pins()]
        mail = self.mail.saved(self.account.key, self.clock.course)
        return replace(mail, pins=pins, begun=list(self.shipments.seen().items()))

    def _restore(self, saved: Saved) -> None:
        """Go on where the records stop."""
        self.clock.change(lambda *_: saved.course)
        now, foundation = self.clock.now(), self.foundation
        for (carrier, text), wish in saved.pins:
            pin = Pin(foundation.recognise(text, carrier), wish)
            self.shipments.pin(pin.journey(self.seed, foundation.dispatch, now))
        for (carrier, text), instant in saved.begun:
            self.shipments.see(foundation.recognise(text, carrier), instant)
        self.mail.restore(saved)

    def _replace(self, number: TrackingNumber, journey: Journey | None) -> None:
        """Let the number stand for another shipment, once everything is told of the one before."""
        self.mail.catch_up(number.text, number.carrier.code)
        if journey:
            self.shipments.pin(journey)
        else:
            self.shipments.unpin(number)
        self.mail.records.pinned(identity(number), wish_of(journey) if journey else None)

    def _journey(self, place: Place, instant: float) -> Journey | None:
        """The shipment that subscriptions to a number hear of; None without one, or if the number forces an error."""
        text, carrier = place
        try:
            number = self.foundation.recognise(text, carrier)
        except ApiError:
            return next((journey for journey in self.shipments.pins() if journey.number.text == text), None)
        scenario = self.foundation.scenario(number)
        if scenario and scenario.error and not self.shipments.pinned(number):
            return None
        journey = self.shipments.find(number, instant)
        if self.foundation.dispatch.lives_once(number):
            self.mail.records.began(identity(number), self.shipments.seen().get(identity(number), instant))
        return journey

    def _handling(self, subscription: Subscription) -> Handling:
        """What goes wrong with the next delivery to the subscription."""
        operation = self.foundation.mailing.operation
        return self.faults.for_delivery(Subject.about(operation, subscription.tracking_number, subscription.carrier))

    def language(self, tag: str | None) -> str:
        """The language that a BCP 47 tag gets, English if there is none."""
        return self.foundation.language(tag or "")


@dataclass(frozen=True, slots=True)
class Opening:
    """How a mock starts: in which scenario, with which course of its clock, shipments and rules for all.

    `keys_made` is how many keys it has made up.
    """

    scenario: Scenario
    course: Course
    pins: Sequence[Pin]
    rules: Sequence[Rule]
    keys_made: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A world as it was elsewhere; `alone` if the rules of its mock's scenario did not concern it.

    `rules` are its own, `counts` those of all that concern it, in their order; `usage` is its quota's.
    """

    account: Account
    scenario: Scenario
    alone: bool
    rules: Sequence[Rule]
    counts: Sequence[Count]
    usage: Sequence[tuple[int, int, int]]
    saved: Saved


class Worlds:
    """The worlds in use, each made when its key is first seen; the one idle longest goes when there are too many.

    `scenario` is how new worlds start. `rules` are the fault rules added for every world, `scene` the scenario's.
    """

    def __init__(self, foundation: Foundation, state: "StateFile | None" = None) -> None:
        self.foundation = foundation
        self.state = state
        self.clock = foundation.clock
        self.ids: Iterator[int] = count(1)
        self.archive = Archive(foundation.settings.journal_megabytes * 1_000_000)
        self.stray = self._journal()  # requests that came without a good key
        self.pins: dict[Identity, Pin]  # the shipments that every new world has of its own
        # What other parts do when something was done to a world; each tells how many deliveries it has pending.
        self.on_clock_moved: list[Callable[[World], int]] = []
        self.on_pinned: list[Callable[[World, TrackingNumber], int]] = []
        self.on_event: list[Callable[[World, TrackingNumber, Event], int]] = []
        self.on_opened: list[Callable[[World], object]] = []
        self.on_forgotten: list[Callable[[World], object]] = []
        self.rules: RuleBook
        self.scene: RuleBook
        self.beginning: Callable[[], tuple[Opening, list[Newcomer]]] | None = None  # where a reset leads, if not here
        self._worlds: dict[str, World] = {}
        self._made = 0
        self._uses = count(1)
        self._lock = Lock()
        self._start(foundation.opening)
        if state:
            self._resume(state)

    def of(self, key: str | None) -> World:
        """The world of that key; ApiError `unauthorized` for a missing or bad one."""
        world = self._worlds.get(key or "") or self._open(self.foundation.accounts.authenticate(key))
        world.used = next(self._uses)
        return world

    def new_account(self, plan: str) -> Account:
        """A key of that plan that is not in use yet; ValueError with the choices for an unknown plan."""
        accounts = self.foundation.accounts
        accounts.plan(plan)
        with self._lock:
            self._made += 1
            draw = stream(self.seed, "key", self._made)
        key = f"tf_test_{plan}_{draw.randbytes(8).hex()}"
        return self.of(key).account

    @property
    def seed(self) -> int:
        """What everything in a new world follows from."""
        return self.foundation.settings.seed if self.scenario.seed is None else self.scenario.seed

    @property
    def keys_made(self) -> int:
        return self._made

    def known(self, key: str) -> World | None:
        """The world of that key if it has been used."""
        return self._worlds.get(key)

    def all(self) -> tuple[World, ...]:
        """Every world in use, oldest first."""
        return tuple(self._worlds.values())

    def heard(self, key: str | None = None) -> Iterator[Entry]:
        """What was asked under a key, or by anybody, newest first; also what never reached the key's world."""
        if key is None:
            return backwards([self.stray, *(world.journal for world in self.all())])
        world, stray = self.known(key), Journal(self.foundation.settings.journal_size)
        for entry in self.stray.entries():
            if entry.key == key:
                stray.record(entry)
        return backwards([stray, world.journal] if world else [stray])

    def move_clock(self, change: Change, world: World | None = None) -> int:
        """Let one world's clock take another course, or the server's and every world's; the deliveries pending then.

        What `change` raises for any of them, it raises before the first has moved.
        """
        moved = [world] if world else self.all()
        clocks = [each.clock for each in moved] + ([] if world else [self.clock])
        base = self.clock.base.now()
        for clock in clocks:
            change(clock.course, base)
        for clock in clocks:
            clock.change(change, base)
        return self._moved(moved)

    def reset_clock(self, world: World | None = None) -> int:
        """Let one world's clock follow the server's again, or all do so after it went back to its start."""
        moved = [world] if world else self.all()
        if world is None:
            self.clock.reset()
        for each in moved:
            each.clock.follow(self.clock)
        return self._moved(moved)

    def fresh(self) -> World:
        """A world as a new key would find it, of no key and in nobody's way."""
        accounts = self.foundation.accounts
        return World(self.foundation, Account("", accounts.default), self.scenario, pins=self.pins.values())

    def pin(self, pin: Pin, world: World | None = None) -> int:
        """Let the number stand for that shipment in one world, or in all there are and will be; deliveries pending.

        ValueError for a wish that contradicts itself changes nothing.
        """
        asked = world or self.fresh()
        pin.checked(asked.shipments.seed, self.foundation.dispatch, asked.clock.now())
        if world is None:
            self.pins[identity(pin.number)] = pin
        pinned = [world] if world else self.all()
        for each in pinned:
            each.pin(pin)
        return sum(told(each, pin.number) for each in pinned for told in self.on_pinned)

    def unpin(self, number: TrackingNumber, world: World | None = None) -> bool:
        """Let the number stand for what everybody finds, in one world or in all; whether that changed anything."""
        changed = [each.unpin(number) for each in ([world] if world else self.all())]
        return any(changed) | (world is None and self.pins.pop(identity(number), None) is not None)

    def happen(self, number: TrackingNumber, record: Mapping[str, Any], world: World | None = None) -> int:
        """An event for one world's shipment, or for that of all there are and will be; the deliveries pending then.

        ValueError if it has happened before; of many worlds, those are left out.
        """
        if world:
            event = world.happen(number, record)
            return sum(told(world, number, event) for told in self.on_event)
        fresh = self.fresh()
        fresh.happen(number, record)
        self.pins[identity(number)] = Pin(number, wish_of(fresh.shipments.find(number, fresh.clock.now())))
        pending = 0
        for each in self.all():
            with suppress(ValueError):
                pending += self.happen(number, record, each)
        return pending

    def _moved(self, worlds: Iterable[World]) -> int:
        worlds = tuple(worlds)
        for world in worlds:
            world.mail.moved()
        return sum(told(world) for world in worlds for told in self.on_clock_moved)

    def reset(self, key: str | None = None) -> None:
        """Forget one world, or all with the server's clock and what came without a key.

        The next request of the key finds its world as at the start.
        """
        if key is None and self.beginning:
            self.begin(*self.beginning())
            return
        with self._lock:
            if key is None:
                self.stray.clear()
                self._start(self.foundation.opening)
            elif key in self._worlds:
                self._forget(self._worlds[key])

    def play(self, scenario: Scenario, key: str | None = None) -> None:
        """Start one world anew in the scenario, or all there are and will be; ApiError for a bad key."""
        with self._lock:
            if key is None:
                self._start(scenario)
            else:
                account, clock = self.foundation.accounts.authenticate(key), self.clock.copy()
                scenario.set(clock)
                books, pins = (RuleBook(scenario.rules), self.rules), self.foundation.pins(scenario)
                journal = self._journal()
                self._admit(account, scenario, pins=pins, books=books, clock=clock, journal=journal)

    def begin(self, opening: Opening, newcomers: Iterable[Newcomer]) -> None:
        """Start all over in another way, and with these worlds."""
        with self._lock:
            self.stray.clear()
            self._start(opening.scenario)
            self.clock.change(lambda *_: opening.course)
            self.pins = {identity(pin.number): pin for pin in opening.pins}
            for rule in opening.rules:
                self.rules.add(rule)
            self._made = opening.keys_made
            for newcomer in newcomers:
                self._take_in(newcomer)

    def admit(self, newcomer: Newcomer) -> None:
        """Let one world be as it was elsewhere."""
        with self._lock:
            self._take_in(newcomer)

    def _take_in(self, newcomer: Newcomer) -> None:
        account, saved, own = newcomer.account, newcomer.saved, RuleBook(newcomer.rules)
        books = (own, self.rules) if newcomer.alone else (own, self.rules, self.scene)
        journal, clock = self._journal(), self.clock.copy()
        self._admit(account, newcomer.scenario, books=books, clock=clock, journal=journal, saved=saved)
        world = self._worlds[account.key]
        world.quota.resume(newcomer.usage)
        world.faults.recount(newcomer.counts)
        saved.enter(world.mail.records)

    def _start(self, scenario: Scenario) -> None:
        """Begin anew, with no world yet, in the scenario."""
        for world in self.all():
            self._forget(world)
        self.clock.reset()
        scenario.set(self.clock)
        self.pins = {identity(pin.number): pin for pin in self.foundation.pins(scenario)}
        self.scenario = scenario
        self.rules, self.scene = RuleBook(), RuleBook(scenario.rules)
        seed, books = self.foundation.settings.seed, (RuleBook(), self.rules, self.scene)
        self.stray_faults = Faults(self.clock, self.foundation.specification.headers, books, seed, "")

    def _open(self, account: Account) -> World:
        with self._lock:
            if account.key not in self._worlds:
                books, pins = (RuleBook(), self.rules, self.scene), self.pins.values()
                journal = self._journal()
                self._admit(account, self.scenario, pins=pins, books=books, clock=self.clock.copy(), journal=journal)
            return self._worlds[account.key]

    def _journal(self) -> Journal:
        return self.archive.journal(self.foundation.settings.journal_size)

    def _forget(self, world: World) -> None:
        key = world.account.key
        del self._worlds[key]
        self.archive.close(world.journal)
        for told in self.on_forgotten:
            told(world)
        if self.state:
            self.state.forget(key)

    def _admit(self, account: Account, scenario: Scenario, *, clock: SandboxClock, **parts: Any) -> None:
        """Let that key have a world that is new, or that goes on from what was saved of it."""
        key = account.key
        if key in self._worlds:
            self._forget(self._worlds[key])
        elif len(self._worlds) >= self.foundation.settings.sandboxes:
            self._drop_idlest()
        records = self.state.of(key, lambda: clock.course) if self.state else None
        world = self._worlds[key] = World(self.foundation, account, scenario, clock=clock, records=records, **parts)
        world.used = next(self._uses)
        for told in self.on_opened:
            told(world)

    def _resume(self, state: "StateFile") -> None:
        """Let every sandbox of the state file go on."""
        for saved in state.saved():
            try:
                account = self.foundation.accounts.authenticate(saved.key)
            except ApiError:
                log.warning("left %s in the state file: it is no key any more", masked(saved.key))
                continue
            books, pins = (RuleBook(), self.rules, self.scene), self.pins.values()
            parts = {"pins": pins, "books": books, "journal": self._journal(), "saved": saved}
            self._admit(account, self.scenario, clock=self.clock.copy(), **parts)

    def _drop_idlest(self) -> None:
        idlest = min(self._worlds.values(), key=lambda world: world.used)
        self._forget(idlest)
        log.warning("forgot the sandbox of %s: %d keys are in use", masked(idlest.account.key), len(self._worlds) + 1)


@contextmanager
def _told_at(place: str) -> Iterator[None]:
    """What is wrong with an item of a scenario, told as a flaw of the scenario."""
    try:
        yield
    except ApiError as error:
        raise FormError.at(place, error.code, error.detail or error.code) from None
    except ValueError as error:
        raise FormError.at(place, "status", str(error)) from None

"""All worlds of one mock."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from mock_server.domain.clients.journal import Archive, Journal
from mock_server.domain.clock import SandboxClock
from mock_server.domain.plans import Account
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.journey import Event
from mock_server.domain.shipments.pinned import Pin, by_identity
from mock_server.domain.shipments.source import Identity
from mock_server.domain.steps import Steps, finished
from mock_server.domain.watching import Watchers
from mock_server.domain.webhooks.inbox import Inboxes
from mock_server.domain.webhooks.records import Saved
from mock_server.faults.active import ActiveFaults
from mock_server.faults.rulebook import RuleBook
from mock_server.faults.scenarios import Scenario
from mock_server.world import resuming
from mock_server.world.admission import AskedWebhook
from mock_server.world.common_pins import CommonPins
from mock_server.world.foundation import Foundation
from mock_server.world.in_use import WorldsInUse
from mock_server.world.newcomers import Newcomer, Opening
from mock_server.world.owners import Owners
from mock_server.world.portion import Portion
from mock_server.world.store import Store
from mock_server.world.world import NO_PINS, World


class Worlds:
    """The worlds of one mock, each made when its key is first seen.

    `scenario` is how new worlds start. `rules` are the fault rules added for every world, `scenario_rules` those of the
    scenario.
    """

    def __init__(self, foundation: Foundation, state: Store | None = None, portion: Portion | None = None) -> None:
        self.foundation = foundation
        self.portion = portion or Portion()
        self.state = state
        self.clock = foundation.clock
        self.started = self.clock.base.now()
        self.ids = self.portion.ids
        self.archive = Archive(foundation.settings.journal_megabytes * 1_000_000)
        self._in_use = WorldsInUse(foundation.settings.sandboxes, self.archive, state)
        self.inboxes = Inboxes()
        self.owners = Owners()
        self.changes: Watchers[str | None] = Watchers()  # of what no request tells; of a key, or of everybody
        self.stray = self._journal()  # requests that came without a good key
        # What other parts do when something was done to a world; each tells how many deliveries it has pending.
        self.on_clock_moved: list[Callable[[World], int]] = []
        self.on_pinned: list[Callable[[World, TrackingNumber], int]] = []
        self.on_event: list[Callable[[World, TrackingNumber, Event], int]] = []
        self.on_opened: list[Callable[[World], object]] = []
        self.on_forgotten = self._in_use.on_forgotten
        self.beginning: Callable[[], tuple[Opening, list[Newcomer]]] | None = None  # where a reset leads, if not here
        self.keys_made = 0
        self._uses = count(1)
        self._asked: set[AskedWebhook] = set()  # webhooks of sandboxes that came from the store, which are good
        self._worlds, self._lock = self._in_use.by_key, self._in_use.lock
        self._start(foundation.opening)
        beginning = self.portion.beginning
        if beginning:
            self.go_on(beginning.opening(foundation))
            for key, holding in beginning.holdings.items():
                self.owners.hold(key, holding)
        if state:
            self._resume(state)

    def of(self, key: str | None) -> World:
        """The world of that key; ApiError `unauthorized` for a missing or bad one."""
        world = self._worlds.get(key or "") or self._open(self.foundation.accounts.authenticate(key))
        if world.mortal:
            self.owners.check(world.account.key, self.clock.base.now())
        world.used = next(self._uses)
        return world

    def authenticate(self, key: str) -> Account:
        """The account behind a key; ApiError `unauthorized` for a bad one, and for one whose time is over."""
        self.owners.check(key, self.clock.base.now())
        return self.foundation.accounts.authenticate(key)

    def glimpse(self, key: str) -> World:
        """The world of that key, or what it would be: of that nothing is kept; ApiError for a missing or bad one."""
        known = self._worlds.get(key)
        if known and not known.mortal:
            return known
        account = self.authenticate(key)
        return known or self.take_over(key) or World(self.foundation, account, self.scenario, **self._as_new())

    def count_key(self) -> int:
        """How many keys were made up, with the next."""
        with self._lock:
            self.keys_made += 1
            return self.keys_made

    @property
    def seed(self) -> int:
        """What everything in a new world follows from."""
        return self.foundation.seed(self.scenario)

    def known(self, key: str) -> World | None:
        """The world of that key if it has been used."""
        return self._worlds.get(key)

    def all(self) -> tuple[World, ...]:
        """Every world in use, oldest first."""
        return self._in_use.all()

    def each(self, world: World | None = None) -> Iterator[World]:
        """That world alone, or every world in use that still is when its turn comes."""
        return self._in_use.each(world)

    def fresh(self) -> World:
        """A world as a new key would find it, of no key and in nobody's way."""
        accounts = self.foundation.accounts
        return World(self.foundation, Account("", accounts.default), self.scenario, pins=self.pins.lent())

    def reset(self, key: str | None = None) -> None:
        """Forget one world, or all with the server's clock and what came without a key.

        The next request of the key finds its world as at the start.
        """
        finished(self.resetting(key))

    def resetting(self, key: str | None = None) -> Steps[None]:
        """The same step by step: all is as at the start after the first, then what was there is let go of."""
        if key is None and self.beginning:
            yield from self.entering(*self.beginning())
            return
        with self._lock:
            if key is None:
                self.stray.clear()
                self.inboxes.clear()
                self.owners.clear()
                if self.state:
                    self.state.begin_anew()
                    self.state.forget_all()
                self._start(self.foundation.opening)
            else:
                if self._in_use.coming.pop(key, None) is None and (world := self.known(key)):
                    self._in_use.forget(world)
                if self.state:
                    self.state.begin_anew(key)
        yield from self._in_use.letting_go()

    def playing(self, scenario: Scenario, key: str | None = None) -> Steps[None]:
        """Start one world anew in the scenario, or all there are and will be, in steps; ApiError for a bad key."""
        with self._lock:
            if key is None:
                if self.state:
                    self.state.begin_anew()
                self._start(scenario)
            else:
                account, clock = self.foundation.accounts.authenticate(key), self.clock.copy()
                scenario.set(clock)
                books, pins = (RuleBook(scenario.rules), self.rules), by_identity(self.foundation.pins(scenario))
                self._admit(account, scenario, pins=pins, books=books, clock=clock, journal=self._journal())
        yield from self._in_use.letting_go()

    def entering(self, opening: Opening, newcomers: Iterable[Newcomer]) -> Steps[None]:
        """Start all over in another way; these worlds come in one by one, or when they are asked for."""
        if self.state:
            self.state.begin_anew()
        self.go_on(opening, newcomers)
        yield from self._in_use.letting_go()
        yield from self.arriving()

    def arriving(self, key: str | None = None) -> Steps[None]:
        """Let that key's world in if it is still to come, or all of this process's that are, one in each step.

        Those of another process are to come until it has let them in: should it end before, they are whoever's is next.
        """
        coming = self._in_use.coming
        for place in tuple(coming) if key is None else (key,):
            if (newcomer := coming.get(place)) is None:
                continue
            if not self.portion.mine(place):
                if self.portion.begun(place):
                    coming.pop(place, None)
            elif coming.get(place) is newcomer:  # to be asked for may have let it in
                yield from self.admitting(newcomer)
            yield

    def expected(self, key: str | None = None) -> bool:
        """Whether the world of that key, or any, is still to come."""
        return bool(self._in_use.coming) if key is None else key in self._in_use.coming

    def go_on(self, opening: Opening, newcomers: Iterable[Newcomer] = ()) -> None:
        """Start as the opening says, with no world yet; these are to come."""
        with self._lock:
            self.stray.clear()
            self._start(opening.scenario)
            self.clock.change(lambda *_: opening.course)
            self.pins = CommonPins(opening.pins)
            for rule in opening.rules:
                self.rules.add(rule)
            self.keys_made = opening.keys_made
            self._in_use.coming.update((each.account.key, each) for each in newcomers)

    def admit(self, newcomer: Newcomer) -> None:
        """Let one world be as it was elsewhere, and write all of that down."""
        finished(self.admitting(newcomer))

    def admitting(self, newcomer: Newcomer) -> Steps[None]:
        """The same step by step: the world is as it was after the first, then what was saved of it is written down."""
        with self._lock:
            world = self._take_in(newcomer)
        yield from self._writing_down(world, newcomer.saved)

    def _writing_down(self, world: World, saved: Saved) -> Steps[None]:
        if self.state:
            yield from saved.entering(world.webhooks.records, lambda: self.known(world.account.key) is world)

    def _take_in(self, newcomer: Newcomer, pins: Mapping[Identity, Pin] = NO_PINS) -> World:
        """Let a world be as it was; `pins` are the shipments that it has but for those that were saved."""
        account, saved, own = newcomer.account, newcomer.saved, RuleBook(newcomer.rules)
        books = (own, self.rules) if newcomer.alone else (own, self.rules, self.scenario_rules)
        journal, clock = self._journal(), self.clock.copy()
        scenario = newcomer.scenario
        world = self._admit(account, scenario, pins=pins, books=books, clock=clock, journal=journal, saved=saved)
        world.quota.resume(newcomer.usage)
        world.faults.recount(newcomer.counts)
        world.beginning = replace(world.beginning, counts=newcomer.counts, usage=newcomer.usage)
        return world

    def _start(self, scenario: Scenario) -> None:
        """Begin anew, with no world yet, in the scenario; those that there were are still to be let go of."""
        self._in_use.leave()
        self.clock.reset()
        scenario.set(self.clock)
        self.pins = CommonPins(self.foundation.pins(scenario))
        self.scenario = scenario
        self.rules, self.scenario_rules = RuleBook(), RuleBook(scenario.rules)
        seed, books = self.foundation.settings.seed, (RuleBook(), self.rules, self.scenario_rules)
        self.stray_faults = ActiveFaults(self.clock, self.foundation.specification.headers, books, seed, "")

    def _open(self, account: Account) -> World:
        with self._lock:
            world = self._worlds.get(account.key) or self._bring_back(account)
            if world is None:
                world = self._admit(account, self.scenario, journal=self._journal(), **self._as_new())
            return world

    def _as_new(self) -> dict[str, Any]:
        """What a world begins with whose key was never seen."""
        books = (RuleBook(), self.rules, self.scenario_rules)
        return {"pins": self.pins.lent(), "books": books, "clock": self.clock.copy()}

    def _bring_back(self, account: Account) -> World | None:
        """The world of that key, which goes on if the store has it or it is to come; ApiError if it cannot."""
        if self.state is not None:
            self._in_use.let_go(account.key)
            kept = resuming.loaded(self.state, self.foundation, account, self.scenario, self._asked)
            if holding := self.state.holding(account.key):
                self.owners.hold(account.key, holding)
            if kept:
                return self._revive(kept)
        newcomer = self._in_use.coming.get(account.key)
        if newcomer is None:
            return None
        if self.state and self.state.begun(account.key):
            del self._in_use.coming[account.key]
            return None
        world = self._take_in(newcomer)
        finished(self._writing_down(world, newcomer.saved))
        return world

    def _journal(self) -> Journal:
        return self.archive.journal(self.foundation.settings.journal_size)

    def take_over(self, key: str) -> World | None:
        """The world of that key, if it is kept and was not in use here yet; ApiError if it cannot be."""
        account = self.foundation.accounts.authenticate(key)
        with self._lock:
            return None if self._worlds.get(key) else self._bring_back(account)

    def put_away(self, key: str) -> None:
        """Let go of a world that goes on elsewhere, or when it is asked for again, as far as the store has it."""
        with self._lock:
            if world := self.known(key):
                self._in_use.dismiss(world)

    def _admit(self, account: Account, scenario: Scenario, *, clock: SandboxClock, **parts: Any) -> World:
        """Let that key have a world that is new, or that goes on from what was saved of it."""
        key = account.key
        self._in_use.make_room(key)
        records = self.state.of(key, lambda: clock.course) if self.state else None
        world = World(self.foundation, account, scenario, clock=clock, records=records, **parts)
        self._in_use.add(world)
        world.used, world.opened = next(self._uses), self.clock.base.now()
        world.mortal, world.kept = self.owners.mortal(key), self.state is not None
        if self.state:
            self.state.follow(world, lambda world: self.scenario_rules not in world.books)
        for told in self.on_opened:
            told(world)
        return world

    def _resume(self, state: Store) -> None:
        """Let the mock and every sandbox of the state file go on."""
        opening = resuming.opening(state, self.foundation) if self.portion.beginning is None else None
        if opening:
            self.go_on(opening)
        for key, holding in state.holdings():
            self.owners.hold(key, holding)
        for newcomer in resuming.newcomers(state, self.foundation, self.portion.mine, self.scenario):
            self._revive(newcomer)

    def _revive(self, newcomer: Newcomer) -> World:
        """The world that the store has, going on."""
        world = self._take_in(newcomer, self.pins.lent())
        world.resumed = self.clock.base.now()
        return world

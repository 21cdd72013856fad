"""All universes of one server."""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from threading import Lock
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.contract.forms import FormError
from mock_server.domain.clients.journal import Archive, Entry, Journal, backwards, masked, together
from mock_server.domain.clock import SandboxClock
from mock_server.domain.plans import Account
from mock_server.domain.randomness import stream
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.journey import Event
from mock_server.domain.shipments.pinned import Pin, by_identity
from mock_server.domain.shipments.source import Identity
from mock_server.domain.watching import Watchers
from mock_server.domain.webhooks.inbox import Inboxes
from mock_server.faults.active import ActiveFaults
from mock_server.faults.rulebook import RuleBook
from mock_server.faults.scenarios import Scenario
from mock_server.world.admission import AskedWebhook, check_saved
from mock_server.world.chronicle import Chronicle
from mock_server.world.foundation import Foundation
from mock_server.world.newcomers import Newcomer, Opening
from mock_server.world.owners import Holding, Owners
from mock_server.world.portion import Portion
from mock_server.world.store import Store
from mock_server.world.world import NO_PINS, World

log = logging.getLogger(__name__)


class Worlds:
    """The worlds in use, each made when its key is first seen; the one idle longest goes when there are too many.

    One with webhooks goes only after all that have none, and never while a state file promises to keep them.
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
        self.inboxes = Inboxes()
        self.owners = Owners()
        self.changes: Watchers[str | None] = Watchers()  # of what no request tells; of a key, or of everybody
        self.stray = self._journal()  # requests that came without a good key
        self.pins: Mapping[Identity, Pin]  # the shipments that every new world has of its own; another when they change
        # What other parts do when something was done to a world; each tells how many deliveries it has pending.
        self.on_clock_moved: list[Callable[[World], int]] = []
        self.on_pinned: list[Callable[[World, TrackingNumber], int]] = []
        self.on_event: list[Callable[[World, TrackingNumber, Event], int]] = []
        self.on_opened: list[Callable[[World], object]] = []
        self.on_forgotten: list[Callable[[World], object]] = []
        self.rules: RuleBook
        self.scenario_rules: RuleBook
        self.beginning: Callable[[], tuple[Opening, list[Newcomer]]] | None = None  # where a reset leads, if not here
        self._worlds: dict[str, World] = {}
        self._made = 0
        self._uses = count(1)
        self._lock = Lock()
        self._start(foundation.opening)
        beginning = self.portion.beginning
        if beginning:
            self._begin(beginning.opening(foundation))
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
        account = self.authenticate(key)
        known = self._worlds.get(key) or self.take_over(key)
        if known:
            return known
        books = (RuleBook(), self.rules, self.scenario_rules)
        return World(self.foundation, account, self.scenario, pins=self.pins, books=books, clock=self.clock.copy())

    def new_account(self, plan: str, holding: Holding | None = None) -> Account:
        """A key of that plan that is not in use yet, made for somebody; ValueError names the plans there are."""
        accounts = self.foundation.accounts
        accounts.plan(plan)
        with self._lock:
            self._made = self.state.count_key(self._made) if self.state else self._made + 1
            draw = stream(self.seed, "key", self._made)
        key = f"tf_test_{plan}_{draw.randbytes(8).hex()}"
        if holding:
            self.owners.hold(key, holding)
            if self.state:
                self.state.hold(key, holding)
        return self.of(key).account if self.portion.mine(key) else accounts.authenticate(key)

    @property
    def seed(self) -> int:
        """What everything in a new world follows from."""
        return self.foundation.seed(self.scenario)

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
        world = self.known(key)
        stray = (entry for entry in reversed(self.stray.entries()) if entry.key == key)
        return together([stray, reversed(world.journal.entries())] if world else [stray])

    def entry(self, entry_id: int, key: str | None = None) -> Entry | None:
        """The request of that id, asked under a key or by anybody, as `heard` has it."""
        world = None if key is None else self.known(key)
        own = [each.journal for each in self.all()] if key is None else [world.journal] if world else []
        for journal in own:
            if found := journal.find(entry_id):
                return found
        stray = self.stray.find(entry_id)
        return stray if stray and key in {None, stray.key} else None

    def heard_count(self, key: str | None = None) -> int:
        """How many there are of those that `heard` has."""
        if key is None:
            return self.archive.entries
        world = self.known(key)
        return self.stray.count(key) + (len(world.journal) if world else 0)

    def chronicle(self, world: World) -> Chronicle | None:
        """How the world came to be as it is; None if its journal has let go of the beginning."""
        story = world.journal.story()
        if story is None:
            return None
        key = world.account.key
        return Chronicle(
            world.account,
            world.scenario,
            self.clock.base.scale,
            world.beginning,
            *story,
            [entry for entry in self.stray.entries() if entry.key == key],
            list(world.shipments.seen().items()),
            world.webhooks.queue.all(),
        )

    def fresh(self) -> World:
        """A world as a new key would find it, of no key and in nobody's way."""
        accounts = self.foundation.accounts
        return World(self.foundation, Account("", accounts.default), self.scenario, pins=self.pins)

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
                self.inboxes.clear()
                self.owners.clear()
                if self.state:
                    self.state.begin_anew()
                    self.state.forget_all()
                self._start(self.foundation.opening)
            elif key in self._worlds:
                self._forget(self._worlds[key])

    def play(self, scenario: Scenario, key: str | None = None) -> None:
        """Start one world anew in the scenario, or all there are and will be; ApiError for a bad key."""
        with self._lock:
            if key is None:
                if self.state:
                    self.state.begin_anew()
                self._start(scenario)
            else:
                account, clock = self.foundation.accounts.authenticate(key), self.clock.copy()
                scenario.set(clock)
                books, pins = (RuleBook(scenario.rules), self.rules), by_identity(self.foundation.pins(scenario))
                journal = self._journal()
                self._admit(account, scenario, pins=pins, books=books, clock=clock, journal=journal)

    def begin(self, opening: Opening, newcomers: Iterable[Newcomer]) -> None:
        """Start all over in another way, and with these worlds."""
        for _ in self.entering(opening, newcomers):
            pass

    def entering(self, opening: Opening, newcomers: Iterable[Newcomer]) -> Generator[None, None, None]:
        """The same step by step, one world in each but the first."""
        if self.state:
            self.state.begin_anew()
        self._begin(opening)
        for newcomer in newcomers:
            yield
            if self.portion.mine(newcomer.account.key):
                self.admit(newcomer)

    def go_on(self, opening: Opening) -> None:
        """Start as another process of the mock has."""
        self._begin(opening)

    def _begin(self, opening: Opening) -> None:
        """Start in another way."""
        with self._lock:
            self.stray.clear()
            self._start(opening.scenario)
            self.clock.change(lambda *_: opening.course)
            self.pins = by_identity(opening.pins)
            for rule in opening.rules:
                self.rules.add(rule)
            self._made = opening.keys_made

    def admit(self, newcomer: Newcomer) -> None:
        """Let one world be as it was elsewhere."""
        with self._lock:
            self._enter(newcomer)

    def _enter(self, newcomer: Newcomer) -> None:
        """Let a world be as it was, and write all of that down."""
        self._take_in(newcomer)
        newcomer.saved.enter(self._worlds[newcomer.account.key].webhooks.records)
        self.keep(newcomer.account.key)

    def _take_in(self, newcomer: Newcomer, pins: Mapping[Identity, Pin] = NO_PINS) -> None:
        """Let a world be as it was; `pins` are the shipments that it has but for those that were saved."""
        account, saved, own = newcomer.account, newcomer.saved, RuleBook(newcomer.rules)
        books = (own, self.rules) if newcomer.alone else (own, self.rules, self.scenario_rules)
        journal, clock = self._journal(), self.clock.copy()
        self._admit(account, newcomer.scenario, pins=pins, books=books, clock=clock, journal=journal, saved=saved)
        world = self._worlds[account.key]
        world.quota.resume(newcomer.usage)
        world.faults.recount(newcomer.counts)
        world.beginning = replace(world.beginning, counts=newcomer.counts, usage=newcomer.usage)

    def _start(self, scenario: Scenario) -> None:
        """Begin anew, with no world yet, in the scenario."""
        for world in self.all():
            self._forget(world)
        self.clock.reset()
        scenario.set(self.clock)
        self.pins = by_identity(self.foundation.pins(scenario))
        self.scenario = scenario
        self.rules, self.scenario_rules = RuleBook(), RuleBook(scenario.rules)
        seed, books = self.foundation.settings.seed, (RuleBook(), self.rules, self.scenario_rules)
        self.stray_faults = ActiveFaults(self.clock, self.foundation.specification.headers, books, seed, "")

    def _open(self, account: Account) -> World:
        with self._lock:
            if account.key not in self._worlds and not self._bring_back(account):
                books, pins = (RuleBook(), self.rules, self.scenario_rules), self.pins
                journal = self._journal()
                self._admit(account, self.scenario, pins=pins, books=books, clock=self.clock.copy(), journal=journal)
            return self._worlds[account.key]

    def _bring_back(self, account: Account) -> bool:
        """Let the world of that key go on if the store has it, whether it does; ValueError if it cannot."""
        if self.state is None:
            return False
        saved = self.state.load(account.key)
        if holding := self.state.holding(account.key):
            self.owners.hold(account.key, holding)
        if saved is None:
            return False
        with self._told(self.state, masked(account.key)):
            check_saved(self.foundation, saved)
            newcomer = self.state.newcomer(self.foundation, account, saved, self.scenario)
        self._take_in(newcomer, self.pins)
        self._worlds[account.key].resumed = self.clock.base.now()
        return True

    def _journal(self) -> Journal:
        return self.archive.journal(self.foundation.settings.journal_size)

    def take_over(self, key: str) -> World | None:
        """The world of that key, if it is kept and was not in use here yet; ApiError or ValueError if it cannot be."""
        account = self.foundation.accounts.authenticate(key)
        with self._lock:
            return self._worlds[key] if key not in self._worlds and self._bring_back(account) else None

    def put_away(self, key: str) -> None:
        """Let go of a world that goes on elsewhere, or when it is asked for again, as far as the store has it."""
        with self._lock:
            if key in self._worlds:
                self._dismiss(self._worlds[key])

    def _forget(self, world: World) -> None:
        if self.state:
            self.state.forget(world.account.key)
        self._dismiss(world)

    def _dismiss(self, world: World) -> None:
        del self._worlds[world.account.key]
        self.archive.close(world.journal)
        for told in self.on_forgotten:
            told(world)

    def _admit(self, account: Account, scenario: Scenario, *, clock: SandboxClock, **parts: Any) -> None:
        """Let that key have a world that is new, or that goes on from what was saved of it."""
        key = account.key
        if key in self._worlds:
            self._forget(self._worlds[key])
        elif len(self._worlds) >= self.foundation.settings.sandboxes:
            self._drop_idlest()
        records = self.state.of(key, lambda: clock.course) if self.state else None
        world = self._worlds[key] = World(self.foundation, account, scenario, clock=clock, records=records, **parts)
        world.used, world.opened = next(self._uses), self.clock.base.now()
        world.mortal, world.kept = self.owners.mortal(key), self.state is not None
        world.webhooks.records.whole = world.recorded
        if self.state:
            self.state.follow(world, lambda: self.scenario_rules not in world.books)
        for told in self.on_opened:
            told(world)

    def keep(self, key: str | None = None, *, all_of_it: bool = False) -> str | None:
        """Let what one sandbox stands in outlive the process, or all sandboxes and the mock as a whole.

        Why one of them could not be kept; with `all_of_it`, also what could not be kept before.
        """
        if self.state is None:
            return None
        if key is not None:
            world = self.known(key)
            return world.webhooks.records.keep(all_of_it=all_of_it) if world else None
        problems = [world.webhooks.records.keep(all_of_it=all_of_it) for world in self.all()]
        return next(filter(None, [*problems, self.state.keep_opening(self.foundation, self.opening())]), None)

    def opening(self) -> Opening:
        """How the mock as a whole stands, for one that is to go on from there."""
        rules = self.scenario_rules.in_force.rules
        return Opening(
            replace(self.scenario, seed=self.seed, rules=rules),
            self.clock.course,
            tuple(self.pins.values()),
            self.rules.in_force.rules,
            self._made,
        )

    def _resume(self, state: Store) -> None:
        """Let the mock and every sandbox of the state file go on."""
        if self.portion.beginning is None:
            with self._told(state, ""):
                opening = state.opening(self.foundation)
            if opening:
                self._begin(opening)
        for key, holding in state.holdings():
            self.owners.hold(key, holding)
        asked: set[AskedWebhook] = set()
        for saved in state.saved():
            if not self.portion.mine(saved.key):
                continue
            try:
                account = self.foundation.accounts.authenticate(saved.key)
            except ApiError:
                log.warning("left %s in the state file: it is no key any more", masked(saved.key))
                continue
            with self._told(state, masked(saved.key)):
                check_saved(self.foundation, saved, asked)
                newcomer = state.newcomer(self.foundation, account, saved, self.scenario)
            self._take_in(newcomer, self.pins)
            self._worlds[saved.key].resumed = self.clock.base.now()

    @staticmethod
    @contextmanager
    def _told(state: Store, name: str) -> Iterator[None]:
        """What cannot be gone on with, as what is wrong with the state file."""
        try:
            yield
        except FormError as error:
            raise ValueError(
                f"the {state.name} cannot be gone on with: {name}{error.flaw.pointer}: {error.flaw.detail}; start "
                "under the overlays and settings that it was written under, or name a new file"
            ) from None

    def _drop_idlest(self) -> None:
        """Make room for one more world, where that loses no webhook that the state file keeps."""
        idlest = min(self._worlds.values(), key=lambda world: (not world.webhooks.idle, world.used))
        name, known = masked(idlest.account.key), len(self._worlds)
        if not idlest.webhooks.idle and self.state:
            log.warning("%d keys have webhooks that the state file keeps; there is room for another still", known)
            return
        webhooks = len(idlest.webhooks.subscriptions)
        self._dismiss(idlest)
        if self.state:
            self.state.put_away(idlest.account.key)
        lost = f" and its {webhooks} webhook{'s' * (webhooks != 1)}" if webhooks else ""
        log.warning("forgot the sandbox of %s%s: %d keys are in use", name, lost, known + 1)

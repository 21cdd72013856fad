"""Everything that one request can see or change: a world of its own for each API key."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from threading import Lock
from typing import Any

from mock_server.contract.documents import fixture
from mock_server.contract.errors import ApiError
from mock_server.contract.specification import Specification
from mock_server.domain.carriers import CarrierDirectory, TrackingNumber
from mock_server.domain.clock import Change, Clock, SandboxClock, SystemClock, from_text
from mock_server.domain.dispatch import Dispatch
from mock_server.domain.journal import Journal, masked
from mock_server.domain.journeys import Event, Journey, Snapshot
from mock_server.domain.magic import MagicNumbers, Scenario
from mock_server.domain.phrases import Phrases
from mock_server.domain.pins import Pin, wish_of, with_event
from mock_server.domain.places import Places
from mock_server.domain.plans import Account, Accounts, Plan
from mock_server.domain.quota import Quota
from mock_server.domain.randomness import stream
from mock_server.domain.shipments import Identity, Shipments, identity
from mock_server.domain.webhooks import Subscriptions
from mock_server.settings import Settings

REMEMBERED = 8192  # numbers whose carrier and scenario are not worked out again

log = logging.getLogger(__name__)


class Foundation:
    """What every world stands on and none can change: the contract, the data, the settings, the server's clock."""

    def __init__(self, settings: Settings, base_clock: Clock | None = None) -> None:
        """DocumentError says what is wrong with a file, ValueError what is wrong with a setting."""
        self.settings = settings
        self.specification = Specification.load(settings.overlay)
        windows = self.specification.extension("x-quota")["windows"]
        plans = [Plan.from_record(record, windows) for record in self.specification.plans]
        self.accounts = Accounts(plans, settings.default_plan, self.specification.extension("x-keys"))
        self.carriers = CarrierDirectory(
            fixture("carriers.json"),
            fixture("number_formats.json"),
            self.specification.extension("x-detection-priority"),
        )
        self.magic = MagicNumbers(fixture("magic_numbers.json"), self.carriers)
        self.phrases = Phrases(fixture("phrases.json"), self.specification.status_of_event)
        self.dispatch = Dispatch(
            Places(fixture("places.json")),
            self.phrases,
            fixture("journeys.json"),
            staged=self._staged,
            documented=self.specification.documented_shipment,
        )
        start = from_text(settings.clock) if settings.clock else None
        self.clock = SandboxClock(base_clock or SystemClock(), start, settings.time_scale)
        self.recognise = lru_cache(REMEMBERED)(self._recognise)
        self.scenario = lru_cache(REMEMBERED)(self._scenario)
        self.language = lru_cache(256)(self.phrases.match)

    def _recognise(self, text: str, carrier_code: str | None) -> TrackingNumber:
        return self.carriers.recognise(text, carrier_code, strict_check_digits=self.settings.strict_check_digits)

    def _scenario(self, number: TrackingNumber) -> Scenario | None:
        found = self.magic.scenario_of(number.text, number.carrier.code)
        return self.magic.scenarios[found] if found else None

    def _staged(self, number: TrackingNumber) -> str | None:
        scenario = self.scenario(number)
        return scenario.journey if scenario else None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A shipment as a client finds it; `pause` is seconds before the answer.

    `key` is None where the shipment is this world's own, else equal for two sightings with equal facts.
    """

    snapshot: Snapshot
    key: tuple[object, ...] | None
    pause: float = 0.0

    def facts(self, language: str) -> dict[str, Any]:
        return self.snapshot.facts(language)


class World:
    """One key's universe: its clock, quota, shipments, webhooks and journal."""

    def __init__(self, foundation: Foundation, account: Account, pins: Iterable[Pin] = ()) -> None:
        self.foundation = foundation
        self.account = account
        self.clock = foundation.clock.copy()
        self.quota = Quota(account.plan, self.clock)
        self.shipments = Shipments(foundation.settings.seed, foundation.dispatch)
        self.subscriptions = Subscriptions(foundation.settings.seed, account.key)
        self.journal = Journal(foundation.settings.journal_size)
        self._lock = Lock()
        for pin in pins:
            self.pin(pin)

    def look_up(self, text: str, carrier_code: str | None) -> Sighting:
        """The shipment of a number as it is now; ApiError if there is none, or if the number forces an error."""
        number = self.foundation.recognise(text, carrier_code)
        scenario = self.foundation.scenario(number)
        pinned = self.shipments.pinned(number)
        if scenario and scenario.error and not pinned:
            raise ApiError(scenario.error, scenario.does, injected=f"number-{scenario.scenario}")
        now = self.clock.now()
        snapshot = self.shipments.find(number, now).at(now)
        shared = not (pinned or self.foundation.dispatch.lives_once(number))
        key = (self.shipments.seed, number.carrier.code, number.text, *snapshot.key) if shared else None
        return Sighting(snapshot, key, scenario.delay_seconds if scenario and not pinned else 0.0)

    def pin(self, pin: Pin) -> Journey:
        """From now on, the number stands for this shipment here; ValueError for a status that no life leads to."""
        journey = pin.journey(self.shipments.seed, self.foundation.dispatch, self.clock.now())
        self.shipments.pin(journey)
        return journey

    def happen(self, number: TrackingNumber, record: Mapping[str, Any]) -> Event:
        """An event that was not to come, written as in schemas/shipment.schema.json; ValueError if it has happened."""
        now = self.clock.now()
        with self._lock:
            journey, event = with_event(self.shipments.find(number, now), record, self.foundation.phrases, now)
            self.shipments.pin(journey)
        return event

    def language(self, tag: str | None) -> str:
        """The language that a BCP 47 tag gets, English if there is none."""
        return self.foundation.language(tag or "")


class Worlds:
    """The worlds in use, each made when its key is first seen; the one idle longest goes when there are too many."""

    def __init__(self, foundation: Foundation) -> None:
        self.foundation = foundation
        self.clock = foundation.clock
        self.ids: Iterator[int] = count(1)
        self.stray = Journal(foundation.settings.journal_size)  # requests that came without a good key
        self.pins: dict[Identity, Pin] = {}  # the shipments that every new world has of its own
        # What other parts do when something was done to a world; each tells how many deliveries it has pending.
        self.on_clock_moved: list[Callable[[World], int]] = []
        self.on_pinned: list[Callable[[World, TrackingNumber], int]] = []
        self.on_event: list[Callable[[World, TrackingNumber, Event], int]] = []
        self._worlds: dict[str, World] = {}
        self._made = 0
        self._lock = Lock()

    def of(self, key: str | None) -> World:
        """The world of that key; ApiError `unauthorized` for a missing or bad one."""
        world = self._worlds.get(key or "")
        return world if world else self._open(self.foundation.accounts.authenticate(key))

    def new_account(self, plan: str) -> Account:
        """A key of that plan that is not in use yet; ValueError with the choices for an unknown plan."""
        accounts = self.foundation.accounts
        accounts.plan(plan)
        with self._lock:
            self._made += 1
            draw = stream(self.foundation.settings.seed, "key", self._made)
        key = f"tf_test_{plan}_{draw.randbytes(8).hex()}"
        return self.of(key).account

    def known(self, key: str) -> World | None:
        """The world of that key if it has been used."""
        return self._worlds.get(key)

    def all(self) -> tuple[World, ...]:
        """Every world in use, oldest first."""
        return tuple(self._worlds.values())

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
        return World(self.foundation, Account("", accounts.default), self.pins.values())

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
        changed = [each.shipments.unpin(number) for each in ([world] if world else self.all())]
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
        return sum(told(world) for world in worlds for told in self.on_clock_moved)

    def reset(self, key: str | None = None) -> None:
        """Forget one world, or all with the server's clock and what came without a key.

        The next request of the key finds its world as at the start.
        """
        with self._lock:
            if key is None:
                self._worlds.clear()
                self.stray.clear()
                self.pins.clear()
                self.clock.reset()
            else:
                self._worlds.pop(key, None)

    def _open(self, account: Account) -> World:
        with self._lock:
            if account.key not in self._worlds:
                if len(self._worlds) >= self.foundation.settings.sandboxes:
                    self._drop_idlest()
                self._worlds[account.key] = World(self.foundation, account, self.pins.values())
            return self._worlds[account.key]

    def _drop_idlest(self) -> None:
        idlest = min(self._worlds.values(), key=lambda world: world.journal.newest_id())
        del self._worlds[idlest.account.key]
        log.warning("forgot the sandbox of %s: %d keys are in use", masked(idlest.account.key), len(self._worlds) + 1)

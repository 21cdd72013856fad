"""Everything that one request can see or change: a world of its own for each API key."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from threading import Lock

from mock_server.contract.documents import fixture
from mock_server.contract.specification import Specification
from mock_server.domain.carriers import CarrierDirectory, TrackingNumber
from mock_server.domain.clock import Clock, SandboxClock, SystemClock, from_text
from mock_server.domain.journal import Journal, masked
from mock_server.domain.magic import MagicNumbers
from mock_server.domain.plans import Account, Accounts, Plan
from mock_server.domain.randomness import stream
from mock_server.domain.quota import Quota
from mock_server.domain.webhooks import Subscriptions
from mock_server.settings import Settings

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
        start = from_text(settings.clock) if settings.clock else None
        self.clock = SandboxClock(base_clock or SystemClock(), start, settings.time_scale)
        self.recognise = lru_cache(8192)(self._recognise)

    def _recognise(self, text: str, carrier_code: str | None) -> TrackingNumber:
        return self.carriers.recognise(text, carrier_code, strict_check_digits=self.settings.strict_check_digits)


class World:
    """One key's universe: its clock, quota, shipments, webhooks and journal."""

    def __init__(self, foundation: Foundation, account: Account) -> None:
        self.foundation = foundation
        self.account = account
        self.clock = SandboxClock(foundation.clock)
        self.quota = Quota(account.plan, self.clock)
        self.subscriptions = Subscriptions(foundation.settings.seed, account.key)
        self.journal = Journal(foundation.settings.journal_size)


class Worlds:
    """The worlds in use, each made when its key is first seen; the one idle longest goes when there are too many."""

    def __init__(self, foundation: Foundation) -> None:
        self.foundation = foundation
        self.clock = foundation.clock
        self.ids: Iterator[int] = count(1)
        self.stray = Journal(foundation.settings.journal_size)  # requests that came without a good key
        self._worlds: dict[str, World] = {}
        self._made = 0
        self._lock = Lock()

    def of(self, key: str | None) -> World:
        """The world of that key; ApiError `unauthorized` for a missing or bad one."""
        world = self._worlds.get(key or "")
        return world if world else self._open(self.foundation.accounts.authenticate(key))

    def new_account(self, plan: str) -> Account:
        """A key of that plan that is not in use yet, with its world; ValueError with the choices for an unknown plan."""
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

    def reset(self, key: str | None = None) -> None:
        """Forget one world, or all and what came without a key; the next request finds it as at the start."""
        with self._lock:
            if key is None:
                self._worlds.clear()
                self.stray.clear()
            else:
                self._worlds.pop(key, None)

    def _open(self, account: Account) -> World:
        with self._lock:
            if account.key not in self._worlds:
                if len(self._worlds) >= self.foundation.settings.sandboxes:
                    self._drop_idlest()
                self._worlds[account.key] = World(self.foundation, account)
            return self._worlds[account.key]

    def _drop_idlest(self) -> None:
        idlest = min(self._worlds.values(), key=lambda world: world.journal.newest_id())
        del self._worlds[idlest.account.key]
        log.warning("forgot the sandbox of %s: %d keys are in use", masked(idlest.account.key), len(self._worlds) + 1)

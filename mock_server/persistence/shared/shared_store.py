"""What every sandbox of several instances has promised, in the store that they share."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from secrets import token_hex, token_urlsafe
from types import MappingProxyType
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.domain.clients.journal import masked
from mock_server.domain.clock import Course
from mock_server.domain.plans import Account
from mock_server.domain.steps import Steps, finished
from mock_server.domain.webhooks.records import Saved
from mock_server.faults.scenarios import Scenario
from mock_server.persistence import snapshots
from mock_server.persistence.known import known
from mock_server.persistence.opening_text import OpeningText
from mock_server.persistence.pages import NotKeptError
from mock_server.persistence.reading import newcomer, saved
from mock_server.persistence.sandbox_records import SandboxRecords, follow
from mock_server.persistence.shared import in_common, scripts
from mock_server.persistence.shared.away import StoreAwayError
from mock_server.persistence.shared.claims import Claims, Instance, text
from mock_server.persistence.shared.link import Link
from mock_server.persistence.shared.shared_pages import LOG as LOG_NUMBER
from mock_server.persistence.shared.shared_pages import OthersError, SharedPages, rows_of_sandbox
from mock_server.persistence.starting import started
from mock_server.world import Foundation, Newcomer, Opening, World
from mock_server.world.owners import Holding

HELD = 2  # what is told of a holding
MOST_LOGGED = 10_000  # calls for all sandboxes that are kept for those who were not there
NOTHING: Mapping[str, Any] = MappingProxyType({})

log = logging.getLogger(__name__)


class SharedStore:
    """The sandboxes of the keys that this instance has claimed, in a store that others use as well."""

    def __init__(self, link: Link, claims: Claims, settings: Mapping[str, Any] = NOTHING) -> None:
        """`settings` are what all instances of a mock have in common. ValueError if those that are up have others."""
        self.link = link
        self.claims = claims
        self.applied = 0
        """Up to which number of the log this instance is."""
        self._settings = in_common.to_text(settings)
        self.mock, self.secret = "", token_urlsafe(24)
        """What tells this mock from another that the store may have forgotten, and what only its instances know."""
        self.number = self._join()
        """Of this instance; no other has it."""
        self.name = f"store {link.name}"
        self.fresh = 0
        """The number of the newest call that began all anew."""
        self._rows: dict[str, dict[str, str]] = {}  # of keys that were claimed and not loaded yet
        self._holdings: dict[str, Holding] = {}  # the same, of who they were made for
        self._text = OpeningText()
        # What was last kept of the mock as a whole, and up to which number.
        self._opening: tuple[str, int] | None = None

    def _join(self) -> int:
        values = scripts.ALIVE, self._settings, token_hex(8), self.secret, self.applied, in_common.NUMBER
        joined, *found = self.link.watch(scripts.JOIN, [scripts.MOCK, scripts.INSTANCES], *values)
        if not joined:
            raise ValueError(in_common.difference(self.link.name, self._settings, text(found[0])))
        mock, secret, number = found
        self.mock, self.secret = text(mock), text(secret)
        return int(number)

    def join_again(self) -> None:
        """Tell a store that has lost what it knew of this mock."""
        self._join()
        self._opening = None

    def opening(self, foundation: Foundation) -> Opening | None:
        """How the mock as a whole was left; None if it never was, or is started with other settings now."""
        document, at, fresh = self._asked(scripts.OPENING, [scripts.MOCK])
        self.applied, self.fresh = int(at or 0), int(fresh or 0)
        return None if document is None else self._read(foundation, document)

    def settled(self, foundation: Foundation, opening: Opening) -> Opening | None:
        """How the mock was begun by another instance meanwhile, if it was; else it is begun so."""
        ours = finished(self._text.writing(foundation, opening))
        theirs = text(self._asked(scripts.SETTLE, [scripts.MOCK], ours))
        return None if theirs == ours else self._read(foundation, theirs)

    def _read(self, foundation: Foundation, document: str | bytes) -> Opening | None:
        with self._whole("the mock as a whole"):
            record = json.loads(document)
            if record["settings"] != started(foundation):
                log.warning("the %s was left by a mock with other settings; it starts as these say", self.name)
                return None
            return snapshots.opening(foundation, record, known(Course, record["course"]))

    def holdings(self) -> Iterator[tuple[str, Holding]]:
        """None yet: each is told when its key is claimed."""
        return iter(())

    def saved(self) -> Iterator[Saved]:
        """None yet: each is loaded when its key is claimed."""
        return iter(())

    def claim(self, key: str, *, new: bool = False) -> Instance | None:
        """Make the key this instance's, if nobody answers for it; else the instance that does.

        KeptKeyError if it is to be `new`, and there is a sandbox to go on with.
        """
        claimed = self.claims.claim(key, new=new)
        if claimed.owner:
            return claimed.owner
        self._rows[key] = dict(claimed.rows)
        if claimed.holding:
            self._holdings[key] = Holding(*json.loads(claimed.holding)[:HELD])
        return None

    def load(self, key: str) -> Saved | None:
        """The sandbox as it was left, its key claimed if it was not yet; ApiError while that cannot be."""
        try:
            if key not in self._rows and key not in self.claims.fences and self.claim(key):
                raise away("another instance answers for this key")
        except StoreAwayError as error:
            raise away(str(error)) from None
        kept = self._rows.get(key)
        if not kept:
            return None
        with self._whole(masked(key)):
            world, rows = rows_of_sandbox(kept)
            if world.pop(LOG_NUMBER) < self.fresh or "course" not in world:  # all was begun anew since then, or this
                return None
            return saved(key, world, rows)

    def begun(self, key: str) -> bool:
        """Whether the sandbox has begun anew since all were told to, whoever let it."""
        try:
            number = self.link.run(scripts.KEPT, [scripts.WORLD + key], LOG_NUMBER)
        except StoreAwayError:  # nobody knows
            return False
        return number is not None and int(number) >= self.fresh

    def holding(self, key: str) -> Holding | None:
        """For whom the key was made that has just been claimed, told once."""
        return self._holdings.pop(key, None)

    def waits(self, key: str) -> bool:
        """Whether the key is claimed and something is known of it that is to be loaded."""
        return bool(self._rows.get(key)) or key in self._holdings

    def newcomer(self, foundation: Foundation, account: Account, saved: Saved, scenario: Scenario) -> Newcomer:
        """The sandbox as it was left; FormError for what this mock cannot go on with."""
        with self._whole(masked(saved.key)):
            return newcomer(foundation, account, saved, scenario)

    def of(self, key: str, course: Callable[[], Course]) -> SandboxRecords:
        """Where the sandbox of that key writes; `course` is how its clock goes."""
        rows = self._rows.pop(key, {})
        pages = SharedPages(self.claims, key, rows, lambda: self.applied)
        if rows and json.loads(rows[LOG_NUMBER]) < self.fresh:
            pages.clear()
        return SandboxRecords(pages, course)

    def follow(self, world: World, alone: Callable[[World], bool]) -> None:
        """From now on what the world stands in is kept with all that its sandbox writes."""
        follow(world, alone)

    def keeping_opening(self, foundation: Foundation, opening: Callable[[], Opening]) -> Steps[str | None]:
        """Keep how the mock as a whole stands, if that has changed; why that could not be. Step by step."""
        document = yield from self._text.latest(foundation, opening)
        stands = document, self.applied
        if stands == self._opening:
            return None
        try:
            self.link.run(scripts.KEEP_OPENING, [scripts.MOCK], *stands)
        except StoreAwayError as error:
            return str(error)
        self._opening = stands
        return None

    def hold(self, key: str, holding: Holding) -> None:
        """Keep whose a key is."""
        self._asked(scripts.HOLD, [scripts.HOLDINGS], key, json.dumps([holding.owner, holding.until]))

    def forget(self, key: str) -> None:
        """Let go of all that is known of a sandbox; its key stays whose it is. ApiError if that cannot be."""
        self._forget(key, begun=False)

    def put_away(self, key: str) -> None:
        """Give the key up: its sandbox goes on wherever it is claimed next."""
        self._rows.pop(key, None)
        if key in self.claims.fences:
            with suppress(StoreAwayError):  # then it is free when this instance is
                self.claims.release(key)

    def forget_all(self) -> None:
        """Let go of the mock as a whole, and of whose its keys are."""
        self._asked(scripts.FORGET_ALL, [scripts.MOCK, scripts.HOLDINGS])
        self._opening = None

    def begin_anew(self, key: str | None = None) -> None:
        """All sandboxes begin anew, also those that nobody has loaded; or that of a key. ApiError if that cannot be."""
        if key is not None:
            self._forget(key, begun=True)
            return
        self.fresh = self.applied
        self._asked(scripts.FRESH, [scripts.MOCK], self.fresh)

    def close(self) -> None:
        """Leave everything as it is."""
        self.link.close()

    def logged(self, call: str) -> int:
        """The number of a call for all sandboxes in the one order of such calls. StoreAwayError if it has none."""
        return int(self.link.run(scripts.LOGGED, [scripts.MOCK, scripts.LOG], call, MOST_LOGGED))

    def since(self, number: int) -> list[tuple[int, str]]:
        """The calls that came after that number, with theirs; the oldest are not known for ever. StoreAwayError."""
        first, found = self.link.run(scripts.SINCE, [scripts.MOCK, scripts.LOG], number)
        begin = max(int(first), number + 1)
        return [(begin + place, text(call)) for place, call in enumerate(found)]

    def missed(self, key: str, *, expected: bool) -> int | None:
        """Up to which number a sandbox is that waits to be loaded, if it has missed a call since then.

        One that is `expected` and not kept yet is as all that were begun anew.
        """
        rows = self._rows.get(key)
        number = int(rows[LOG_NUMBER]) if rows else self.applied
        if expected and (not rows or number < self.fresh):
            number = self.fresh
        return number if self.fresh <= number < self.applied else None

    def _forget(self, key: str, *, begun: bool) -> None:
        """Let go of a sandbox, but for that it has `begun` anew."""
        self._rows.pop(key, None)
        pages = SharedPages(self.claims, key, number=lambda: self.applied)
        pages.clear()
        if begun:
            pages.world({})
        try:
            pages.commit()
        except OthersError:  # what is known is the other's
            return
        except NotKeptError as error:
            raise away(str(error)) from None

    def _asked(self, script: Any, keys: list[str], *values: Any) -> Any:
        """What the store says; ApiError while it says nothing."""
        try:
            return self.link.run(script, keys, *values)
        except StoreAwayError as error:
            raise away(str(error)) from None

    @contextmanager
    def _whole(self, about: str) -> Iterator[None]:
        """ValueError for whatever is not as this program has written it."""
        try:
            yield
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(
                f"what the {self.name} has of {about} is damaged: {type(error).__name__}: {error}"
            ) from None


def away(why: str) -> ApiError:
    """The refusal of what the store, or another instance, would have to say."""
    return ApiError("carrier_unavailable", why, verbatim=True, retry_after=1.0)

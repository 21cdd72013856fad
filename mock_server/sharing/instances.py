"""One of several instances that share a store: what makes it one, and how it leaves."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from types import MappingProxyType

from mock_server.contract.errors import ApiError
from mock_server.domain.clients.journal import masked
from mock_server.domain.clock import to_text
from mock_server.own_paths import OWN_PREFIX
from mock_server.persistence.sandbox_records import renew
from mock_server.persistence.shared.away import StoreAwayError
from mock_server.persistence.shared.claims import Instance
from mock_server.persistence.shared.shared_store import SharedStore
from mock_server.server.listening import url_of
from mock_server.server.options import Options
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.settings import Settings
from mock_server.sharing.call_log import CallLog
from mock_server.sharing.channels import PATH, LostError, UnreachableError
from mock_server.sharing.frames import ForwardedRequest
from mock_server.sharing.heartbeat import Heartbeat
from mock_server.sharing.ids import interleaved
from mock_server.sharing.joining import Share, unavailable
from mock_server.sharing.leases import LIFE, MARGIN, RENEWED, Leases
from mock_server.sharing.membership import Peer
from mock_server.sharing.own_keys import OwnKeys, label
from mock_server.sharing.relaying import whole
from mock_server.sharing.router import KeyRouter
from mock_server.version import __version__
from mock_server.web.front import Front
from mock_server.web.mock import Mock
from mock_server.world import keeping

MET = "met"
"""What an instance tells of itself once the others know of it, and what it says to them before that."""
UNSURE = "whether this instance still answers for the key is not sure; ask again"
EPOCH = 1_767_225_600.0  # 2026-01-01, before which no request was numbered
ALL_ADDRESSES = frozenset({"0.0.0.0", "::"})  # noqa: S104 - what it is compared with
MOST = 64  # instances whose requests have numbers of their own
PATIENCE = 5.0  # real seconds for deliveries under way before their keys are let go of
LOOKED = 0.05  # real seconds between two looks whether they are done

log = logging.getLogger(__name__)


steady: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
)
"""Seconds of a clock that goes on while the machine sleeps, where there is one."""


class InstanceShare(Share):
    """The part of one instance, whose keys are those that it has claimed."""

    def __init__(
        self, mock: Mock, now: Callable[[], float] = steady, heard: float = RENEWED + MARGIN, life: float = LIFE
    ) -> None:
        """`now` is a steady clock; `heard` is after how many real seconds all others have heard that it is leaving.

        `life` is for how many it is taken to be alive when nobody hears of it.
        """
        worlds, store = mock.worlds, mock.worlds.state
        if not isinstance(store, SharedStore):
            raise TypeError("this mock shares no store")
        facts = {"version": __version__, "started_at": to_text(worlds.started)}
        me = Instance(store.claims.incarnation, "", "", store.number, MappingProxyType(facts))
        self.leases = leases = Leases(store, me, now, self._good, life)
        worlds.portion = replace(worlds.portion, mine=leases.owns, begun=store.begun)
        super().__init__(leases, store.secret, worlds.portion)
        self._mock, self._store = mock, store
        worlds.ids = interleaved(store.number % MOST, MOST, worlds.clock.base.now, EPOCH)
        leases.on_claimed, leases.on_lost, leases.on_anew = self._claimed, worlds.put_away, self._anew
        leases.on_forgotten = partial(keeping.keep, worlds)
        leases.on_gone = lambda peer: self.channels.give_up(peer.address)
        begun = store.settled(worlds.foundation, keeping.opening(worlds))
        if begun:
            worlds.go_on(begun)
        self._unavailable = unavailable(mock)
        self._vouch = self._vouched
        self._heard, self._life = heard, life
        self._strict = worlds.foundation.settings.strict
        mock.scheduler.may = lambda world: leases.sure(world.account.key)

    def router(self, front: Front, answer: Application) -> KeyRouter:
        """Answers in place of the application, which answers what is this instance's."""
        base = self._mock.worlds.clock.base
        self.call_log = self.order = CallLog(self._store, self.leases, self.channels, lambda: front.made().answer, base)
        self.leases.on_logged = lambda number: not self.call_log.behind(number)
        return super().router(front, answer)

    def entrance(self, here: Application, everything: Application) -> Application:
        pipeline = self._mock.pipeline
        base, header = f"{pipeline.specification.base_path}/", pipeline.usual_header
        if header is None or OWN_PREFIX.startswith(base) or base.startswith(OWN_PREFIX):
            return everything
        return OwnKeys(
            self.leases, here, everything, vouch=self._vouched, header=header, base=base, labels=not self._strict
        ).answer

    def _told(self, question: ForwardedRequest) -> Reply | None:
        if not question.notes.get(MET):
            return self.call_log.told(question)

        async def later() -> Reply:
            await asyncio.to_thread(self._heartbeat.beat)  # by its end, who asks is known here
            return Reply(HTTPStatus.OK)

        return Reply(HTTPStatus.OK, later=later)

    def options(self, options: Options) -> Options:
        """How this instance is served."""
        return replace(
            options,
            on_start=[*options.on_start, self._start],
            on_listening=[*options.on_listening, self._listens],
            before_clients=self._met,
            on_stopping=[*options.on_stopping, self.leases.leave],
            on_leaving=[*options.on_leaving, self.leave],
            after_clients=self._quiet,
        )

    async def leave(self) -> None:
        """Let the others have the keys of this instance, one by one, if there are others."""
        await asyncio.to_thread(self._heartbeat.beat)
        if not self.leases.heirs:
            return
        await asyncio.sleep(self._heard)  # until then, others may not have heard that it is about to end
        until = self._loop.time() + PATIENCE
        for key in list(self._store.claims.fences):
            world = self._mock.worlds.known(key)
            while world and self._mock.scheduler.busy(world) and self._loop.time() < until:
                await asyncio.sleep(LOOKED)
            self._let_go(key)
            await asyncio.sleep(0)

    async def _met(self) -> None:
        """Let the others know of this instance before clients do: what concerns everybody concerns it.

        Who is as far as this one takes no calls yet; of two such, the later to say that it does has seen the other.
        """
        others = [each for each in self.leases.instances() if each.facts.get(MET)]
        await asyncio.gather(*map(self._greeted, others))
        self.leases.tell(**{MET: True})
        await asyncio.to_thread(self._heartbeat.beat)

    async def _greeted(self, other: Instance) -> None:
        peer = Peer(other.name, other.address, other.number)
        with suppress(UnreachableError, LostError, TimeoutError):  # whoever does not hear by then is dead
            async with asyncio.timeout(self._life):
                await whole(self.channels, peer, ForwardedRequest(Request("GET", PATH, {}), {MET: True}))

    async def _quiet(self) -> None:
        """Say no more that this instance is alive, once nobody is answered any more."""
        await asyncio.to_thread(self._heartbeat.stop)

    def close(self) -> None:
        """Be no more, as far as the others know."""
        self._heartbeat.stop()
        for key in list(self._store.claims.fences):
            self._let_go(key)
        with suppress(StoreAwayError):
            self._store.claims.leave()

    def _vouched(self, key: str, request: Request, reply: Reply) -> Reply:
        """The answer, or a refusal where another instance may have the key by now; asked again as it leaves."""
        if reply.later is None and reply.wire is None and not reply.pause:
            return self._labelled(key, reply) if self.leases.sure(key) else self._unavailable(request, UNSURE)
        return reply.then(lambda known: replace(self._labelled(key, known), still=partial(self._still, key, request)))

    def _still(self, key: str, request: Request) -> Reply | None:
        return None if self.leases.sure(key) else self._unavailable(request, UNSURE)

    def _labelled(self, key: str, reply: Reply) -> Reply:
        """The reply saying which instance has answered, and by which claim."""
        fence = None if self._strict else self.leases.fences.get(key)
        return reply if fence is None else reply.with_headers(dict(label(self.leases.me.name, fence)))

    def _let_go(self, key: str) -> None:
        worlds = self._mock.worlds
        keeping.keep(worlds, key)
        worlds.put_away(key)
        with suppress(StoreAwayError):  # it is free when this instance is
            self.leases.release(key)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._heartbeat = loop, Heartbeat(self.leases, loop)
        self.leases.later, self.leases.on_doubted = loop.call_later, self._heartbeat.sooner

    def _listens(self, ports: Sequence[int]) -> None:
        settings = self._mock.worlds.foundation.settings
        name = settings.instance or f"{settings.host}:{ports[0]}"
        self.leases.introduce(name, address_of(settings, ports[0]))
        self.leases.renewed()()
        keeping.keep(self._mock.worlds)
        self._heartbeat.start()

    def _good(self, key: str) -> bool:
        try:
            self._mock.worlds.foundation.accounts.authenticate(key)
        except ApiError:
            return False
        return True

    def _claimed(self, key: str) -> bool:
        """Let the sandbox go on here, if there is one; whether there was."""
        worlds = self._mock.worlds
        expected = worlds.expected(key)
        if not (expected or self._store.waits(key)):
            return False
        since = self._store.missed(key, expected=expected)
        try:
            worlds.take_over(key)
            if since is not None:
                self.call_log.redo(key, since)
        except (ApiError, ValueError, StoreAwayError) as error:
            log.error("the sandbox of %s cannot go on here: %s", masked(key), error)
        return True

    def _anew(self, key: str) -> None:
        world = self._mock.worlds.known(key)
        if world:
            renew(world)


def address_of(settings: Settings, port: int) -> str:
    """Where the other instances reach this one, if nobody says otherwise: by this machine's name, or on loopback."""
    if settings.advertise:
        return settings.advertise.rstrip("/")
    host = socket.gethostname() if settings.host in ALL_ADDRESSES else settings.host
    return url_of(host, port)

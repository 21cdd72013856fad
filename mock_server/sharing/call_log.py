"""Calls that concern everybody, in the order in which a store has them: each instance does them one after the other."""

import asyncio
import json
import logging
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from mock_server.domain.clock import Clock
from mock_server.own_paths import CONTROL_PREFIX
from mock_server.persistence.shared.away import StoreAwayError
from mock_server.persistence.shared.shared_store import SharedStore
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.sharing.channels import LostError, PeerChannels, UnreachableError
from mock_server.sharing.frames import ForwardedRequest, packed, unpacked
from mock_server.sharing.membership import Membership, Peer
from mock_server.sharing.relaying import whole

ASKED = "/__peer/logged"
MOST = 1000  # answers that are kept for those who ask
PAUSE = 0.2  # real seconds before an instance that was not there is asked again
OF_EACH = (f"{CONTROL_PREFIX}/clock", f"{CONTROL_PREFIX}/shipments")
"""Where a call without a key does to each sandbox what the same call does with its key."""

log = logging.getLogger(__name__)


class CallLog:
    """The order that a store keeps."""

    def __init__(
        self,
        store: SharedStore,
        membership: Membership,
        channels: PeerChannels,
        made: Callable[[], Application],
        base: Clock,
    ) -> None:
        """`made` returns what carries out control calls here; the first time, that takes a while."""
        self._store = store
        self._membership = membership
        self._channels = channels
        self._made = made
        self._base = base
        self._answers: OrderedDict[int, Reply] = OrderedDict()
        self._doing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def ordered(self, request: Request) -> Sequence[tuple[int, Reply]]:
        """What each that is there has answered; UnreachableError while the store has no number for the call."""
        call = b64encode(packed(ForwardedRequest(replace(request, echo=False)))).decode()
        entry = {"at": self._base.now(), "by": self._membership.me.number, "call": call}
        try:
            number = self._store.logged(json.dumps(entry))
        except StoreAwayError as error:
            raise UnreachableError(str(error)) from None
        others = [peer for peer in self._membership.peers() if peer != self._membership.me]
        mine, *theirs = await asyncio.gather(self.answered(number), *(self._peers(peer, number) for peer in others))
        told = [(self._membership.me.number, mine), *zip((peer.number for peer in others), theirs, strict=True)]
        return [(number, reply) for number, reply in told if reply is not None]

    def told(self, question: ForwardedRequest) -> Reply | None:
        """The reply to another instance that asks what was answered here to a call, once it is done."""
        number = question.notes.get("logged")
        if number is None:
            return None

        async def later() -> Reply:
            found = await self.answered(int(number))
            return found or Reply(HTTPStatus.GONE)

        return Reply(HTTPStatus.OK, later=later)

    async def answered(self, number: int) -> Reply | None:
        """What was answered here to the call of that number, once it and all before it are done.

        They are done also when whoever waits for that has gone.
        """
        await asyncio.shield(self._task(self.caught_up(number)))
        return self._answers.get(number)

    async def caught_up(self, number: int) -> None:
        """Do all calls up to that number that were not done yet. UnreachableError while the store has not got them."""
        async with self._doing:
            if self._store.applied >= number:
                return
            try:
                found = self._store.since(self._store.applied)
            except StoreAwayError as error:
                raise UnreachableError(str(error)) from None
            for place, entry in found:
                if place > self._store.applied + 1:
                    log.error("calls for all sandboxes were missed, and the store knows them no more")
                self._answers[place] = await self._done(place, entry)
                if len(self._answers) > MOST:
                    self._answers.popitem(last=False)

    def behind(self, number: int) -> bool:
        """Whether calls up to that number are not done yet; they are about to be."""
        if self._store.applied >= number:
            return False
        self._task(self._follow(number))
        return True

    def redo(self, key: str, since: int) -> None:
        """Let one sandbox have what was done to all after that number, while nobody had it. StoreAwayError."""
        for number, entry in self._store.since(since):
            request, at, _ = _read(entry)
            path, _, query = request.target.partition("?")
            if number <= self._store.applied and path.startswith(OF_EACH):
                about = f"{path}?{query}{'&' if query else ''}key={quote(key)}"
                self._at(at, replace(request, target=about))

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _follow(self, number: int) -> None:
        try:
            await self.caught_up(number)
        except UnreachableError:  # the next renewal tries again
            return

    async def _peers(self, peer: Peer, number: int) -> Reply | None:
        """What the peer has answered; None once it is taken to be dead."""
        while peer in self._membership.peers():
            try:
                reply = await whole(
                    self._channels, peer, ForwardedRequest(Request("GET", ASKED, {}), {"logged": number})
                )
            except (UnreachableError, LostError):
                await asyncio.sleep(PAUSE)
            else:
                return None if reply.status == HTTPStatus.GONE else reply
        return None

    async def _done(self, number: int, entry: str) -> Reply:
        request, at, by = _read(entry)
        await asyncio.to_thread(self._made)
        self._store.applied = number  # from here on, a sandbox that is loaded gets the call by itself
        try:
            reply = self._at(at, replace(request, echo=by != self._membership.me.number))
            while reply.later is not None:
                reply = await reply.later()
        except Exception:
            log.exception("%s %s failed", request.method, request.target)
            return Reply(HTTPStatus.INTERNAL_SERVER_ERROR)
        return reply

    def _at(self, instant: float, request: Request) -> Reply:
        """The reply as of an instant, which is the same for all."""
        mine = self._base.hold(instant)
        try:
            return self._made()(request)
        finally:
            if mine:
                self._base.release()


def _read(entry: str) -> tuple[Request, float, int]:
    """The request, when it came, and the number of who was asked."""
    found = json.loads(entry)
    question = unpacked(b64decode(found["call"]))
    if question is None:
        raise ValueError("a call in the log is not whole")
    return question[0].request, found["at"], found["by"]

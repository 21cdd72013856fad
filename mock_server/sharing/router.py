"""Who answers a request: this process by itself, or another for the key that it is about."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus

from mock_server.server.reply import Deliver, Instead, PendingAnswer, Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application, Shared
from mock_server.sharing.channels import PATH, LostError, MisdirectedError, PeerChannels, UnreachableError
from mock_server.sharing.frames import ForwardedRequest
from mock_server.sharing.handoff import SocketHandoff
from mock_server.sharing.membership import Membership, Peer
from mock_server.sharing.peer_connections import PeerEndpoint
from mock_server.sharing.relaying import relayed
from mock_server.sharing.trunks import CLOSES, LONGEST, STAYS, QuestionEnd
from mock_server.web.front import is_of_control

TRIES = 15  # owners asked in turn, where those before say that they are none
MISSES = 3  # of them that were not there
SETTLING = 0.1  # seconds until the next is asked where one says that it is not; all of them know within a renewal

logger = logging.getLogger(__name__)

KeyOf = Callable[[Request], str | None]
Vouch = Callable[[str, Request, Reply], Reply]
"""What may leave in place of the answer to a request about a key: that answer, unless the key has been lost."""
Unavailable = Callable[[Request, str], Reply]
"""The refusal of a request whose owner cannot answer, for that reason."""


class KeyRouter:
    """Answers what is about a key of this process's, or about none; the owner answers what is about another's."""

    def __init__(
        self,
        answer: Application,
        membership: Membership,
        channels: PeerChannels,
        *,
        key_of: KeyOf,
        unavailable: Unavailable,
        handoff: SocketHandoff | None = None,
        vouch: Vouch | None = None,
        whole: Application | None = None,
        opening: Callable[[], object] | None = None,
        told: Callable[[ForwardedRequest], Reply | None] = lambda _question: None,
    ) -> None:
        """`handoff` gives clients' connections to processes of the same machine.

        `vouch` has the last word on an answer about a key of this process's, just before it leaves. `whole` answers
        control calls that are about all keys, `opening` tells how the mock stands as a whole, and `told` answers what
        processes of the mock ask each other beside that.
        """
        self._told = told
        self._opening = opening
        self._here = answer
        self._vouch = vouch
        self._handoff = handoff
        self._membership = membership
        self._key_of = key_of
        self._channels = channels
        self._unavailable = unavailable
        self._whole = whole
        self._entrance = PeerEndpoint(channels, self.answered)
        self._shared: Shared | None = None

    def serving(self, shared: Shared) -> None:
        """The server is about to accept connections."""
        self._shared = shared
        if self._handoff:
            self._handoff.open(shared)

    def close(self) -> None:
        """Nothing is served any more."""
        self._channels.close()
        if self._handoff and self._shared:
            self._handoff.close(self._shared)

    def answer(self, request: Request) -> Reply:
        key = self._key_of(request)
        if key is None:
            return self._of_all(request)
        owner = self._membership.owner(key)
        if owner is self._membership.me:
            return self._own(key, request)
        if self._handoff is not None and owner is not None and not self._stopping:
            handing = self._handoff.handing_over(owner, request)
            if handing is not None:
                return handing
        return self._elsewhere(owner, key, request)

    def answered(self, question: ForwardedRequest) -> Reply:
        """The reply to what another process was asked.

        What is about a key of somebody else's is not passed on: whoever asked may be waiting no more, and would have
        had another answer by then.
        """
        request = question.request
        if question.notes and (found := self._noted(question)):
            return found
        key = question.key
        if key is None:
            return self._here(request)
        return self._own(key, request) if self._membership.mine(key) else Reply(HTTPStatus.MISDIRECTED_REQUEST)

    def _noted(self, question: ForwardedRequest) -> Reply | None:
        """The reply to what is more, or less, than a client's request."""
        notes = question.notes
        if notes.get("opening") and self._opening:
            return Reply.json(HTTPStatus.OK, self._opening())
        if notes.get("here"):
            return self._here(replace(question.request, echo=notes.get("echo", False)))
        if name := notes.get("parked"):
            return self._entrance.fetched(name)
        return self._told(question)

    @property
    def _stopping(self) -> bool:
        """Whether each client's next answer is its last, so that it is not worth handing over."""
        return self._shared is not None and self._shared.stopping

    def _own(self, key: str, request: Request) -> Reply:
        """The answer of this process."""
        reply = self._here(request)
        return reply if self._vouch is None else self._vouch(key, request, reply)

    def _elsewhere(self, owner: Peer | None, key: str, request: Request) -> Reply:
        """The reply of the key's owner."""
        later = partial(self._asked, key, request)
        trunk = None
        if owner is not None and len(request.body) <= LONGEST:
            trunk = self._channels.trunk(owner.address)
        if owner is None or trunk is None:
            return Reply(HTTPStatus.OK, later=later)
        question = self._question(key, request)

        def brings(deliver: Deliver, instead: Instead) -> PendingAnswer:
            def told(outcome: QuestionEnd, data: bytes) -> None:
                if outcome is STAYS or outcome is CLOSES:
                    deliver(data, outcome is STAYS)
                elif outcome is QuestionEnd.PARKED:
                    instead(Reply(HTTPStatus.OK, later=partial(self._fetched, owner, key, question, data.decode())))
                elif outcome is QuestionEnd.MISDIRECTED:
                    self._membership.doubt(key)
                    instead(Reply(HTTPStatus.OK, later=later))
                else:
                    instead(self._lost(owner, key, request))

            return trunk.ask(question, told)

        return Reply(HTTPStatus.OK, later=later, brings=brings)

    async def _fetched(self, owner: Peer, key: str, question: ForwardedRequest, name: str) -> Reply:
        """The reply that the owner has parked under that name."""
        asked = ForwardedRequest(replace(question.request, body=b""), {"parked": name})
        try:
            return await relayed(self._channels, owner, asked)
        except (MisdirectedError, UnreachableError, LostError):
            return self._lost(owner, key, question.request)

    def _lost(self, owner: Peer, key: str, request: Request) -> Reply:
        """What is said where the owner may have done what was asked, and has gone."""
        self._membership.doubt(key)
        return self._unavailable(request, f"{owner.name}, which answers for this key, has ended before it answered")

    def _question(self, key: str, request: Request) -> ForwardedRequest:
        return ForwardedRequest(replace(request, keep_alive=False) if self._stopping else request, {}, key)

    async def _asked(self, key: str, request: Request) -> Reply:
        question = self._question(key, request)
        reason, away = "", set[Peer]()
        for _ in range(TRIES):
            await self._membership.turn(key)
            owner = self._membership.owner(key)
            if owner is None:
                return self._unavailable(request, "nobody answers for this key at the moment")
            if owner == self._membership.me:  # it has become so while others were asked
                return self._own(key, request)
            if owner in away or len(away) == MISSES:
                break
            try:
                return await self._told_by(owner, question)
            except MisdirectedError:  # it has done nothing, so another may be asked
                reason = "who answers for this key is being settled"
                self._membership.doubt(key)
                await asyncio.sleep(SETTLING)
            except UnreachableError:  # nor has it heard anything
                reason = f"{owner.name}, which answers for this key, is not there at the moment"
                self._membership.doubt(key)
                away.add(owner)
            except LostError:
                return self._lost(owner, key, request)
        return self._unavailable(request, reason)

    async def _told_by(self, owner: Peer, question: ForwardedRequest) -> Reply:
        """The owner's reply; errors as of `relayed`."""
        if owner.address == self._membership.me.address:  # this process has come in its place
            raise MisdirectedError
        return await relayed(self._channels, owner, question)

    def _of_all(self, request: Request) -> Reply:
        """The reply to what is about no key, or about all."""
        if request.target == PATH:
            return self._entrance.admit(request) or self._here(request)
        return self._whole(request) if self._whole and is_of_control(request) else self._here(request)

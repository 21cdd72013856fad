"""Who answers a request: this process by itself, or another for the key that it is about."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from mock_server.server.connection import Connection
from mock_server.server.reply import Reply, Sending
from mock_server.server.request import Request
from mock_server.server.shared import Application, Shared
from mock_server.sharing.channels import PATH, Channel, LostError, UnreachableError, Ways
from mock_server.sharing.frames import Kind, Question
from mock_server.sharing.guests import Guest
from mock_server.sharing.handing import Hands
from mock_server.sharing.membership import Membership, Peer

TRIES = 2  # owners asked in turn, where the first has gone and has heard nothing
MOST_HOPS = 2  # processes that a request goes through, where one has heard of a change that another has not

logger = logging.getLogger(__name__)

KeyOf = Callable[[Request], str | None]
Vouch = Callable[[str, Request, Reply], Reply]
"""What may leave in place of the answer to a request about a key: that answer, unless the key has been lost."""
Unavailable = Callable[[Request, str], Reply]
"""The refusal of a request whose owner cannot answer, for that reason."""


@dataclass(frozen=True, slots=True)
class Brought:
    """An answer that another process gives, as it comes."""

    channel: Channel
    kind: Kind
    data: bytes

    async def play(self, sending: Sending) -> None:
        kind, data = self.kind, self.data
        try:
            while True:
                await sending.send(data)
                if kind is not Kind.MORE:
                    break
                kind, data = await self.channel.answered()
        except LostError:
            kind = Kind.RESET
        except BaseException:  # the client has gone
            self.channel.leave()
            raise
        match kind:
            case Kind.LAST:
                sending.complete()
            case Kind.CLOSE:
                sending.close()
            case _:
                sending.reset()

    def remains(self, content: bytes) -> bytes:
        return content


class Router:
    """Answers what is about a key of this process's, or about none; the owner answers what is about another's."""

    def __init__(
        self,
        answer: Application,
        membership: Membership,
        ways: Ways,
        *,
        key_of: KeyOf,
        unavailable: Unavailable,
        hands: Hands | None = None,
        vouch: Vouch | None = None,
    ) -> None:
        """`hands` give clients' connections to processes of the same machine.

        `vouch` has the last word on an answer about a key of this process's, just before it leaves.
        """
        self._here = answer
        self._vouch = vouch
        self._hands = hands
        self._membership = membership
        self._key_of = key_of
        self._ways = ways
        self._unavailable = unavailable
        self._shared: Shared | None = None

    def serving(self, shared: Shared) -> None:
        """The server is about to accept connections."""
        self._shared = shared
        if self._hands:
            self._hands.open(shared)

    def close(self) -> None:
        """Nothing is served any more."""
        self._ways.close()
        if self._hands and self._shared:
            self._hands.close(self._shared)

    def answer(self, request: Request) -> Reply:
        key = self._key_of(request)
        if key is None:
            return self._welcome(request) if request.target == PATH else self._here(request)
        if self._membership.mine(key):
            return self._own(key, request)
        if self._hands is not None and (owner := self._membership.owner(key)):
            handing = self._hands.handing(owner, request)
            if handing is not None:
                return handing
        return self.elsewhere(key, request, 1)

    def answered(self, question: Question) -> Reply:
        """The reply to what another process was asked."""
        request, hops = question.request, question.notes.get("hops", 1)
        key = self._key_of(request)
        if key is None:
            return self._here(request)
        if self._membership.mine(key):
            return self._own(key, request)
        if hops >= MOST_HOPS:
            return self._unavailable(request, "who answers for this key is being settled")
        return self.elsewhere(key, request, hops + 1)

    def _own(self, key: str, request: Request) -> Reply:
        """The answer of this process."""
        reply = self._here(request)
        return reply if self._vouch is None else self._vouch(key, request, reply)

    def elsewhere(self, key: str, request: Request, hops: int) -> Reply:
        """The reply of the key's owner."""
        return Reply(HTTPStatus.OK, later=partial(self._asked, key, request, hops))

    async def _asked(self, key: str, request: Request, hops: int) -> Reply:
        ending = self._shared is not None and self._shared.stopping
        question = Question(replace(request, keep_alive=request.keep_alive and not ending), {"hops": hops})
        reason = ""
        for _ in range(TRIES):
            owner = self._membership.owner(key)
            if owner is None:
                return self._unavailable(request, "nobody answers for this key at the moment")
            if owner == self._membership.me:  # it has become so while others were asked
                return self._own(key, request)
            try:
                return await self.brought(owner, question)
            except UnreachableError:  # it has heard nothing, so another may be asked
                reason = f"{owner.name}, which answers for this key, is not there at the moment"
                self._membership.doubt(key)
            except LostError:
                self._membership.doubt(key)
                reason = f"{owner.name}, which answers for this key, has ended before it answered"
                break
        return self._unavailable(request, reason)

    async def brought(self, peer: Peer, question: Question) -> Reply:
        """The peer's reply; UnreachableError if it was not asked, LostError if it went without a word."""
        channel = await self._ways.ask(peer, question)
        try:
            return Reply(HTTPStatus.OK, wire=Brought(channel, *await channel.answered()))
        except BaseException:  # its client has gone, or it has gone itself
            channel.leave()
            raise

    def _welcome(self, request: Request) -> Reply:
        """Another process of the mock may ask from here on; anybody else finds nothing here."""
        if not self._ways.good(request.headers.get("authorization", "")):
            return self._here(request)
        return Reply(HTTPStatus.SWITCHING_PROTOCOLS, headers={"Upgrade": "trackflow-mock"}, takeover=self._receive)

    def _receive(self, connection: Connection, came: bytes) -> None:
        guest = Guest(connection.shared, self.answered)
        connection.transport.set_protocol(guest)
        guest.connection_made(connection.transport)
        if came:
            guest.data_received(came)

"""Calls that concern everybody, done by all processes one after the other."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol

from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.sharing.channels import LostError, PeerChannels, UnreachableError
from mock_server.sharing.frames import ForwardedRequest, packed, unpacked
from mock_server.sharing.membership import Peer
from mock_server.sharing.relaying import whole

OPENING = "/__peer/opening"
MOST_KEPT = 10_000  # calls that a process may miss

Answered = tuple[int, Reply]
"""A peer's number, and what it has answered."""


async def caught_up(answer: Application, missed: Sequence[str]) -> None:
    """Do what was missed, in its order."""
    for each in missed:
        found = unpacked(b64decode(each))
        reply = answer(found[0].request) if found else None
        while reply is not None and reply.later is not None:
            reply = await reply.later()


class Order(Protocol):
    """Brings such a call to all."""

    async def ordered(self, request: Request) -> Sequence[Answered]:
        """What each that is there has answered, in the order of their numbers; UnreachableError if it cannot be had."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The order that the parent of several processes keeps."""

    channels: PeerChannels
    peer: Peer

    async def ordered(self, request: Request) -> Sequence[Answered]:
        told = (await whole(self.channels, self.peer, ForwardedRequest(request))).value()
        return [(number, Reply(status, b64decode(content), headers)) for number, status, headers, content in told]


class Ordering:
    """The order itself: each call is done by everybody before the next begins."""

    def __init__(self, channels: PeerChannels, peers: Sequence[Peer]) -> None:
        self._channels = channels
        self._peers = peers
        self._calls: list[bytes] = []
        self._first = 0  # the number of the first that is kept
        self._done = [0] * len(peers)
        self.lock = asyncio.Lock()
        """Held while a call is done, and while a process that starts catches up."""
        self.opening: str | None = None
        """How the mock as a whole stands, for a process that starts."""

    def answered(self, question: ForwardedRequest) -> Reply:
        """What all have answered, as one reply."""
        return Reply(HTTPStatus.OK, later=lambda: asyncio.shield(self._ordered(question.request)))

    def missed(self, number: int) -> list[str]:
        """The calls that this process has not done, each packed, as text."""
        return [b64encode(call).decode() for call in self._calls[max(0, self._done[number] - self._first) :]]

    def up_to_date(self, number: int) -> None:
        """The process has caught up."""
        self._done[number] = self._first + len(self._calls)
        if all(self._done) and len(self._calls) > MOST_KEPT:
            past = min(self._done) - self._first
            self._first += past
            del self._calls[:past]

    async def learn(self) -> None:
        """Ask whoever is there how the mock as a whole stands."""
        for peer in self._peers:
            told = await self._ask(peer, ForwardedRequest(Request("GET", OPENING, {}), {"opening": True}))
            if told is not None:
                self.opening = told.content.decode()
                return

    async def _ordered(self, request: Request) -> Reply:
        async with self.lock:
            answers = await self._all(request)
            if any(reply.status < HTTPStatus.BAD_REQUEST for _, reply in answers):
                self._calls.append(packed(ForwardedRequest(replace(request, echo=False))))
                for number, _ in answers:
                    self.up_to_date(number)
                await self.learn()
        told = [
            (number, reply.status, dict(reply.headers), b64encode(reply.content).decode()) for number, reply in answers
        ]
        return Reply.json(HTTPStatus.OK, told)

    async def _all(self, request: Request) -> list[Answered]:
        """What each answers; the first that is there counts what is there for all."""
        answers: list[Answered] = []
        others = list(self._peers)
        while others and not answers:
            answers += await self._asked([others.pop(0)], request, echo=False)
        return answers + await self._asked(others, request, echo=True)

    async def _asked(self, peers: Sequence[Peer], request: Request, *, echo: bool) -> list[Answered]:
        question = ForwardedRequest(request, {"here": True, "echo": echo})
        replies = await asyncio.gather(*(self._ask(peer, question) for peer in peers))
        return [(peer.number, reply) for peer, reply in zip(peers, replies, strict=True) if reply is not None]

    async def _ask(self, peer: Peer, question: ForwardedRequest) -> Reply | None:
        try:
            return await whole(self._channels, peer, question)
        except (UnreachableError, LostError):
            return None

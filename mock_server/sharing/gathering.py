"""Control calls without a key, answered by all processes as by one."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.sharing.channels import UNIX, LostError, PeerChannels, UnreachableError
from mock_server.sharing.frames import ForwardedRequest
from mock_server.sharing.measuring import measured
from mock_server.sharing.membership import Membership, Peer
from mock_server.sharing.merging import merged
from mock_server.sharing.relaying import whole
from mock_server.sharing.sequence import Order
from mock_server.sharing.streaming import streamed
from mock_server.sharing.waiting import Waiting
from mock_server.version import __version__
from mock_server.web.app import MockServer
from mock_server.web.console import ROUTES as OF_THE_CONSOLE
from mock_server.web.control import ROUTES, endpoint_of
from mock_server.web.control.call import ControlCall, Plane
from mock_server.web.control.replies import answer, encoded
from mock_server.web.control.requests import WAITING
from mock_server.web.control.spread import HERE, How, Spread
from mock_server.web.problems import Problem

SPREADS = {endpoint_of(route): route.spread for route in (*ROUTES, *OF_THE_CONSOLE)}
DONE = frozenset({"HX-Trigger", "HX-Redirect"})
"""Headers by which the console tells that something was done."""
RETRY = {"Retry-After": "1"}

Replies = list[tuple[Peer, Reply]]


class Gathering:
    """Asks everybody, and makes one answer of theirs."""

    def __init__(
        self, here: Application, flask: MockServer, membership: Membership, channels: PeerChannels, order: Order | None
    ) -> None:
        """`order` is that of the calls which all of them carry out; without one, each comes to all by itself."""
        self._here = here
        self._flask = flask
        self._membership = membership
        self._channels = channels
        self._order = order

    async def answer(self, request: Request) -> Reply:
        """The reply of the mock as a whole; Problem's where it cannot be had."""
        try:
            return await self._answer(request, self._spread(request))
        except Problem as problem:
            return problem.reply()

    async def _answer(self, request: Request, spread: Spread) -> Reply:
        match spread.how:
            case How.ORDERED:
                return await self._ordered(request, spread)
            case How.GATHERED:
                return await self._gathered(request, spread)
            case How.FIRST:
                return _best([reply for _, reply in await self.all(request)])
            case How.WAITS:
                told = await Waiting(self._membership.peers, self.one, self._order_of).reply(request)
                if told is None:
                    raise _silent("one of the processes")
                return told
            case How.STREAMS:
                here = await self.one(self._membership.me, request)
                if here is not None and not _good(here):
                    return here
                return streamed(self._channels, self._membership.peers, request)
            case How.INSTANCES:
                peers = self._membership.peers()
                return _instances(peers, await self.all(request, self._channels.patience, peers))
            case How.MEASURED:
                replies = await self.all(request, peers=self._measuring(request))
                good = [(peer, reply) for peer, reply in replies if _good(reply)]
                return measured(good) if good else _best([reply for _, reply in replies])
            case _:
                return self._here(request)

    def _measuring(self, request: Request) -> Sequence[Peer]:
        """Whoever is to measure itself: all, or the one that the call names."""
        peers, named = self._membership.peers(), dict(parse_qsl(request.target.partition("?")[2])).get("instance")
        found = [peer for peer in peers if named in {None, peer.name}]
        if not found:
            known = ", ".join(peer.name for peer in peers)
            raise Problem(HTTPStatus.NOT_FOUND, f"there is no instance {named!r}; there are {known}")
        return found

    async def all(
        self, request: Request, patience: float | None = None, peers: Sequence[Peer] | None = None
    ) -> Replies:
        """What each answers that is there, or each of those, and that does so in so many real seconds."""

        async def one(peer: Peer) -> Reply | None:
            try:
                return await asyncio.wait_for(self.one(peer, request), patience)
            except TimeoutError:
                return None

        peers = self._membership.peers() if peers is None else peers
        replies = await asyncio.gather(*map(one, peers))
        return [(peer, reply) for peer, reply in zip(peers, replies, strict=True) if reply is not None]

    async def one(self, peer: Peer, request: Request, *, echo: bool = False) -> Reply | None:
        """What the peer answers, if it is there; `echo` says that another counts what is there for all."""
        if peer == self._membership.me:
            reply = self._here(replace(request, echo=echo))
            while reply.later is not None:
                reply = await reply.later()
            return reply
        try:
            return await whole(self._channels, peer, ForwardedRequest(request, {"here": True, "echo": echo}))
        except (UnreachableError, LostError):
            return None

    def _order_of(self, request: Request) -> Any:
        """What a call asks to wait for; Problem if it is not of that form."""
        plane = Plane(self._flask.worlds, __version__, self._flask.scheduler, self._flask.mock.answer)
        return ControlCall(plane, content=request.body).read(WAITING)

    async def _ordered(self, request: Request, spread: Spread) -> Reply:
        try:
            answers = await self._order.ordered(request) if self._order else await self._each(request)
            replies = [reply for _, reply in answers]
        except (UnreachableError, LostError):
            replies = []
        if not replies:
            raise _silent("whoever keeps the order of calls for all")
        if replies[0].headers.get("Content-Type", "").startswith("text/html"):  # a click, and what came of it
            return next((reply for reply in replies if DONE & reply.headers.keys()), replies[0])
        failed = [reply for reply in replies if not _good(reply)]
        if failed and spread.whole:
            return failed[0]
        return _one([reply for reply in replies if _good(reply)], spread, 0) or _best(replies)

    async def _each(self, request: Request) -> list[tuple[int, Reply]]:
        answers: list[tuple[int, Reply]] = []
        for peer in self._membership.peers():
            reply = await self.one(peer, request, echo=bool(answers))
            if reply is not None:
                answers.append((peer.number, reply))
        return answers

    async def _gathered(self, request: Request, spread: Spread) -> Reply:
        peers = self._membership.peers()  # also who is taken for dead meanwhile had something to tell
        answers = await self.all(request, None if spread.whole else self._channels.patience, peers)
        there = {peer for peer, _ in answers}
        silent = [peer.name for peer in peers if peer not in there]
        if silent and spread.whole:
            raise _silent(", ".join(silent))
        good = [reply for _, reply in answers if _good(reply)]
        return _one(good, spread, _limit(request, spread), silent) or _best([reply for _, reply in answers])

    def _spread(self, request: Request) -> Spread:
        path = request.path.partition("?")[0]
        spread = SPREADS.get(self._flask.meant(request.method, path) or "", HERE)
        pages = spread.how is How.GATHERED and "text/html" in request.headers.get("accept", "")
        return HERE if pages else spread


def _one(replies: Sequence[Reply], spread: Spread, limit: int, silent: Sequence[str] = ()) -> Reply | None:
    """The replies as one, if there are any."""
    if not replies:
        return None
    told = merged([reply.value() for reply in replies], spread, limit)
    if silent and isinstance(told, dict):
        told["silent"] = list(silent)
    return replace(replies[0], content=encoded(told) + b"\n")


def _best(replies: Sequence[Reply]) -> Reply:
    """The first that has done what was asked for, or else the first that knows what it is about."""
    if not replies:
        raise _silent("everybody")
    found = (reply for reply in replies if reply.status != HTTPStatus.NOT_FOUND)
    return next(filter(_good, replies), next(found, replies[0]))


def _instances(peers: Sequence[Peer], replies: Replies) -> Reply:
    """Who is up, and who should be and says nothing."""
    told = {peer: reply.value()["instances"][0] for peer, reply in replies if _good(reply)}
    silent = {"ready": False, "silent": True}
    rows = [{**told.get(peer, silent), **_reached(peer)} for peer in peers]
    return answer({"instances": rows, "meta": {"total": len(rows)}}) if told else _best([one for _, one in replies])


def _reached(peer: Peer) -> dict[str, str]:
    """Its name, and the URL of its own where it has one; processes of one machine share the one that was asked."""
    own = {} if peer.address.startswith(UNIX) else {"url": peer.address}
    return {"name": peer.name, **own}


def _good(reply: Reply) -> bool:
    return reply.status < HTTPStatus.BAD_REQUEST


def _silent(names: str) -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"{names} does not answer at the moment, and without that the answer would be wrong; ask again",
        headers=RETRY,
    )


def _limit(request: Request, spread: Spread) -> int:
    """How many rows the call asks for."""
    if not spread.limit:
        return 0
    asked: Any = dict(parse_qsl(request.target.partition("?")[2])).get("limit")
    try:
        if asked is None and request.body:
            asked = json.loads(request.body).get("limit")
        limit = spread.limit if asked is None else int(asked)
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):  # the call knows no such member
        return spread.limit
    return limit if limit >= 0 else spread.limit

"""What makes a mock one of several processes: who they are, the channels to them, and who answers what."""

import socket
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call
from mock_server.server.accepting import Listening
from mock_server.server.listening import BACKLOG
from mock_server.server.options import Options
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.sharing.channels import UNIX, PeerChannels
from mock_server.sharing.frames import ForwardedRequest
from mock_server.sharing.handoff import SocketHandoff
from mock_server.sharing.ids import interleaved
from mock_server.sharing.membership import Membership, Peer, Workers
from mock_server.sharing.router import KeyRouter, Unavailable, Vouch
from mock_server.sharing.sequence import Order, Parent
from mock_server.sharing.starting_state import told
from mock_server.sharing.subjects import key_of
from mock_server.sharing.whole_mock import WholeMock
from mock_server.web.front import Front, importing, is_of_control
from mock_server.web.mock import Mock
from mock_server.web.peer_group import PeerGroup
from mock_server.world.portion import Portion

if TYPE_CHECKING:
    from mock_server.sharing.gathering import Gathering

RETRY = 1  # seconds after which somebody answers again


class Share:
    """One process's part in a mock."""

    def __init__(
        self, membership: Membership, secret: str, portion: Portion, handoff: SocketHandoff | None = None
    ) -> None:
        self.order: Order | None = None
        """That of the calls which are about all keys."""
        self.membership = membership
        self.portion = portion
        self.channels = PeerChannels(secret)
        self._handoff = handoff
        self._vouch: Vouch | None = None

    def router(self, front: Front, answer: Application) -> KeyRouter:
        """Answers in place of the application, which answers what is this process's."""
        mock = front.mock
        whole = WholeMock(partial(self._gathering, front, answer))
        mock.worlds.inboxes.ids = mock.worlds.ids
        mock.peer_group = PeerGroup(lambda: self.membership.me.name, whole)
        asked_under = key_of(mock.pipeline)

        def elsewhere(request: Request) -> bool:
            key = asked_under(request)
            return key is not None and not self.membership.mine(key)

        mock.elsewhere = elsewhere
        return KeyRouter(
            answer,
            self.membership,
            self.channels,
            key_of=asked_under,
            unavailable=unavailable(mock),
            handoff=self._handoff,
            vouch=self._vouch,
            whole=whole,
            opening=partial(told, mock.worlds),
            told=self._told,
        )

    def entrance(self, _here: Application, everything: Application) -> Application:
        """What answers clients, with what answers calls of the contract in this process, and what answers all."""
        return everything

    def _gathering(self, front: Front, answer: Application) -> "Gathering":
        with importing:
            from mock_server.sharing.gathering import Gathering  # noqa: PLC0415 - Flask, which takes a while to import

        return Gathering(answer, front.made(), self.membership, self.channels, self.order)

    def _told(self, _question: ForwardedRequest) -> Reply | None:
        """The reply to what processes of this mock ask each other, if it is that."""
        return None

    def options(self, options: Options) -> Options:
        """How this process is served."""
        return options

    def close(self) -> None:
        """Nothing is served any more."""

    def door(self) -> Listening:
        """Where the other processes of this machine reach it."""
        path = Path(self.membership.me.address.removeprefix(UNIX))
        path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.settimeout(0)
        listening.bind(str(path))
        listening.listen(BACKLOG)
        return Listening("localhost", [listening])


def peers_in(folder: str, count: int) -> list[Peer]:
    """So many processes that reach each other in that folder."""
    return [Peer(f"worker-{place}", f"{UNIX}{folder}/{place}", place) for place in range(count)]


def parent_in(folder: str) -> Peer:
    """Who has started them."""
    return Peer("parent", f"{UNIX}{folder}/parent", -1)


def joined(
    folder: str, number: int, count: int, secret: str, now: Callable[[], float], *, handoff: bool = True, **begun: Any
) -> Share:
    """One of so many processes of this machine; `now` are seconds of a clock that all of them share.

    `begun` is how its portion begins.
    """
    membership = Workers(peers_in(folder, count), number)
    portion = Portion(membership.mine, interleaved(number, count, now), number=number, **begun)
    share = Share(membership, secret, portion, SocketHandoff(membership.me) if handoff else None)
    share.order = Parent(share.channels, parent_in(folder))
    return share


def unavailable(mock: Mock) -> Unavailable:
    """The refusal of what nobody answers at the moment, in the shape that its callers know."""

    def refuse(request: Request, reason: str) -> Reply:
        if is_of_control(request):
            with importing:
                from mock_server.web.problems import Problem  # noqa: PLC0415 - Flask, which takes a while to import

            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, reason, headers={"Retry-After": str(RETRY)}).reply()
        specification = mock.pipeline.specification
        error = ApiError("carrier_unavailable", reason, verbatim=True, retry_after=RETRY)
        reply = mock.pipeline.refuse(error, Call(request.method, request.target, headers=request.headers))
        return reply.with_headers({specification.headers.get("retry_after", "Retry-After"): str(RETRY)})

    return refuse

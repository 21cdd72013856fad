"""Lists and counts of all: they say who has told nothing, or are refused."""

import asyncio
from collections.abc import Sequence

from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.sharing.channels import Channel, PeerChannels, UnreachableError
from mock_server.sharing.frames import ForwardedRequest
from mock_server.sharing.gathering import Gathering
from mock_server.sharing.membership import Peer
from mock_server.web.app import MockServer


class DyingPeer(PeerChannels):
    """The ways from one process to another, which is taken for dead as soon as it is asked."""

    me = Peer("one", "http://one.test", 1)

    def __init__(self) -> None:
        super().__init__("secret")
        self._there = [self.me, Peer("two", "http://two.test", 2)]
        self.asked: list[str] = []

    def peers(self) -> Sequence[Peer]:
        return tuple(self._there)

    def owner(self, _key: str) -> Peer:
        return self.me

    def mine(self, _key: str) -> bool:
        return True

    async def turn(self, _key: str) -> None:
        """It has come."""

    def doubt(self, _key: str) -> None:
        """There is none."""

    async def ask(self, peer: Peer, question: ForwardedRequest) -> Channel:
        self.asked.append(question.request.target)
        self._there.remove(peer)
        raise UnreachableError


def asked(app: MockServer, method: str, path: str, body: bytes = b"{}", dying: DyingPeer | None = None) -> Reply:
    dying = dying or DyingPeer()
    gathering = Gathering(app.answer, app, dying, dying, None)
    request = Request(method, f"/__admin{path}", {"host": "localhost", "content-type": "application/json"}, body=body)
    return asyncio.run(gathering.answer(request))


def test_a_list_names_who_has_told_nothing_also_if_it_is_taken_for_dead_meanwhile(app: MockServer) -> None:
    told = asked(app, "GET", "/requests").value()
    assert (told["requests"], told["silent"]) == ([], ["two"])


def test_who_is_up_names_who_has_told_nothing_too(app: MockServer) -> None:
    rows = asked(app, "GET", "/instances").value()["instances"]
    assert [(row["name"], row.get("silent", False)) for row in rows] == [("one", False), ("two", True)]


def test_a_count_that_would_be_wrong_without_it_is_refused(app: MockServer) -> None:
    reply = asked(app, "POST", "/requests/count")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert "two does not answer" in reply.value()["detail"]

"""What is said where a key's owner does not answer, and who is asked."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import NoReturn

import pytest

from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.sharing.channels import PeerChannels, UnreachableError
from mock_server.sharing.frames import ForwardedRequest
from mock_server.sharing.membership import Peer
from mock_server.sharing.router import MISSES, SETTLING, KeyRouter

ME = Peer("me", "http://here", 9)
FIRST, SECOND = Peer("first", "http://first", 1), Peer("second", "http://second", 2)
BEFORE_ME = Peer("me", ME.address, 3)


class OwnersInTurn:
    """A mock whose key has one owner after the other, each as soon as the one before is doubted; the last stays."""

    me = ME

    def __init__(self, *owners: Peer) -> None:
        self._owners = list(owners)

    def peers(self) -> Sequence[Peer]:
        return [ME]

    def owner(self, _key: str) -> Peer:
        return self._owners[0]

    def mine(self, _key: str) -> bool:
        return self._owners[0] is ME

    async def turn(self, _key: str) -> None:
        """It has come."""

    def doubt(self, _key: str) -> None:
        if len(self._owners) > 1:
            self._owners.pop(0)


class NobodyThere(PeerChannels):
    """Channels that lead nowhere."""

    def __init__(self) -> None:
        super().__init__("secret")
        self.asked: list[str] = []

    async def ask(self, peer: Peer, _question: ForwardedRequest) -> NoReturn:
        self.asked.append(peer.name)
        raise UnreachableError


def answered(owners: OwnersInTurn, channels: NobodyThere) -> Reply:
    router = KeyRouter(
        lambda _request: Reply(HTTPStatus.OK, b"here"),
        owners,
        channels,
        key_of=lambda _request: "key",
        unavailable=lambda _request, reason: Reply(HTTPStatus.SERVICE_UNAVAILABLE, reason.encode()),
    )
    later = router.answer(Request("GET", "/", {})).later
    assert later is not None

    async def main() -> Reply:
        return await later()

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("owners", "asked"),
    [
        ([FIRST], ["first"]),  # nothing has changed by that, so nobody is asked again
        ([FIRST, SECOND], ["first", "second"]),
        ([Peer(f"{n}", f"http://{n}", n) for n in range(9)], [f"{n}" for n in range(MISSES)]),
    ],
)
def test_an_owner_that_is_not_there_is_asked_once(owners: list[Peer], asked: list[str]) -> None:
    channels = NobodyThere()
    reply = answered(OwnersInTurn(*owners), channels)
    assert (reply.status, channels.asked) == (503, asked)
    assert b"is not there at the moment" in reply.content


def test_who_has_become_the_owner_meanwhile_answers() -> None:
    assert answered(OwnersInTurn(FIRST, ME), NobodyThere()).content == b"here"


def test_a_predecessor_at_the_own_address_is_waited_for_and_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    channels = NobodyThere()
    assert answered(OwnersInTurn(BEFORE_ME, ME), channels).content == b"here"
    assert (channels.asked, slept) == ([], [SETTLING])

"""Connections to other processes of the mock, from the side that asks."""

import asyncio
import socket

import pytest

from mock_server.server.request import Request
from mock_server.sharing.channels import PATH, PeerChannels, UnreachableError
from mock_server.sharing.frames import ForwardedRequest
from mock_server.sharing.membership import Peer

QUESTION = ForwardedRequest(Request("GET", PATH, {}))
NOBODY = Peer("nobody", "http://127.0.0.1:1", 1)


def test_nobody_waits_for_a_connection_to_one_that_is_taken_to_be_dead() -> None:
    async def asked() -> None:
        channels = PeerChannels("secret")
        channels.patience = 3600
        with socket.create_server(("127.0.0.1", 0)) as silent:
            peer = Peer("silent", f"http://127.0.0.1:{silent.getsockname()[1]}", 1)
            asking = asyncio.ensure_future(channels.ask(peer, QUESTION))
            await asyncio.sleep(0)  # it is being asked from here on
            channels.give_up(peer.address)
            with pytest.raises(UnreachableError):
                await asking

    asyncio.run(asked())


def test_one_whose_connection_has_failed_can_be_taken_to_be_dead_as_well() -> None:
    async def asked() -> None:
        channels = PeerChannels("secret")
        with pytest.raises(UnreachableError):
            await channels.ask(NOBODY, QUESTION)
        channels.give_up(NOBODY.address)

    asyncio.run(asked())

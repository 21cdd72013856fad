"""Connections to other processes of the mock, from the side that asks."""

import asyncio
import gc
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


def test_a_name_is_looked_up_once_for_all_and_in_vain_without_a_word_when_nobody_waits_any_more() -> None:
    async def asked() -> None:
        loop, later = asyncio.get_running_loop(), asyncio.Event()
        looked_up, said = list[object](), list[object]()

        async def in_vain(host: object, *_: object, **__: object) -> list[object]:
            looked_up.append(host)
            await later.wait()
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        loop.getaddrinfo = in_vain  # type: ignore[assignment,method-assign]  # as slow as a name server can be
        loop.set_exception_handler(lambda _, context: said.append(context))
        channels = PeerChannels("secret")
        asking = [asyncio.ensure_future(channels.ask(NOBODY, QUESTION)) for _ in range(3)]
        await asyncio.sleep(0)
        channels.give_up(NOBODY.address)
        told = await asyncio.gather(*asking, return_exceptions=True)
        assert [type(each) for each in told] == [UnreachableError] * 3
        (looking,) = asyncio.all_tasks() - {asyncio.current_task()}
        later.set()
        await asyncio.wait([looking])
        del looking, asking, told  # a failure of which nobody has asked by now is told of
        gc.collect()
        assert (looked_up, said) == (["127.0.0.1"], [])

    asyncio.run(asked())

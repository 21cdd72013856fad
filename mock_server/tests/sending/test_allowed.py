"""AllowedHosts: nothing beyond this machine without being named, whatever a name means today."""

import asyncio
import socket
from collections.abc import Sequence
from threading import Event
from typing import Any

import pytest

from mock_server.sending.allowed import LOOPBACK, AllowedHosts, HostNotAllowedError, Resolver


class Names:
    """A resolver that can change its mind, and tells what it was asked."""

    def __init__(self, **addresses: Sequence[str]) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    async def __call__(self, name: str) -> Sequence[str]:
        self.asked.append(name)
        return self.addresses[name.partition(".")[0]]


def reached(host: str, *allowed: str, **addresses: Sequence[str]) -> Sequence[str]:
    return asyncio.run(AllowedHosts(allowed, Names(**addresses)).addresses(host))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_reached_as_it_is(host: str) -> None:
    assert reached(host) == [host]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "hooks.localhost"])
def test_localhost_is_this_machine_without_asking_anybody(host: str) -> None:
    names = Names()
    assert asyncio.run(AllowedHosts((), names).addresses(host)) == LOOPBACK
    assert names.asked == []


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::", "8.8.8.8", "2001:db8::1", "::ffff:10.0.0.1"]
)
def test_another_address_is_out_of_reach_and_the_way_to_allow_it_is_told(host: str) -> None:
    with pytest.raises(HostNotAllowedError, match="--webhook-allow"):
        reached(host)
    assert reached(host, host) == [host]


def test_a_name_is_as_good_as_every_one_of_its_addresses() -> None:
    assert reached("hook.test", hook=["127.0.0.1", "::1"]) == ["127.0.0.1", "::1"]
    with pytest.raises(HostNotAllowedError, match=r"hook\.test is at 10\.0\.0\.1.*--webhook-allow hook\.test"):
        reached("hook.test", hook=["127.0.0.1", "10.0.0.1"])


def test_a_named_host_may_be_anywhere_and_only_that_one() -> None:
    assert reached("hook.test", "HOOK.test", hook=["10.0.0.1"]) == ["10.0.0.1"]
    with pytest.raises(HostNotAllowedError):
        reached("other.hook.test", "hook.test", other=["10.0.0.1"])


def test_a_name_that_means_another_machine_now_is_out_of_reach_now() -> None:
    names = Names(hook=["127.0.0.1"])
    reach = AllowedHosts((), names)

    async def twice() -> None:
        assert await reach.addresses("hook.test") == ["127.0.0.1"]
        names.addresses["hook"] = ["169.254.169.254"]
        with pytest.raises(HostNotAllowedError):
            await reach.addresses("hook.test")

    asyncio.run(twice())


def test_a_name_that_cannot_be_looked_up_is_out_of_reach_unless_it_was_named() -> None:
    async def unknown(_: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(HostNotAllowedError, match=r"Name or service not known.*--webhook-allow hook\.test"):
        asyncio.run(AllowedHosts((), unknown).addresses("hook.test"))
    with pytest.raises(OSError, match="not known"):
        asyncio.run(AllowedHosts(["hook.test"], unknown).addresses("hook.test"))


@pytest.mark.parametrize("host", ["https://hook.test", "hook.test:8443", "hook.test/path", "", "a b"])
def test_what_is_no_host_cannot_be_allowed(host: str) -> None:
    with pytest.raises(ValueError, match="without scheme and port"):
        AllowedHosts([host])


@pytest.mark.parametrize("host", ["hook.test", "Hook.Test.", "receiver", "10.0.0.1", "2001:db8::1", "[2001:db8::1]"])
def test_hosts_of_every_form_can_be_allowed(host: str) -> None:
    AllowedHosts([host])


# The system's resolver


def rows(*addresses: str) -> list[tuple[Any, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]


def test_the_resolver_gives_each_address_once_in_its_order() -> None:
    resolver = Resolver(lambda *_, **__: rows("10.0.0.2", "10.0.0.1", "10.0.0.2"))
    assert asyncio.run(resolver.addresses("hook.test")) == ("10.0.0.2", "10.0.0.1")


def test_a_name_without_addresses_is_an_error_of_the_system() -> None:
    def unknown(*_: object, **__: object) -> list[tuple[Any, ...]]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(OSError, match="not known"):
        asyncio.run(Resolver(unknown).addresses("hook.test"))
    with pytest.raises(OSError, match="has no address"):
        asyncio.run(Resolver(lambda *_, **__: []).addresses("hook.test"))


@pytest.mark.parametrize(("failures_last", "asked"), [(30.0, 1), (0.0, 2)])
def test_a_name_without_addresses_is_not_looked_up_again_for_a_while(failures_last: float, asked: int) -> None:
    looks: list[str] = []

    def unknown(name: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        looks.append(name)
        return []

    async def main() -> None:
        resolver = Resolver(unknown, failures_last)
        for _ in range(2):
            with pytest.raises(OSError, match="has no address"):
                await resolver.addresses("hook.test")
            for _ in range(5):  # turns of the event loop, in which what has lasted is forgotten
                await asyncio.sleep(0)

    asyncio.run(main())
    assert len(looks) == asked


def test_a_text_that_is_no_name_is_an_error_of_the_system_too() -> None:
    with pytest.raises(OSError, match="no host name"):
        asyncio.run(Resolver().addresses("a" * 70 + ".test"))


def test_a_resolver_that_hangs_holds_one_thread_for_a_name_and_no_caller() -> None:
    asked: list[str] = []
    go = Event()

    def hang(name: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        asked.append(name)
        go.wait(20)
        return rows("127.0.0.1")

    resolver = Resolver(hang)

    async def main() -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(resolver.addresses("hook.test"), 0.01)
        waiting = asyncio.ensure_future(resolver.addresses("hook.test"))
        await asyncio.sleep(0)
        go.set()
        assert await waiting == ("127.0.0.1",)

    asyncio.run(main())
    assert asked == ["hook.test"]
    assert asyncio.run(resolver.addresses("hook.test")) == ("127.0.0.1",)
    assert asked == ["hook.test", "hook.test"]

"""AllowedHosts: which machines deliveries may go to, and the addresses of those."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Thread

from mock_server.domain.loopback import is_loopback

LOOPBACK = ("127.0.0.1", "::1")  # what a name under localhost means, whatever a resolver says (RFC 6761 section 6.3)

Resolve = Callable[[str], Awaitable[Sequence[str]]]


class HostNotAllowedError(Exception):
    """A host that nobody allowed; says how to."""


class AllowedHosts:
    """Loopback, and the hosts that were named."""

    def __init__(self, allowed: Collection[str] = (), resolve: Resolve | None = None) -> None:
        """`resolve` finds the addresses of a name; the system's resolver does if none is given.

        ValueError for a host that is not one.
        """
        self._allowed = {_host(host) for host in allowed}
        self._resolve = resolve or Resolver().addresses

    async def addresses(self, host: str) -> Sequence[str]:
        """The addresses to connect to, looked up anew each time; HostNotAllowedError, or OSError for a lack of them.

        A caller that connects to one of them, and not to the name, goes where it was checked to go.
        """
        name = host.lower().rstrip(".")
        literal = _address(name)
        if literal is None and is_loopback(name):
            return LOOPBACK
        if name in self._allowed:
            return [host] if literal else await self._resolve(name)
        try:
            found = [host] if literal else await self._resolve(name)
        except OSError as error:
            why = f"cannot be looked up ({error.strerror or error}), so nobody knows that it is this machine"
            raise HostNotAllowedError(f"{host} {why}; allow it with --webhook-allow {name}") from None
        beyond = [each for each in found if not is_loopback(each.partition("%")[0])]  # without its zone
        if beyond:
            where = "" if literal else f" is at {beyond[0]}, which"
            raise HostNotAllowedError(f"{host}{where} is not this machine; allow it with --webhook-allow {name}")
        return found


class Resolver:
    """The system's resolver, in threads that nothing waits for when the process ends.

    A name that is being looked up is not looked up a second time meanwhile, so a resolver that hangs holds one thread
    for each name. A name without an address is not looked up again for a while (RFC 2308 section 5), because that
    takes its time on a machine without a network, and deliveries to made-up hosts are many.
    """

    def __init__(
        self, look_up: Callable[..., Sequence[tuple[object, ...]]] = socket.getaddrinfo, failures_last: float = 30.0
    ) -> None:
        """`failures_last` is in real seconds."""
        self._look_up = look_up
        self._failures_last = failures_last
        self._asked: dict[str, asyncio.Future[Sequence[str]]] = {}

    async def addresses(self, name: str) -> Sequence[str]:
        """The addresses of a name, in the resolver's order; OSError if it has none."""
        if name not in self._asked:
            loop = asyncio.get_running_loop()
            asked = self._asked[name] = loop.create_future()
            asked.add_done_callback(partial(self._told, name))
            Thread(target=self._ask, args=(name, asked, loop), name=f"resolve-{name}", daemon=True).start()
        return await asyncio.shield(self._asked[name])

    def _told(self, name: str, asked: "asyncio.Future[Sequence[str]]") -> None:
        if asked.cancelled() or asked.exception() is None:
            del self._asked[name]
        else:
            asked.get_loop().call_later(self._failures_last, self._asked.pop, name)

    def _ask(self, name: str, asked: "asyncio.Future[Sequence[str]]", loop: asyncio.AbstractEventLoop) -> None:
        found: Sequence[str] = ()
        problem: OSError | None = None
        try:
            rows = self._look_up(name, None, type=socket.SOCK_STREAM)
            found = tuple(dict.fromkeys(row[4][0] for row in rows))  # type: ignore[index]  # the form of getaddrinfo
        except (OSError, UnicodeError) as error:
            problem = error if isinstance(error, OSError) else OSError(f"{name!r} is no host name")

        def tell() -> None:
            if asked.done():
                return
            if problem or not found:
                asked.set_exception(problem or OSError(f"{name} has no address"))
                asked.exception()  # whoever asked may have given up, and nobody else misses it
            else:
                asked.set_result(found)

        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell)


def _host(text: str) -> str:
    """The host as it is compared."""
    host = text.lower().strip("[]").rstrip(".")
    if not host or (_address(host) is None and re.search(r"[^\w.-]", host)):
        raise ValueError(f"--webhook-allow {text!r} is no host; give it as it is in the url, without scheme and port")
    return host


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None

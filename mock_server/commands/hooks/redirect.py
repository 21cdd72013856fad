"""Connections of this Python process to the API's host, and to no other, end at the mock."""

from __future__ import annotations

import importlib.abc
import importlib.util
import ipaddress
import socket
import ssl
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

CONNECTOR = "aiohttp.connector"
# What the host's name resolves to. Some libraries keep the address of an answer and not its port, so the way to the
# mock's is found once more where the connection is made.
SENTINEL = "127.84.70.1"


class Redirect:
    """Where connections to `host` and `port` go instead, and the file of the authority that vouches for it there."""

    def __init__(self, host: str, port: int, address: tuple[str, int], authority: str, offline: bool = False) -> None:
        self.host = host
        self.port = port
        self.address = address
        self.authority = authority
        self.offline = offline
        self._context: ssl.SSLContext | None = None
        self._undo: list[Callable[[], None]] = []

    def install(self) -> None:
        """Let it begin; `remove` undoes it."""
        self._patch(socket, "getaddrinfo", self._getaddrinfo)
        for name in ("connect", "connect_ex"):
            self._patch(socket.socket, name, self._connect)
        for name in ("wrap_socket", "wrap_bio"):
            self._patch(ssl.SSLContext, name, self._wrap)
        if CONNECTOR in sys.modules:
            self._patch_aiohttp(sys.modules[CONNECTOR])
        else:
            finder = _Once(CONNECTOR, self._patch_aiohttp)
            sys.meta_path.insert(0, finder)
            self._undo.append(finder.leave)

    def remove(self) -> None:
        """Let connections go where they went before."""
        while self._undo:
            self._undo.pop()()

    def _patch(self, owner: Any, name: str, made: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        original = getattr(owner, name)
        inherited = isinstance(owner, type) and name not in vars(owner)
        setattr(owner, name, made(original))
        self._undo.append(lambda: delattr(owner, name) if inherited else setattr(owner, name, original))

    def _meant(self, host: Any, port: Any) -> bool:
        if isinstance(host, (bytes, bytearray)):
            host = bytes(host).decode("latin-1")
        if isinstance(port, bytes):
            port = port.decode("latin-1")
        if not isinstance(host, str) or host.lower().rstrip(".") != self.host:
            return False
        return port in (None, 0, self.port, str(self.port)) or (port == "https" and self.port == 443)

    def _getaddrinfo(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def getaddrinfo(
            host: Any,
            port: Any,
            family: int = 0,
            type: int = 0,
            proto: int = 0,
            flags: int = 0,
        ) -> Any:
            if not self._meant(host, port):
                return original(host, port, family, type, proto, flags)
            return original(SENTINEL, self.address[1], socket.AF_INET, type, proto)

        return getaddrinfo

    def _connect(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(sock: socket.socket, address: Any) -> Any:
            if type(address) is tuple and len(address) > 1:
                if address[0] == SENTINEL or self._meant(address[0], address[1]):
                    address = self.address
                elif self.offline and not _is_here(address[0]):
                    raise ConnectionRefusedError(
                        "{}:{} is another host, and trackflow-mock run was told --offline".format(*address[:2])
                    )
            return original(sock, address)

        return connect

    def _wrap(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrap(context: ssl.SSLContext, *args: Any, **kwargs: Any) -> Any:
            name = kwargs.get("server_hostname")
            if isinstance(name, bytes):
                name = name.decode("latin-1")
            if isinstance(name, str) and name.lower().rstrip(".") == self.host and not kwargs.get("server_side"):
                kwargs.pop("session", None)  # a session belongs to the context that it was made with
                context = self._trusting()
            return original(context, *args, **kwargs)

        return wrap

    def _trusting(self) -> ssl.SSLContext:
        """A context that trusts the mock's authority, whatever bundle the client's own has read."""
        if self._context is None:
            self._context = ssl.create_default_context(cafile=self.authority)
            self._context.set_alpn_protocols(["http/1.1"])
        return self._context

    def _patch_aiohttp(self, connector: Any) -> None:
        """It may resolve names by c-ares, or on uvloop by libuv, and asks no proxy unless it is told to."""
        kind = getattr(connector, "TCPConnector", None)
        if kind is None or not hasattr(kind, "_resolve_host"):
            return

        def made(original: Callable[..., Any]) -> Callable[..., Any]:
            async def resolve(connector: Any, host: str, port: int, traces: Any = None) -> Any:
                if not self._meant(host, port):
                    return await original(connector, host, port, traces=traces)
                return [
                    {
                        "hostname": host,
                        "host": self.address[0],
                        "port": self.address[1],
                        "family": socket.AF_INET,
                        "proto": 0,
                        "flags": socket.AI_NUMERICHOST,
                    }
                ]

            return resolve

        self._patch(kind, "_resolve_host", made)


class _Once(importlib.abc.MetaPathFinder):
    """Calls `then` with a module once it has been imported."""

    def __init__(self, name: str, then: Callable[[Any], None]) -> None:
        self.name = name
        self.then = then

    def leave(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002 - the import system's signature
        if fullname != self.name:
            return None
        self.leave()
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            run(module)
            self.then(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]  # of this loader, which is the module's alone
        return spec


def _is_here(host: Any) -> bool:
    if host in ("localhost", ""):
        return True
    try:
        address = ipaddress.ip_address(str(host).split("%", 1)[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def from_environment(environment: Mapping[str, str]) -> Redirect:
    """The redirection that the variables tell of."""
    ours, theirs = environment["TRACKFLOW_INTERCEPT"].split(" ")
    host, port = ours.rsplit(":", 1)
    address, there = theirs.rsplit(":", 1)
    return Redirect(
        host,
        int(port),
        (address, int(there)),
        environment["TRACKFLOW_INTERCEPT_CA"],
        bool(environment.get("TRACKFLOW_INTERCEPT_OFFLINE")),
    )

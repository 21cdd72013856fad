"""Listening sockets, bound before anything else starts, so that a wrong port is told at once."""

import contextlib
import errno
import os
import socket

BACKLOG = 4096


class ListenError(Exception):
    """A host or port that cannot be listened on; the message says which, why and what to do."""


def listen(host: str, port: int) -> tuple[socket.socket, ...]:
    """Sockets that accept connections on every address of `host`; port 0 picks one, the same for all.

    `localhost` is usually two addresses, and clients differ in which they try first. Raises ListenError.
    """
    if not 0 <= port <= 65535:
        raise ListenError(f"{port} is not a port; use 0 to 65535, 0 for any that is free")
    sockets: list[socket.socket] = []
    addresses = _addresses(host, port)
    try:
        for family, address in addresses:
            chosen = sockets[0].getsockname()[1] if sockets else port
            bound = _bound(family, address, chosen, both=len(addresses) == 1)
            if bound is not None:
                sockets.append(bound)
    except OSError as error:
        for listening in sockets:
            listening.close()
        raise ListenError(_explained(error, host, port)) from error
    if not sockets:
        raise ListenError(f"{host!r} has no address of this machine; use 127.0.0.1, or 0.0.0.0 for every address")
    return tuple(sockets)


def listen_on(host: str, port: int, secure_port: int | None) -> tuple[tuple[socket.socket, ...], ...]:
    """The sockets of a port, and those of that for TLS where there is one; raises ListenError."""
    plain = listen(host, port)
    if secure_port is None:
        return (plain,)
    try:
        return plain, listen(host, secure_port)
    except ListenError as error:
        for listening in plain:
            listening.close()
        raise ListenError(str(error).replace("--port", "--https-port")) from None


def url_of(host: str, port: int, *, secure: bool = False) -> str:
    """`http://HOST:PORT`, IPv6 addresses in brackets."""
    scheme = "https" if secure else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise ListenError(f"{host!r} is not a host name this machine can resolve ({error}); use an address") from error
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _bound(family: socket.AddressFamily, address: str, port: int, *, both: bool) -> socket.socket | None:
    """A listening socket, or None for an address family this machine has switched off.

    With `both`, a socket on every IPv6 address accepts IPv4 as well, as people expect of `::`.
    """
    try:
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        if error.errno == errno.EAFNOSUPPORT:
            return None
        raise
    with contextlib.ExitStack() as undo:
        undo.callback(listening.close)
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not (both and address == "::"))
        try:
            listening.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL and family == socket.AF_INET6:
                return None
            raise
        listening.listen(BACKLOG)
        listening.settimeout(0)
        undo.pop_all()
    return listening


def _explained(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} on {host} is in use by another program; stop it, choose another --port, or 0 for any"
        case errno.EACCES:
            return f"port {port} on {host} needs privileges; choose a --port above 1023"
        case errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine; use 127.0.0.1, or 0.0.0.0 for every address"
    return f"cannot listen on port {port} of {host}: {error.strerror or error}"

"""A mock as `serve` has it, and how its ways in are tried."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from mock_server.server.background import BackgroundServer

API = "https://api.trackflow.io"
TRACK = "/v2/track/1Z204E380338943508"


@dataclass
class MockWithDoors:
    """A mock as `serve` has it, on free ports."""

    url: str
    secure_url: str
    authority: str
    server: BackgroundServer

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return "127.0.0.1", parts.port or 0


Serve = Callable[..., MockWithDoors]
"""Serves with these settings."""


def connect(served: MockWithDoors, target: str, extra: str = "") -> tuple[socket.socket, str]:
    """The connection, and the head of the answer to CONNECT."""
    client = socket.create_connection(served.address, timeout=20)
    client.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{extra}\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = client.recv(1)
        assert piece
        head += piece
    return client, head.decode()

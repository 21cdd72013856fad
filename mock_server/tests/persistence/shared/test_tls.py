"""A store by TLS: what is reached that way is what its certificate says, and serves as any other."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlsplit

import pytest

from mock_server.certificates.authority import Authority
from mock_server.domain.clock import SystemClock
from mock_server.persistence.shared.address import StoreAddress
from mock_server.persistence.shared.away import StoreAwayError
from mock_server.persistence.shared.link import Link
from mock_server.persistence.shared.scripts import OWNERS, WORLD
from mock_server.settings import SettingError, Settings
from mock_server.sharing.instances import InstanceShare
from mock_server.tests.valkeys import PATIENCE, asked
from mock_server.web.mock import Mock

KEY = "tf_test_free_tls"


async def terminated(context: ssl.SSLContext, plain: int, begun: "Future[tuple[int, Callable[[], object]]]") -> None:
    """Take TLS connections, and pass what is in them on to a port of this machine; `begun` tells where, and ends it."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", plain)
        await asyncio.gather(passed(reader, outer), passed(inner, writer), return_exceptions=True)

    async with await asyncio.start_server(served, "127.0.0.1", 0, ssl=context) as server:
        begun.set_result((server.sockets[0].getsockname()[1], lambda: loop.call_soon_threadsafe(over.set)))
        await over.wait()


@pytest.fixture
def secure_port(store_url: str, tmp_path: Path) -> Iterator[int]:
    """Where the same store is reached by TLS; whom to trust for it is in `ca.pem`."""
    now = SystemClock().now()
    authority = Authority.create("store.test", now)
    leaf = authority.leaf(now)
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    (tmp_path / "leaf.pem").write_bytes(leaf.certificate + leaf.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "leaf.pem")
    begun: Future[tuple[int, Callable[[], object]]] = Future()
    work = terminated(context, urlsplit(store_url).port or 0, begun)
    thread = Thread(target=asyncio.run, args=(work,))
    thread.start()
    port, stop = begun.result(60)
    yield port
    stop()
    thread.join(60)


def test_what_it_promises_is_kept_there(secure_port: int, store_url: str, tmp_path: Path) -> None:
    url = f"rediss://127.0.0.1:{secure_port}/0?ssl_ca_certs={quote(str(tmp_path / 'ca.pem'))}"
    mock = Mock(Settings(store=url))
    share = InstanceShare(mock)
    share.leases.introduce("tls", "http://127.0.0.1:1")
    share.leases.renewed()()
    assert share.leases.mine(KEY)
    mock.worlds.of(KEY).quota.charge(3)
    assert mock.worlds.of(KEY).webhooks.records.keep(all_of_it=False) is None
    mock.close()
    assert asked(store_url, "HGET", OWNERS, KEY)
    assert b"standing" in asked(store_url, "HKEYS", WORLD + KEY)


@pytest.mark.parametrize("scheme", ["rediss", "valkeys"])
def test_a_server_that_nobody_vouches_for_is_none(secure_port: int, scheme: str) -> None:
    link = Link(StoreAddress.read(f"{scheme}://127.0.0.1:{secure_port}/0"), PATIENCE)
    with pytest.raises(StoreAwayError, match="certificate verify failed"):
        link.check()
    link.close()


def test_a_server_of_another_name_is_none(secure_port: int, tmp_path: Path) -> None:
    url = f"rediss://127.1:{secure_port}/0?ssl_ca_certs={quote(str(tmp_path / 'ca.pem'))}"  # the same by another name
    link = Link(StoreAddress.read(url), PATIENCE)
    with pytest.raises(StoreAwayError, match=r"certificate is not valid for '127\.1'"):
        link.check()
    link.close()


def test_an_authority_that_is_not_there_is_told_by_its_file(secure_port: int, tmp_path: Path) -> None:
    url = f"rediss://127.0.0.1:{secure_port}/0?ssl_ca_certs={quote(str(tmp_path / 'none.pem'))}"
    with pytest.raises(SettingError, match=r"none\.pem', which is no file") as caught:
        Mock(Settings(store=url))
    assert caught.value.name == "store"

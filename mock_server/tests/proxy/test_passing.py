"""Other hosts, through a proxy that the user has already."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from mock_server.proxy.proxy import Proxy, Site
from mock_server.proxy.upstream import Upstream, UserProxy
from mock_server.server.background import BackgroundServer
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.tests.server.raw_client import RawClient, ask, echo

SITE = Site("api.example", 443)


def nothing(_request: Request) -> Reply:
    return Reply(404)


def proxying(upstream: Upstream | None) -> Proxy:
    def none() -> None:
        raise AssertionError("no TLS here")

    return Proxy(nothing, SITE, none, upstream, "Not from here.")  # type: ignore[arg-type]  # it makes none


@pytest.fixture
def chain() -> Iterator[tuple[BackgroundServer, BackgroundServer, list[Request]]]:
    """Ours, another host, and what the user's own proxy between them was asked."""
    asked: list[Request] = []
    corporate = proxying(Upstream({}))

    def watched(request: Request) -> Reply:
        asked.append(request)
        return corporate.answer(request)

    with ExitStack() as undo:
        other = undo.enter_context(BackgroundServer(echo))
        between = undo.enter_context(BackgroundServer(watched))
        proxy = UserProxy("127.0.0.1", urlsplit(between.url).port or 0, secure=False, credentials="me:secret")
        ours = undo.enter_context(BackgroundServer(proxying(Upstream({"http": proxy, "https": proxy})).answer))
        yield ours, other, asked


def test_a_tunnel_goes_through_the_users_own_proxy_with_its_credentials(
    chain: tuple[BackgroundServer, BackgroundServer, list[Request]],
) -> None:
    ours, other, asked = chain
    authority = urlsplit(other.url).netloc
    with RawClient(ours.url) as client:
        client.send(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
        assert client.socket.recv(1000).startswith(b"HTTP/1.1 200 ")
        client.send(b"GET /far HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n")
        assert b'"/far"' in client.rest()
    assert [(each.method, each.target) for each in asked] == [("CONNECT", authority)]
    assert asked[0].headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"


def test_plain_http_goes_through_it_too(chain: tuple[BackgroundServer, BackgroundServer, list[Request]]) -> None:
    ours, other, asked = chain
    answer = ask(ours.url, f"GET {other.url}/far HTTP/1.1\r\nHost: x\r\nProxy-Connection: close\r\n\r\n".encode())
    assert answer.status == 200
    assert [(each.method, each.scheme, each.target) for each in asked] == [("GET", "http", "/far")]
    assert "proxy-connection" not in asked[0].headers


def test_a_proxy_of_the_users_that_refuses_is_a_bad_gateway_with_its_words() -> None:
    with BackgroundServer(proxying(None).answer) as refusing:
        port = urlsplit(refusing.url).port or 0
        proxy = UserProxy("127.0.0.1", port, secure=False, credentials=None)
        with BackgroundServer(proxying(Upstream({"https": proxy})).answer) as ours:
            answer = ask(ours.url, b"CONNECT far.example:443 HTTP/1.1\r\nHost: far.example:443\r\n\r\n")
    assert answer.status == 502
    assert (
        answer.body
        == (
            f"far.example:443 cannot be reached through the proxy 127.0.0.1:{port}: it answers HTTP/1.1 403 Forbidden\n"
        ).encode()
    )


def test_another_host_that_breaks_the_connection_breaks_the_clients() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        target = f"127.0.0.1:{listening.getsockname()[1]}"
        with BackgroundServer(proxying(Upstream({})).answer) as ours, RawClient(ours.url) as client:
            client.send(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
            assert client.socket.recv(1000).startswith(b"HTTP/1.1 200 ")
            far, _ = listening.accept()
            far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            far.close()
            with pytest.raises(ConnectionResetError):
                client.socket.recv(1000)


def test_a_tunnel_ends_with_the_server() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        target = f"127.0.0.1:{listening.getsockname()[1]}"
        with BackgroundServer(proxying(Upstream({})).answer) as ours:
            client = RawClient(ours.url)
            client.send(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
            assert client.socket.recv(1000).startswith(b"HTTP/1.1 200 ")
            far, _ = listening.accept()
        with client, far:
            for end in (client.socket, far):
                end.settimeout(60)
                assert ended(end)


def ended(end: socket.socket) -> bool:
    """Whether nothing more comes there."""
    try:
        return end.recv(1) == b""
    except ConnectionResetError:
        return True

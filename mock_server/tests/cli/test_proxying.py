"""A served mock as the proxy of clients on loopback: for the API's own host, and for others if asked to."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from mock_server.server.background import BackgroundServer
from mock_server.tests.cli.doorways import API, TRACK, Serve, connect
from mock_server.tests.server.raw_client import ask, echo


@pytest.fixture
def other() -> Iterator[BackgroundServer]:
    """Another host, as far as the mock knows."""
    with BackgroundServer(echo) as server:
        yield server


def test_https_proxy_alone_is_enough_on_loopback(serve: Serve, session: requests.Session) -> None:
    served = serve()
    assert session.get(f"{served.url}/__admin/certs/trackflow-mock-ca.crt", timeout=20).ok  # the authority is made
    session.proxies = {"https": served.url}
    answer = session.get(API + TRACK, verify=served.authority, timeout=20)
    assert answer.json()["tracking_number"] == "1Z204E380338943508"


def test_some_clients_send_a_proxy_the_whole_address(serve: Serve) -> None:
    head = f"GET {API}/v2/carriers HTTP/1.1\r\nHost: api.trackflow.io\r\nX-API-Key: tf_test_sk_1\r\n\r\n"
    assert ask(serve().url, head.encode()).status == 200


def test_other_hosts_are_refused_in_plain_words_and_the_log_says_so_once(
    serve: Serve, session: requests.Session, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve()
    for _ in range(2):
        client, head = connect(served, "example.com:443")
        client.close()
        assert head.startswith("HTTP/1.1 403 ")
    session.proxies = {"http": served.url}
    told = session.get("http://example.com/", timeout=20)
    assert told.status_code == 403
    assert told.text == (
        "example.com:80 is another host. This mock stands in for api.trackflow.io:443 alone: name other hosts in "
        "NO_PROXY, or start it with --proxy-others.\n"
    )
    assert [each.getMessage().partition(" is ")[0] for each in caplog.records] == [
        "proxy: example.com:443",
        "proxy: example.com:80",
    ]


@pytest.mark.parametrize("target", ["", "api.trackflow.io", "api.trackflow.io:https", ":443", "a:99999", "[::1"])
def test_a_connect_that_names_no_host_and_port_is_a_bad_request(serve: Serve, target: str) -> None:
    answer = ask(serve().url, f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert 400 <= answer.status < 500


def test_other_hosts_are_passed_on_untouched_when_asked_to(
    serve: Serve, session: requests.Session, other: BackgroundServer
) -> None:
    served = serve(proxy_others=True)
    host = urlsplit(other.url).netloc
    client, head = connect(served, host)
    assert head.startswith("HTTP/1.1 200 ")
    with client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: other\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
        text = b""
        while piece := client.recv(65_536):
            text += piece
    assert b"hello" in text
    session.proxies = {"http": served.url}
    assert session.post(f"{other.url}/echo?a=1", data=b"x" * 1000, timeout=20).json()["body"] == "x" * 1000


def test_another_host_that_is_not_there_is_a_bad_gateway(serve: Serve) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        client, head = connect(serve(proxy_others=True), f"127.0.0.1:{taken.getsockname()[1]}")
        client.close()
    assert head.startswith("HTTP/1.1 502 ")


def test_off_loopback_it_is_no_proxy(serve: Serve, other: BackgroundServer) -> None:
    served = serve(host="0.0.0.0", admin_token="t" * 20)
    asked: list[object] = []
    for target in ("api.trackflow.io:443", urlsplit(other.url).netloc, "example.com:443"):
        client, head = connect(served, target)
        client.close()
        asked.append(head.split()[1])
    answer = ask(f"http://127.0.0.1:{served.address[1]}", f"GET {other.url}/ HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert answer.status == 404
    assert "200" not in asked
    assert all(400 <= int(str(status)) < 600 for status in asked)


def test_the_control_plane_is_not_reached_in_the_apis_name(serve: Serve, session: requests.Session) -> None:
    served = serve(https_port=0)
    session.proxies = {"https": served.url}
    assert session.get(f"{API}/__admin/keys", verify=served.authority, timeout=20).status_code == 403

import socket
from contextlib import closing

import pytest

from mock_server.server.listening import ListenError, listen, url_of


def test_port_0_picks_one() -> None:
    (listening,) = listen("127.0.0.1", 0)
    with closing(listening), socket.create_connection(listening.getsockname(), timeout=20):
        assert listening.getsockname()[1] > 0


def test_every_address_of_a_name_gets_the_same_port() -> None:
    sockets = listen("localhost", 0)
    assert len({listening.getsockname()[1] for listening in sockets}) == 1
    assert len({listening.family for listening in sockets}) == len(sockets)
    for listening in sockets:
        listening.close()


def test_no_host_means_every_address_of_both_kinds() -> None:
    sockets = listen("", 0)
    assert {listening.getsockname()[0] for listening in sockets} <= {"0.0.0.0", "::"}
    assert len({listening.getsockname()[1] for listening in sockets}) == 1
    for listening in sockets:
        listening.close()


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no socket here takes both kinds of address")
def test_every_ipv6_address_includes_ipv4() -> None:
    (listening,) = listen("::", 0)
    with closing(listening), socket.create_connection(("127.0.0.1", listening.getsockname()[1]), timeout=20):
        assert listening.family == socket.AF_INET6


def test_a_busy_port_is_told_with_the_way_out() -> None:
    (first,) = listen("127.0.0.1", 0)
    with closing(first):
        port = first.getsockname()[1]
        with pytest.raises(ListenError, match=rf"port {port} on 127\.0\.0\.1 is in use.*--port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        ("no.such.host.invalid", 0, "not a host name this machine can resolve"),
        ("bad..name", 0, "not a host name"),
        ("192.0.2.1", 0, "192.0.2.1 is not an address of this machine"),
        ("127.0.0.1", 65536, "65536 is not a port"),
        ("127.0.0.1", -1, "-1 is not a port"),
    ],
)
def test_an_impossible_place_is_told(host: str, port: int, message: str) -> None:
    with pytest.raises(ListenError, match=message):
        listen(host, port)


def test_a_url_has_brackets_around_an_ipv6_address() -> None:
    assert url_of("127.0.0.1", 8080) == "http://127.0.0.1:8080"
    assert url_of("::1", 8080) == "http://[::1]:8080"

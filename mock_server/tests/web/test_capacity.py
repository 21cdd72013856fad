import socket
from urllib.parse import urlsplit

import pytest

from mock_server.tests.server.raw_client import GET, hello, serving

CONNECTIONS = 1000


def test_a_thousand_connections_are_all_kept_and_all_answered() -> None:
    resource = pytest.importorskip("resource", reason="this system has no limit of open files to look at")
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 2 * CONNECTIONS + 200:
        pytest.skip("this process may not open enough files: both ends of every connection are its own")
    with serving(hello) as server:
        place = urlsplit(server.url)
        clients = [socket.create_connection((place.hostname or "", place.port or 0)) for _ in range(CONNECTIONS)]
        for _ in range(2):
            for client in clients:
                client.sendall(GET)
            assert all(client.recv(1000).endswith(b"hello") for client in clients)
        assert server.call(lambda service: len(service.connections)) == CONNECTIONS
        for client in clients:
            client.close()

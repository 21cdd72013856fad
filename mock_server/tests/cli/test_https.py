"""HTTPS beside plain HTTP: which certificates are shown, for which names, and what who distrusts them is told."""

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from mock_server.tests.cli.doorways import TRACK, Serve, connect
from mock_server.tests.server.raw_client import until


def test_https_is_served_beside_http_by_the_local_authority(serve: Serve, session: requests.Session) -> None:
    served = serve(https_port=0)
    for base in (served.url, served.secure_url, served.secure_url.replace("127.0.0.1", "localhost")):
        assert session.get(base + TRACK, verify=served.authority, timeout=20).json()["status"] == "in_transit"


def test_certificates_of_ones_own_are_served_and_no_authority_is_told_of(
    serve: Serve, session: requests.Session, tmp_path: Path
) -> None:
    from mock_server.certificates.authority import Authority
    from mock_server.domain.clock import SystemClock

    now = SystemClock().now()
    authority = Authority.create("localhost", now)
    leaf = authority.leaf(now)
    for name, text in (("ca", authority.certificate), ("crt", leaf.certificate), ("key", leaf.key)):
        (tmp_path / name).write_bytes(text)
    served = serve(https_port=0, tls_cert=str(tmp_path / "crt"), tls_key=str(tmp_path / "key"))
    assert session.get(served.secure_url + TRACK, verify=str(tmp_path / "ca"), timeout=20).ok
    told = session.get(f"{served.url}/__admin/certs/trackflow-mock-ca.crt", timeout=20)
    assert told.status_code == 404
    assert "--tls-cert" in told.json()["detail"]


def test_a_client_hello_in_a_tunnel_may_name_no_server_but_not_another_one(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve(https_port=0)
    context = ssl.create_default_context(cafile=served.authority)
    context.check_hostname = False
    client, _ = connect(served, "api.trackflow.io:443")
    with context.wrap_socket(client) as secure:
        names = dict(secure.getpeercert() or {})["subjectAltName"]
    assert ("DNS", "api.trackflow.io") in names
    client, _ = connect(served, "api.trackflow.io:443")
    with pytest.raises(ssl.SSLError) as refusal, context.wrap_socket(client, server_hostname="bank.example"):
        pass
    assert refusal.value.reason == "TLSV1_UNRECOGNIZED_NAME"
    until(served.server, lambda _: "asked for another server's name, 'bank.example'" in caplog.text)


def test_the_https_port_refuses_another_servers_name_in_words_of_tls(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve(https_port=0)
    parts = urlsplit(served.secure_url)
    context = ssl.create_default_context(cafile=served.authority)
    for _ in range(2):
        with (
            pytest.raises(ssl.SSLError) as refusal,
            socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as client,
        ):
            context.wrap_socket(client, server_hostname="bank.example")
        assert refusal.value.reason == "TLSV1_UNRECOGNIZED_NAME"
    assert caplog.text.count("asked for another server's name, 'bank.example'") == 1


def test_a_client_that_distrusts_the_authority_is_told_once_what_to_set(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve(https_port=0)
    context = ssl.create_default_context()
    for _ in range(2):
        client, _ = connect(served, "api.trackflow.io:443", "User-Agent: python-requests/2.34.2\r\n")
        with (
            pytest.raises(ssl.SSLCertVerificationError),
            context.wrap_socket(client, server_hostname="api.trackflow.io"),
        ):
            pass
    parts = urlsplit(served.secure_url)
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as client,
    ):
        context.wrap_socket(client, server_hostname="localhost")
    until(served.server, lambda _: len(caplog.records) > 1)
    first, second = (each.getMessage() for each in caplog.records)
    assert first.startswith(
        f"TLS: python-requests/2.34.2 does not trust {served.authority}: REQUESTS_CA_BUNDLE={served.authority}; or put"
    )
    assert "NODE_EXTRA_CA_CERTS=" in second


def test_no_private_key_leaves_over_http(serve: Serve, session: requests.Session) -> None:
    served = serve(https_port=0)
    public = session.get(f"{served.url}/__admin/certs/trackflow-mock-ca.crt", timeout=20)
    assert public.content == Path(served.authority).read_bytes()
    paths = (
        "certs/trackflow-mock-ca.key",
        "certs/",
        "certs/..%2ftrackflow-mock-ca.key",
        "settings",
        "snapshot",
        "keys",
    )
    told = [session.get(f"{served.url}/__admin/{path}", timeout=20).text for path in paths]
    secret = Path(served.authority).with_suffix(".key").read_text().splitlines()[1]
    assert all("PRIVATE" not in text and secret not in text for text in [public.text, *told])

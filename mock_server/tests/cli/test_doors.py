"""The ways into a served mock: HTTPS, as a proxy on loopback, from scripts of other sites."""

import json
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from mock_server.certificates.authority import CertificateError
from mock_server.certificates.store import certificate_path
from mock_server.cli.doors import doors
from mock_server.server.background import BackgroundServer
from mock_server.server.listening import ListenError
from mock_server.settings import SettingError, Settings
from mock_server.tests.server.raw_client import ask, echo, until
from mock_server.web.front import Front
from mock_server.web.mock import Mock

API = "https://api.trackflow.io"
TRACK = "/v2/track/1Z204E380338943508"
KEY = {"X-API-Key": "tf_live_sk_xxxxxxxxxxxxxxxxxxxx"}
ORIGIN = "https://app.example"


@dataclass
class Served:
    """A mock as `serve` has it, on free ports."""

    url: str
    secure_url: str
    authority: str
    server: BackgroundServer

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return "127.0.0.1", parts.port or 0


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as undo:

        def served(**settings: object) -> Served:
            mock = Mock(Settings(**settings))  # type: ignore[arg-type]  # the tests' own words
            user = {"XDG_DATA_HOME": str(tmp_path)}
            opened = doors(mock, Front(mock), user)
            host = mock.worlds.foundation.settings.host
            server = undo.enter_context(BackgroundServer(opened.answer, host, options=opened.options))
            file = certificate_path(tmp_path / "trackflow-mock", "api.trackflow.io")
            return Served(server.url, server.secure_url, str(file), server)

        yield served


@pytest.fixture
def other() -> Iterator[BackgroundServer]:
    """Another host, as far as the mock knows."""
    with BackgroundServer(echo) as server:
        yield server


def connect(served: Served, target: str, extra: str = "") -> tuple[socket.socket, str]:
    """The connection, and the head of the answer to CONNECT."""
    client = socket.create_connection(served.address, timeout=20)
    client.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{extra}\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = client.recv(1)
        assert piece
        head += piece
    return client, head.decode()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        opened.headers.update(KEY)
        yield opened


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


@pytest.mark.parametrize(
    ("settings", "name", "told"),
    [
        ({"tls_cert": "x"}, "tls_cert", "give --https-port as well"),
        ({"https_port": 0, "tls_key": "x"}, "tls_key", "give its certificate"),
        ({"cors": ("app.example",)}, "cors", "is no origin"),
        ({"cors": ("https://app.example/",)}, "cors", "is no origin"),
        (
            {"host": "0.0.0.0", "admin_token": "t" * 20, "proxy_others": True},
            "proxy_others",
            "off loopback this is no proxy",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_told(
    serve: Serve, settings: dict[str, object], name: str, told: str
) -> None:
    with pytest.raises(SettingError, match=told) as raised:
        serve(**settings)
    assert raised.value.name == name


def test_a_certificate_that_is_not_there_is_told_before_anything_is_served(serve: Serve) -> None:
    with pytest.raises(CertificateError, match=r"absent\.pem: No such file"):
        serve(https_port=0, tls_cert="absent.pem")


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
    other.answer = None  # type: ignore[assignment]  # whatever came would fail loudly
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


def test_scripts_of_an_allowed_origin_may_call_the_api(serve: Serve, session: requests.Session) -> None:
    served = serve(cors=(ORIGIN, "http://localhost:3000"))
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
    allowed = session.options(f"{served.url}/v2/track/batch", headers=asking, timeout=20)
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert allowed.headers["Access-Control-Allow-Headers"] == "x-api-key"
    assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
    answer = session.get(served.url + TRACK, headers={"Origin": ORIGIN}, timeout=20)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert {"X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(
        answer.headers["Access-Control-Expose-Headers"].split(", ")
    )
    refused = session.get(f"{served.url}/v2/track/1Z0429000000000009", headers={"Origin": ORIGIN}, timeout=20)
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_scripts_of_other_origins_and_of_the_control_plane_are_told_nothing(
    serve: Serve, session: requests.Session
) -> None:
    served = serve(cors=(ORIGIN,))
    for path, origin in ((TRACK, "https://other.example"), ("/__admin/keys", ORIGIN), ("/%5F_admin/keys", ORIGIN)):
        asking = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        for method in ("OPTIONS", "GET"):
            answer = session.request(method, served.url + path, headers=asking, timeout=20)
            assert not [name for name in answer.headers if name.startswith("Access-Control")]
    anybody = serve(cors=("*",))
    assert (
        session.get(anybody.url + TRACK, headers={"Origin": "null"}, timeout=20).headers["Access-Control-Allow-Origin"]
        == "*"
    )
    assert "Access-Control-Allow-Origin" not in session.get(served.url + TRACK, timeout=20).headers


def test_a_preflight_costs_no_lookup_and_is_not_in_the_journal(serve: Serve, session: requests.Session) -> None:
    served = serve(cors=("*",))
    session.options(served.url + TRACK, headers={"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}, timeout=20)
    assert json.loads(session.get(f"{served.url}/__admin/requests", timeout=20).text)["meta"]["total"] == 0


def test_a_port_in_use_is_told_by_the_option_that_chose_it(serve: Serve) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ListenError, match="in use by another program; stop it, choose another --https-port"):
            serve(https_port=taken.getsockname()[1])


def test_without_cryptography_plain_http_is_served_and_the_rest_says_what_to_install(
    serve: Serve, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    told = r"pip install 'trackflow-mock\[tls\]'"
    with pytest.raises(CertificateError, match=told):
        serve(https_port=0)
    served = serve()
    assert session.get(served.url + TRACK, timeout=20).ok
    client, head = connect(served, "api.trackflow.io:443")
    with client:
        assert head.startswith("HTTP/1.1 502 ")
        assert b"trackflow-mock[tls]" in client.recv(1000)
    unmade = session.get(f"{served.url}/__admin/certs/trackflow-mock-ca.crt", timeout=20)
    assert unmade.status_code == 503
    assert "trackflow-mock[tls]" in unmade.json()["detail"]

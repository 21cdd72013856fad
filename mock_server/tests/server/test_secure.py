"""HTTPS beside plain HTTP: the same server, and the same faults seen through TLS."""

import asyncio
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from mock_server.certificates.authority import Authority
from mock_server.certificates.serving import context_of
from mock_server.server.background import BackgroundServer
from mock_server.server.options import Options, fastest_event_loop
from mock_server.server.parsing import Limits
from mock_server.server.playing import BrokenChunk, Cut, InPieces, Noise, Nothing, Reset
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.tls import Secure
from mock_server.tests.server.raw_client import GET, ask, echo

LARGE = b"x" * 3_000_000
REPLIES = {
    "/reset": Reply(200, b"promised", wire=Reset()),
    "/empty": Reply(200, b"promised", wire=Nothing()),
    "/truncated": Reply(200, b"half" + b"." * 96, wire=Cut(4)),
    "/bad-chunk": Reply(200, b"promised", wire=BrokenChunk(b"\x80lskdu018973t09sylgasjkfg1")),
    "/garbage": Reply(200, b"promised", wire=Noise(b"\x80\x01lskdu018973t09sylgasjkfg1")),
    "/dribble": Reply(200, b"dribble", wire=InPieces(3, 0.003)),
    "/large": Reply(200, LARGE),
}
BROKEN = ("/reset", "/empty", "/truncated", "/bad-chunk", "/garbage")


def application(request: Request) -> Reply:
    if request.path == "/peer":
        return Reply.json(200, {"secure": request.peer.secure, "port": request.peer.host_port})
    return REPLIES.get(request.path) or echo(request)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create("api.trackflow.io", time.time())  # noqa: TID251 - clients look at the machine's clock


@pytest.fixture(scope="module")
def trusted(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("authority") / "ca.pem"
    file.write_bytes(authority.certificate)
    return str(file)


@pytest.fixture(scope="module", params=[fastest_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[BackgroundServer]:
    loop: Callable[[], asyncio.AbstractEventLoop] = request.param
    secure = Secure(context_of(authority, time.time))  # noqa: TID251 - clients look at the machine's clock
    with BackgroundServer(application, options=Options(secure=secure, new_event_loop=loop)) as running:
        yield running


@pytest.fixture
def session(trusted: str) -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.verify = trusted
        opened.trust_env = False
        yield opened


def test_both_are_served_and_a_request_knows_how_it_came(server: BackgroundServer, session: requests.Session) -> None:
    for url, secure in ((server.url, False), (server.secure_url, True)):
        parts = urlsplit(url)
        assert parts.scheme == ("https" if secure else "http")
        assert session.get(f"{url}/peer", timeout=20).json() == {"secure": secure, "port": parts.port}


def test_bodies_come_whole_through_tls_both_ways(server: BackgroundServer, session: requests.Session) -> None:
    assert session.get(f"{server.secure_url}/large", timeout=20).content == LARGE
    body = b"0123456789abcdef" * 60_000
    assert session.post(f"{server.secure_url}/echo", data=body, timeout=20).json()["body"].encode() == body
    assert session.get(f"{server.secure_url}/dribble", timeout=20).text == "dribble"


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("/reset", requests.ConnectionError, "Connection aborted"),  # Python's ssl makes an end of ECONNRESET
        ("/empty", requests.ConnectionError, "closed connection without response"),
        ("/truncated", requests.exceptions.ChunkedEncodingError, "4 bytes read, 96 more expected"),
        ("/bad-chunk", requests.exceptions.ChunkedEncodingError, "InvalidChunkLength"),
        ("/garbage", requests.ConnectionError, "BadStatusLine"),
    ],
)
def test_requests_meets_each_fault_through_tls(
    server: BackgroundServer, session: requests.Session, path: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        session.get(server.secure_url + path, timeout=20)
    assert session.get(server.secure_url + "/next", timeout=20).json()["path"] == "/next"


@pytest.mark.parametrize(
    ("path", "code"), [("/reset", 56), ("/empty", 52), ("/truncated", 18), ("/bad-chunk", 56), ("/garbage", 1)]
)
def test_curl_meets_each_fault_through_tls(server: BackgroundServer, trusted: str, path: str, code: int) -> None:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    told = [program, "-sS", "--noproxy", "*", "--cacert", trusted, server.secure_url + path]
    assert subprocess.run(told, capture_output=True, timeout=60, check=False).returncode == code


def test_node_meets_each_fault_through_tls(server: BackgroundServer, trusted: str) -> None:
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed")
    script = f"""
        const told = {{}};
        const ask = async (path) => {{
            try {{ return await (await fetch({json.dumps(server.secure_url)} + path)).text(); }}
            catch (error) {{ return error.cause?.code ?? error.message; }}
        }};
        (async () => {{
            for (const path of {json.dumps([*BROKEN, "/dribble"])}) told[path] = await ask(path);
            console.log(JSON.stringify(told));
        }})();
    """
    done = subprocess.run(
        [program, "-e", script],
        capture_output=True,
        timeout=60,
        check=True,
        env={"NODE_EXTRA_CA_CERTS": trusted, "PATH": str(Path(program).parent)},
    )
    found = json.loads(done.stdout)
    assert found.pop("/reset") in {"ECONNRESET", "UND_ERR_SOCKET"}  # whichever Node's own layers notice first
    assert found == {
        "/empty": "UND_ERR_SOCKET",
        "/truncated": "UND_ERR_SOCKET",
        "/bad-chunk": "HPE_INVALID_CHUNK_SIZE",
        "/garbage": "HPE_INVALID_CONSTANT",
        "/dribble": "dribble",
    }


def test_a_refused_client_reads_its_answer_through_tls(server: BackgroundServer, session: requests.Session) -> None:
    assert session.post(server.secure_url, data=b"x" * 5_000_000, timeout=20).status_code == 413


def test_who_speaks_plain_http_to_the_port_of_tls_is_left(server: BackgroundServer) -> None:
    parts = urlsplit(server.secure_url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as client:
        client.sendall(GET)
        assert not client.recv(1000).startswith(b"HTTP")
    assert ask(server.url, GET).status == 200


def test_a_reset_below_tls_is_an_rst_and_an_empty_reply_is_a_proper_end(server: BackgroundServer, trusted: str) -> None:
    context = ssl.create_default_context(cafile=trusted)
    ends = {path: end_of(server, context, path) for path in ("/reset", "/empty")}
    assert ends == {"/reset": ConnectionResetError, "/empty": b""}  # a close_notify came


def end_of(server: BackgroundServer, context: ssl.SSLContext, path: str) -> object:
    """What a client with TLS of its own reads when it asks for the path: a byte, nothing, or the type of an error."""
    parts = urlsplit(server.secure_url)
    came, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(came, sent, server_hostname="localhost")
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as client:

        def until(done: Callable[[], object]) -> object:
            while True:
                try:
                    return done()
                except ssl.SSLWantReadError:
                    client.sendall(sent.read())
                    came.write(client.recv(100_000))

        until(tls.do_handshake)
        tls.write(b"GET %b HTTP/1.1\r\nHost: mock\r\n\r\n" % path.encode())
        try:
            return until(lambda: tls.read(1))
        except (OSError, ssl.SSLError) as error:
            return type(error)


def test_others_are_served_when_a_handshake_has_failed(
    server: BackgroundServer, session: requests.Session, trusted: str
) -> None:
    parts = urlsplit(server.secure_url)
    context = ssl.create_default_context(cafile=trusted)
    with (
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as client,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(client, server_hostname="example.com")
    assert session.get(server.secure_url + "/next", timeout=20).json()["path"] == "/next"


@pytest.mark.parametrize("loop", [fastest_event_loop, asyncio.new_event_loop])
def test_an_idle_client_does_not_hold_up_the_end(
    loop: Callable[[], asyncio.AbstractEventLoop], authority: Authority, trusted: str
) -> None:
    secure = Secure(context_of(authority, time.time))  # noqa: TID251 - clients look at the machine's clock
    options = Options(secure=secure, new_event_loop=loop, limits=Limits(grace_seconds=3600))
    with requests.Session() as session:
        session.trust_env = False
        with BackgroundServer(application, options=options) as server:
            assert session.get(f"{server.secure_url}/peer", timeout=20, verify=trusted).ok

"""What the faults and the refusals look like to the clients people use."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mock_server.server.background import BackgroundServer
from mock_server.server.playing import Cut, InPieces, Noise, Nothing, Reset
from mock_server.server.reply import Reply, Sending
from mock_server.server.request import Request
from mock_server.tests.server.raw_client import echo, serving

LONG = b"half" + b"." * 96


class HalfThenReset:
    """A connection reset in the middle of the body."""

    async def play(self, sending: Sending) -> None:
        head, content = sending.opening()
        await sending.send(head + content[:4])
        sending.reset()

    def remains(self, content: bytes) -> bytes:
        return content


class ChunkThenGarbage:
    """A good chunk, and then none."""

    async def play(self, sending: Sending) -> None:
        await sending.send(sending.chunked() + b"5\r\nhello\r\nlskdu018973t09sylgasjkfg1][]'./.sdlv")
        sending.close()

    def remains(self, content: bytes) -> bytes:
        return content


REPLIES = {
    "/reset": Reply(200, wire=Reset()),
    "/reset-midway": Reply(200, LONG, wire=HalfThenReset()),
    "/empty": Reply(200, wire=Nothing()),
    "/truncated": Reply(200, LONG, wire=Cut(4)),
    "/bad-chunk": Reply(200, wire=ChunkThenGarbage()),
    "/garbage": Reply(200, wire=Noise(b"\x00\x01lskdu018973t09sylgasjkfg1][]")),
    "/slow": Reply(200, b"slow", pause=0.001),
    "/dribble": Reply(200, b"dribble", wire=InPieces(3, 0.003)),
}
WHOLE = {"/slow": "slow", "/dribble": "dribble"}
BROKEN = sorted(REPLIES.keys() - WHOLE.keys())


def application(request: Request) -> Reply:
    return REPLIES.get(request.path) or echo(request)


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with serving(application) as running:
        yield running


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


def curl(*arguments: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    return subprocess.run([program, "-sS", *arguments], input=data, capture_output=True, timeout=60, check=False)


def node(program: str) -> Any:
    """What an async JavaScript function body returns."""
    binary = shutil.which("node")
    if binary is None:
        pytest.skip("Node is not installed")
    script = f"(async () => {{ {program} }})().then(value => console.log(JSON.stringify(value)))"
    done = subprocess.run([binary, "-e", script], capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("/reset", requests.ConnectionError, "Connection reset by peer"),
        ("/reset-midway", requests.exceptions.ChunkedEncodingError, "Connection reset by peer"),
        ("/empty", requests.ConnectionError, "closed connection without response"),
        ("/truncated", requests.exceptions.ChunkedEncodingError, "4 bytes read, 96 more expected"),
        ("/bad-chunk", requests.exceptions.ChunkedEncodingError, "InvalidChunkLength"),
        ("/garbage", requests.ConnectionError, "BadStatusLine"),
    ],
)
def test_requests_meets_each_fault_by_its_name(
    server: BackgroundServer, session: requests.Session, path: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        session.get(server.url + path, timeout=20)
    assert session.get(server.url + "/next", timeout=20).json()["path"] == "/next"


@pytest.mark.parametrize(
    ("path", "code"),
    [("/reset", 56), ("/reset-midway", 56), ("/empty", 52), ("/truncated", 18), ("/bad-chunk", 56), ("/garbage", 1)],
)
def test_curl_meets_each_fault_by_its_exit_code(server: BackgroundServer, path: str, code: int) -> None:
    assert curl(server.url + path).returncode == code


@pytest.mark.parametrize("path", BROKEN)
def test_node_s_fetch_meets_each_fault_as_an_error(server: BackgroundServer, path: str) -> None:
    asked = f"try {{ await (await fetch('{server.url}{path}')).text(); return 'no error' }}"
    told = node(asked + "catch (error) { return error.cause?.code ?? error.cause?.message ?? error.message }")
    if path.startswith("/reset"):
        assert told in {"ECONNRESET", "UND_ERR_SOCKET"}  # whichever Node's own layers notice first
    elif path == "/garbage":
        assert told == "HPE_INVALID_CONSTANT"
    else:
        assert told != "no error"


@pytest.mark.parametrize("path", sorted(WHOLE))
def test_slow_answers_are_whole_for_every_client(
    server: BackgroundServer, session: requests.Session, path: str
) -> None:
    assert session.get(server.url + path, timeout=20).text == WHOLE[path]
    assert curl(server.url + path).stdout.decode() == WHOLE[path]
    assert node(f"return await (await fetch('{server.url}{path}')).text()") == WHOLE[path]


TEN_MEGABYTES = 10_000_000


def test_requests_reads_the_refusal_of_ten_megabytes(server: BackgroundServer, session: requests.Session) -> None:
    for body in (b"x" * TEN_MEGABYTES, iter([b"x" * 100_000] * 100)):
        assert session.post(server.url, data=body, timeout=20).status_code == 413
    assert session.get(server.url + "/next", timeout=20).json()["path"] == "/next"


@pytest.mark.parametrize("how", [[], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked"]], ids=str)
def test_curl_reads_the_refusal_of_ten_megabytes(server: BackgroundServer, how: list[str]) -> None:
    done = curl("-w", "%{http_code}", "--data-binary", "@-", *how, server.url, data=b"x" * TEN_MEGABYTES)
    assert (done.returncode, done.stdout[-3:]) == (0, b"413")


def test_node_s_fetch_reads_the_refusal_of_ten_megabytes(server: BackgroundServer) -> None:
    body = f"Buffer.alloc({TEN_MEGABYTES})"
    assert node(f"return (await fetch('{server.url}', {{method: 'POST', body: {body}}})).status") == 413
    stream = f"new Blob([{body}]).stream()"
    posted = f"{{method: 'POST', body: {stream}, duplex: 'half'}}"
    assert node(f"return (await fetch('{server.url}', {posted})).status") == 413


@pytest.mark.parametrize("method", ["BREW", "CONNECT", "TRACE", "get", "DESCRIBE"])
def test_an_odd_method_reaches_the_application(
    server: BackgroundServer, session: requests.Session, method: str
) -> None:
    assert session.request(method, f"{server.url}/pot", timeout=20).json()["method"] in {method, method.upper()}
    assert session.get(server.url + "/next", timeout=20).json()["path"] == "/next"


def test_a_client_that_tries_http_2_first_is_served(server: BackgroundServer) -> None:
    done = curl("--http2", "-d", "body", server.url)
    assert json.loads(done.stdout)["body"] == "body"

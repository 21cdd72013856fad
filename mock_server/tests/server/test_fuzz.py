"""Whatever a client sends, it gets an answer or its connection ends, and the next client is served."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.server.background import BackgroundServer
from mock_server.tests.server.raw_client import GET, RawClient, ask, echo, serving

TOKENS = [
    *(b"GET", b"POST", b"HEAD", b"CONNECT", b"PRI", b"BREW", b" ", b"/", b"*", b"http://", b"%", b"?", b"#", b"\x00"),
    *(
        b" HTTP/1.1\r\n",
        b" HTTP/1.0\r\n",
        b" HTTP/2.0\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\n",
        b"\r",
        b": ",
        b"Host: mock\r\n",
    ),
    *(b"Content-Length: 3\r\n", b"Content-Length: 99999999\r\n", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    *(b"3\r\nabc\r\n", b"Connection: close\r\n", b"Connection: Upgrade\r\n", b"Upgrade: h2c\r\n", b"abc", b"\xff" * 9),
    *(b"Expect: 100-continue\r\n", b"x" * 40_000, GET, GET[:-2]),
]
TRAFFIC = st.lists(st.sampled_from(TOKENS) | st.binary(max_size=20), max_size=12)


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with serving(echo) as running:
        yield running


@settings(max_examples=300)
@given(pieces=TRAFFIC, together=st.booleans())
def test_any_bytes_end_in_an_answer_or_the_end(server: BackgroundServer, pieces: list[bytes], together: bool) -> None:
    with RawClient(server.url) as client:
        for piece in [b"".join(pieces)] if together else pieces:
            client.send(piece)
        client.done()
        received = client.rest()
    assert received == b"" or received.startswith(b"HTTP/1.1 ")
    assert received or not b"".join(pieces).strip(b"\r\n")
    assert ask(server.url, GET).status == 200

"""Everything that can happen to a reply, seen from the client's side of the socket."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.server.options import Options, fastest_event_loop
from mock_server.server.playing import BrokenChunk, Cut, InPieces, Noise, Nothing, Reset, pieces
from mock_server.server.reply import Reply, Sending, Wire
from mock_server.tests.server.answering import HEAD, Happening, answering, late, next_answer
from mock_server.tests.server.raw_client import GET, RawClient, ask, serving
from mock_server.tests.server.sleeper import WokenSleeper


@pytest.fixture(params=[fastest_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def either_loop(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    loop: Callable[[], asyncio.AbstractEventLoop] = request.param
    return loop


LATE = answering(Reply(200, b"late", pause=2.5))


def test_a_pause_delays_the_whole_answer_and_nobody_else() -> None:
    sleeper = WokenSleeper()
    with serving(LATE, Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET)
        assert sleeper.asleep() == 2.5
        assert ask(server.url, GET.replace(b"/ ", b"/other ")).body == b"next"
        sleeper.wake(server)
        answered = client.answer()
        assert (answered.body, answered.headers["content-length"]) == (b"late", "4")
        assert next_answer(client) == b"next"


def test_pipelined_requests_wait_for_a_paused_answer() -> None:
    sleeper = WokenSleeper()
    with serving(LATE, Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET, GET.replace(b"/ ", b"/next "), GET)
        sleeper.wake(server)
        assert [client.answer().body, client.answer().body] == [b"late", b"next"]
        sleeper.wake(server)
        assert client.answer().body == b"late"


def test_requests_sent_during_a_pause_are_answered_after_it() -> None:
    sleeper = WokenSleeper()
    with serving(LATE, Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET)
        sleeper.asleep()
        client.send(GET.replace(b"/ ", b"/next "))
        client.done()
        sleeper.wake(server)
        assert [client.answer().body, client.answer().body, client.rest()] == [b"late", b"next", b""]


def test_a_dribble_comes_piece_by_piece_with_the_length_said_before() -> None:
    sleeper = WokenSleeper()
    dribble = answering(Reply(200, b"abcde", wire=InPieces(3, 3.0)))
    with serving(dribble, Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET)
        begun = b""
        while not begun.endswith(b"\r\n\r\n"):
            begun += client.socket.recv(1000)
        assert b"Content-Length: 5\r\n" in begun
        for piece in (b"ab", b"cd", b"e"):
            assert sleeper.asleep() == 1.0
            sleeper.wake(server)
            assert client.socket.recv(1000) == piece
        assert next_answer(client) == b"next"


@given(st.binary(min_size=1, max_size=300), st.integers(1, 300))
def test_a_dribbled_body_comes_whole_in_pieces_as_equal_as_can_be(content: bytes, number: int) -> None:
    sent = list(pieces(content, min(number, len(content))))
    assert b"".join(sent) == content
    assert max(map(len, sent)) - min(map(len, sent)) <= 1
    assert len(sent) == min(number, len(content))


@pytest.mark.parametrize("content", [b"", b"promised"])
def test_a_reset_is_seen_as_a_reset(either_loop: Callable[[], asyncio.AbstractEventLoop], content: bytes) -> None:
    options = Options(new_event_loop=either_loop)
    with serving(answering(Reply(200, content, wire=Reset())), options) as server, RawClient(server.url) as client:
        client.send(GET)
        with pytest.raises(ConnectionResetError):
            client.socket.recv(1000)


def test_a_reset_comes_after_what_was_sent_before(either_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def play(sending: Sending) -> None:
        await sending.send(b"x" * 10_000)
        sending.reset()

    options = Options(new_event_loop=either_loop)
    with (
        serving(answering(Reply(200, wire=Happening(play))), options) as server,
        RawClient(server.url) as client,
    ):
        client.send(GET)
        with pytest.raises(ConnectionResetError):
            client.drain()
        assert client.drained == 10_000


@pytest.mark.parametrize("content", [b"", b"promised"])
def test_a_close_without_a_byte_is_an_empty_reply(
    either_loop: Callable[[], asyncio.AbstractEventLoop], content: bytes
) -> None:
    options = Options(new_event_loop=either_loop)
    with serving(answering(Reply(200, content, wire=Nothing())), options) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.rest() == b""


@pytest.mark.parametrize("sent", [0, 1, 9])
def test_a_cut_truncates_a_body_of_declared_length(sent: int) -> None:
    cut = answering(Reply(200, b"x" * 500, {"X-Told": "yes"}, wire=Cut(sent)))
    with serving(cut) as server, RawClient(server.url) as client:
        client.send(GET)
        head, _, body = client.rest().partition(b"\r\n\r\n")
        assert b"X-Told: yes\r\nContent-Length: 500\r\n" in head
        assert body == b"x" * sent


def test_a_body_shorter_than_declared_ends_the_connection_without_being_told() -> None:
    short = Reply(200, b"abc", {"Content-Length": "5"})
    with serving(answering(short)) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.rest().endswith(b"\r\n\r\nabc")


def test_a_broken_chunk_comes_after_a_head_that_promises_chunks() -> None:
    broken = Reply(200, b"whole", {"X-Told": "yes"}, wire=BrokenChunk(b"\x80garbage"))
    with serving(answering(broken)) as server, RawClient(server.url) as client:
        client.send(GET)
        head, _, body = client.rest().partition(b"\r\n\r\n")
        assert head == b"HTTP/1.1 200 OK\r\nX-Told: yes\r\nTransfer-Encoding: chunked"
        assert body == b"\x80garbage"


def test_noise_is_all_that_is_sent() -> None:
    noisy = Reply(200, b"whole", {"X-Told": "yes"}, wire=Noise(b"\x80noise"))
    with serving(answering(noisy)) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.rest() == b"\x80noise"


@pytest.mark.parametrize("wire", [Reset(), Nothing(), Cut(4), Noise(b"\x80"), BrokenChunk(b"\x80"), InPieces(2, 1)])
def test_whatever_happens_comes_after_the_pause(wire: Wire) -> None:
    sleeper = WokenSleeper()
    reply = Reply(200, b"0123456789", pause=2.0, wire=wire)
    with serving(answering(reply), Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET)
        assert sleeper.asleep() == 2.0
        client.socket.settimeout(0)
        with pytest.raises(BlockingIOError):
            client.socket.recv(1)
        for _ in range(1 + wire.pieces if isinstance(wire, InPieces) else 1):
            sleeper.wake(server)  # a server that closes waits for what it still has to say


def test_bytes_that_frame_themselves_leave_nothing_to_the_server() -> None:
    async def play(sending: Sending) -> None:
        await sending.send(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno")
        sending.close()

    with serving(answering(Reply(200, wire=Happening(play)))) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.answer().status == 503
        assert client.rest() == b""


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"abc", pause=0.001),
        Reply(200, later=late(Reply(200, b"abc"))),
        Reply(200, b"abc", wire=InPieces(2, 0)),
    ],
)
def test_head_requests_get_the_head_of_it(reply: Reply) -> None:
    with serving(answering(reply)) as server, RawClient(server.url) as client:
        client.send(HEAD)
        answered = client.answer(head_only=True)
        assert (answered.status, answered.headers["content-length"]) == (200, "3")
        assert next_answer(client) == b"next"

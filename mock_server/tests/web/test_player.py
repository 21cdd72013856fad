"""Every step of a script, seen from the client's side of the socket."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

import flask
import pytest

from mock_server.tests.web.raw_client import GET, RawClient, ask, serving
from mock_server.tests.web.sleeper import Sleeper
from mock_server.web.environ import Environ
from mock_server.web.gateway import Application
from mock_server.web.server import Options
from mock_server.web.site import fastest_event_loop
from mock_server.web.transport import Answer, Await, Close, Headers, Pause, Reset, Script, Send, Step, head

HEAD = b"HEAD / HTTP/1.1\r\nHost: mock\r\n\r\n"
OLD = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"


def playing(*steps: Step, raw: bool = False, headers: Headers = ()) -> Application:
    """An application that answers / with these steps, and anything else with `next`."""

    def application(environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(headers))
        return Script(steps, raw=raw) if environ["PATH_INFO"] == "/" else [b"next"]

    return application


def next_answer(client: RawClient) -> bytes:
    """What the connection answers to one more request."""
    client.send(GET.replace(b"/ ", b"/next "))
    return client.answer().body


@pytest.fixture(params=[fastest_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def either_loop(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    loop: Callable[[], asyncio.AbstractEventLoop] = request.param
    return loop


def test_a_pause_delays_the_whole_answer_and_nobody_else() -> None:
    sleeper = Sleeper()
    with serving(playing(Pause(2.5), Send(b"late")), Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET)
        assert sleeper.asleep() == 2.5
        assert ask(server.url, GET.replace(b"/ ", b"/other ")).body == b"next"
        sleeper.wake(server)
        answered = client.answer()
        assert (answered.body, answered.headers["content-length"]) == (b"late", "4")
        assert next_answer(client) == b"next"


def test_pipelined_requests_wait_for_a_paused_answer() -> None:
    sleeper = Sleeper()
    with serving(playing(Pause(1), Send(b"late")), Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET, GET.replace(b"/ ", b"/next "), GET)
        sleeper.wake(server)
        assert [client.answer().body, client.answer().body] == [b"late", b"next"]
        sleeper.wake(server)
        assert client.answer().body == b"late"


def test_requests_sent_during_a_pause_are_answered_after_it() -> None:
    sleeper = Sleeper()
    with serving(playing(Pause(1), Send(b"late")), Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET)
        sleeper.asleep()
        client.send(GET.replace(b"/ ", b"/next "))
        client.done()
        sleeper.wake(server)
        assert [client.answer().body, client.answer().body, client.rest()] == [b"late", b"next", b""]


def test_a_dribble_comes_piece_by_piece_with_the_length_said_before() -> None:
    sleeper = Sleeper()
    dribble = playing(Send(b"ab"), Pause(1), Send(b"cd"), Pause(1), Send(b"e"))
    with serving(dribble, Options(sleep=sleeper)) as server, RawClient(server.url) as client:
        client.send(GET)
        begun = b""
        while not begun.endswith(b"ab"):
            begun += client.socket.recv(1000)
        assert b"Content-Length: 5\r\n" in begun
        sleeper.wake(server)
        assert client.socket.recv(1000) == b"cd"
        sleeper.wake(server)
        assert client.socket.recv(1000) == b"e"


@pytest.mark.parametrize("raw", [False, True])
def test_a_reset_is_seen_as_a_reset(either_loop: Callable[[], asyncio.AbstractEventLoop], raw: bool) -> None:
    options = Options(new_event_loop=either_loop)
    with serving(playing(Reset(), raw=raw), options) as server, RawClient(server.url) as client:
        client.send(GET)
        with pytest.raises(ConnectionResetError):
            client.socket.recv(1000)


def test_a_reset_comes_after_what_was_sent_before(either_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    options = Options(new_event_loop=either_loop)
    with serving(playing(Send(b"x" * 10_000), Reset(), raw=True), options) as server, RawClient(server.url) as client:
        client.send(GET)
        with pytest.raises(ConnectionResetError):
            client.drain()
        assert client.drained == 10_000


@pytest.mark.parametrize("raw", [False, True])
def test_a_close_without_a_byte_is_an_empty_reply(
    either_loop: Callable[[], asyncio.AbstractEventLoop], raw: bool
) -> None:
    options = Options(new_event_loop=either_loop)
    with serving(playing(Close(), raw=raw), options) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.rest() == b""


def test_a_close_truncates_a_body_of_declared_length() -> None:
    truncated = playing(Send(b'{"success'), Close(), headers=[("Content-Length", "500")])
    with serving(truncated) as server, RawClient(server.url) as client:
        client.send(GET)
        received = client.rest()
        assert b"Content-Length: 500\r\n" in received
        assert received.endswith(b'\r\n\r\n{"success')


def test_a_body_shorter_than_declared_ends_the_connection_without_being_told() -> None:
    with serving(playing(Send(b"abc"), headers=[("Content-Length", "5")])) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.rest().endswith(b"\r\n\r\nabc")


def test_a_raw_script_is_all_that_is_sent() -> None:
    chunk = head(200, [("Transfer-Encoding", "chunked")]) + b"5\r\nab"
    with (
        serving(playing(Send(chunk), Send(b"\x00garbage"), Close(), raw=True)) as server,
        RawClient(server.url) as client,
    ):
        client.send(GET)
        assert client.rest() == chunk + b"\x00garbage"


def test_a_raw_script_that_frames_itself_leaves_the_connection_usable() -> None:
    with serving(playing(Send(head(503, [], 2) + b"no"), raw=True)) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.answer().status == 503
        assert next_answer(client) == b"next"


def test_a_script_without_bytes_is_an_empty_answer() -> None:
    with serving(playing(headers=[("X-A", "b")])) as server, RawClient(server.url) as client:
        client.send(GET)
        answered = client.answer()
        assert (answered.status, answered.headers["content-length"], answered.headers["x-a"]) == (200, "0", "b")
        assert next_answer(client) == b"next"


async def two_more() -> tuple[Step, ...]:
    await asyncio.sleep(0)
    return (Send(b"b"), Send(b""), Send(b"c"))


async def conflict() -> tuple[Step, ...]:
    return (Answer(408, [("X-A", "b")], b"not yet"),)


async def failing() -> tuple[Step, ...]:
    raise ZeroDivisionError("the awaited work failed")


def test_steps_that_are_awaited_make_a_chunked_body() -> None:
    with serving(playing(Send(b"a"), Await(two_more))) as server, RawClient(server.url) as client:
        client.send(GET)
        answered = client.answer()
        assert (answered.headers["transfer-encoding"], answered.body) == ("chunked", b"abc")
        assert next_answer(client) == b"next"


def test_an_old_client_gets_no_chunks_but_the_end_of_the_connection() -> None:
    with serving(playing(Send(b"a"), Await(two_more))) as server, RawClient(server.url) as client:
        client.send(OLD)
        head_bytes, _, body = client.rest().partition(b"\r\n\r\n")
        assert body == b"abc"
        assert b"Transfer-Encoding" not in head_bytes
        assert b"Connection: close" in head_bytes


def test_an_awaited_answer_replaces_the_head() -> None:
    with serving(playing(Await(conflict))) as server, RawClient(server.url) as client:
        client.send(GET)
        answered = client.answer()
        assert (answered.status, answered.headers["x-a"], answered.body) == (408, "b", b"not yet")
        assert next_answer(client) == b"next"


def test_work_that_fails_before_the_first_byte_is_an_internal_error(caplog: pytest.LogCaptureFixture) -> None:
    with serving(playing(Await(failing))) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.answer().status == 500
        assert next_answer(client) == b"next"
    assert "the awaited work failed" in caplog.text


def test_work_that_fails_after_the_first_byte_ends_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    with serving(playing(Send(b"a"), Await(failing))) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.rest().endswith(b"1\r\na\r\n")
    assert "the awaited work failed" in caplog.text


def test_an_answer_after_bytes_is_a_bug_and_is_loud(caplog: pytest.LogCaptureFixture) -> None:
    with serving(playing(Send(b"a"), Answer(200))) as server, RawClient(server.url) as client:
        client.send(GET)
        assert client.rest().endswith(b"\r\n\r\na")
    assert "put it first" in caplog.text


@pytest.mark.parametrize("steps", [(Send(b"abc"),), (Send(b"a"), Await(two_more)), (Answer(200, (), b"abc"),)])
def test_head_requests_get_the_head_of_a_script(steps: tuple[Step, ...]) -> None:
    with serving(playing(*steps)) as server, RawClient(server.url) as client:
        client.send(HEAD)
        assert client.answer(head_only=True).status == 200
        assert next_answer(client) == b"next"


def test_a_client_that_leaves_ends_its_script() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def wait_for_ever() -> tuple[Step, ...]:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ()

    with serving(playing(Await(wait_for_ever))) as server, RawClient(server.url) as client:
        client.send(GET)
        assert begun.wait(20)
        client.reset()
        assert ended.wait(20)


def test_a_flask_view_may_return_a_script() -> None:
    application = flask.Flask(__name__)

    @application.get("/")
    def view() -> flask.Response:
        script = Script((Await(conflict),))
        return flask.Response(script, direct_passthrough=True)

    with serving(application) as server:
        assert ask(server.url, GET).status == 408

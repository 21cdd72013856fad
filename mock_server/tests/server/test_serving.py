import asyncio
import re
import signal
import subprocess
import sys
import threading

import pytest

from mock_server.server.listening import ListenError
from mock_server.server.parsing import Limits
from mock_server.server.playing import InPieces
from mock_server.server.reply import Reply, Sending
from mock_server.server.serving import PARTING, BackgroundServer, Options, fastest_event_loop
from mock_server.tests.server.raw_client import GET, RawClient, ask, hello, serving, until
from mock_server.tests.server.sleeper import Sleeper

PROGRAM = """
from mock_server.tests.server.raw_client import hello
from mock_server.server.serving import serve

serve(hello, {host!r}, 0, on_ready=lambda url: print(url, flush=True))
print("ended well")
"""


def started(host: str = "127.0.0.1") -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", PROGRAM.format(host=host)], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_once_it_says_so_and_a_signal_ends_it_well(number: signal.Signals) -> None:
    with started() as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with RawClient(url) as client:
            client.send(GET)
            assert client.answer().body == b"hello"
            process.send_signal(number)
            assert client.rest() == b""
        assert process.stdout.read() == "ended well\n"
        assert process.wait(20) == 0


def test_it_raises_its_limit_of_open_files() -> None:
    resource = pytest.importorskip("resource", reason="this system has no such limit")
    limits = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(7)[1]))"
    program = f"{limits}\n{PROGRAM.format(host='127.0.0.1')}\nprint(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read().split()[-1] == str(resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def test_a_background_server_tells_its_url_and_can_be_started_again() -> None:
    server = BackgroundServer(hello)
    for _ in range(2):
        url = server.start()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        assert ask(url, GET).body == b"hello"
        server.stop()
        with pytest.raises(ConnectionRefusedError):
            RawClient(url)
    server.stop()


def test_a_background_server_on_a_busy_port_fails_where_it_is_started() -> None:
    with serving(hello) as server, pytest.raises(ListenError, match="in use"):
        BackgroundServer(hello, port=int(server.url.rpartition(":")[2])).start()


def test_a_background_server_that_cannot_begin_tells_why() -> None:
    def broken(_loop: asyncio.AbstractEventLoop) -> None:
        raise ZeroDivisionError("cannot begin")

    with pytest.raises(ZeroDivisionError, match="cannot begin"):
        BackgroundServer(hello, options=Options(on_start=[broken])).start()


def test_others_may_schedule_work_on_the_loop() -> None:
    loops: list[asyncio.AbstractEventLoop] = []
    done = threading.Event()
    with serving(hello, Options(on_start=[loops.append])) as server:
        loops[0].call_soon_threadsafe(done.set)
        assert done.wait(20)
        assert loops == [server.loop]


def test_work_called_on_the_loop_returns_or_raises_here() -> None:
    with serving(hello) as server:
        assert server.call(lambda shared: shared.limits) == Limits()
        with pytest.raises(ZeroDivisionError):
            server.call(lambda _: 1 // 0)


def test_the_loop_of_asyncio_serves_where_uvloop_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    loop = fastest_event_loop()
    try:
        assert type(loop).__module__.startswith("asyncio")
    finally:
        loop.close()
    with serving(hello) as server:
        assert ask(server.url, GET).body == b"hello"


def test_an_answer_under_way_is_finished_before_the_end() -> None:
    sleeper = Sleeper()
    server = BackgroundServer(lambda _: Reply(200, b"late", pause=1), options=Options(sleep=sleeper))
    with RawClient(server.start()) as client:
        client.send(GET)
        sleeper.asleep()
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        until(server, lambda shared: shared.stopping)
        with pytest.raises(ConnectionRefusedError):
            RawClient(server.url)
        sleeper.wake(server)
        answered = client.answer()
        assert (answered.body, answered.headers["connection"]) == (b"late", "close")
        stopping.join()


def test_a_dribble_under_way_is_finished_before_the_end() -> None:
    sleeper = Sleeper()
    options = Options(sleep=sleeper, limits=Limits(grace_seconds=20))
    server = BackgroundServer(lambda _: Reply(200, b"dribble", wire=InPieces(2, 1)), options=options)
    with RawClient(server.start()) as client:
        client.send(GET)
        sleeper.asleep()
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        until(server, lambda shared: shared.stopping)
        sleeper.wake(server)
        sleeper.wake(server)
        assert client.rest().endswith(b"\r\n\r\ndribble")
        stopping.join()


def test_while_it_drains_whoever_comes_is_answered_once_and_whoever_is_idle_is_left_alone() -> None:
    sleeper, left = Sleeper(), threading.Event()
    server = BackgroundServer(hello, options=Options(sleep=sleeper, drain_seconds=7, on_stopping=(left.set,)))
    with RawClient(server.start()) as idle:
        idle.send(GET)
        assert idle.answer().headers.get("connection") != "close"
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert sleeper.asleep() == 7
        assert left.is_set()
        with RawClient(server.url) as late:
            late.send(GET)
            answered = late.answer()
            assert (answered.body, answered.headers["connection"]) == (b"hello", "close")
            assert late.rest() == b""
        idle.send(GET)  # it was not closed under its hands
        answered = idle.answer()
        assert (answered.body, answered.headers["connection"]) == (b"hello", "close")
        sleeper.wake(server)
        assert sleeper.asleep() == PARTING
        sleeper.wake(server)
        stopping.join()
        with pytest.raises(ConnectionRefusedError):
            RawClient(server.url)


def test_while_it_drains_a_connection_stays_that_an_answer_under_way_has_promised_to_keep() -> None:
    sleeper, begun, told = Sleeper(), threading.Event(), asyncio.Event()

    class Promised:
        """The head of an answer that keeps the connection, and its end when that is told."""

        async def play(self, sending: Sending) -> None:
            await sending.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
            begun.set()
            await told.wait()
            await sending.send(b"late")
            sending.complete()

        def remains(self, content: bytes) -> bytes:
            return content

    replies = iter((Reply(200, wire=Promised()), Reply(200, b"next")))
    server = BackgroundServer(lambda _: next(replies), options=Options(sleep=sleeper, drain_seconds=7))
    with RawClient(server.start()) as client:
        client.send(GET)
        assert begun.wait(60)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert sleeper.asleep() == 7
        server.loop.call_soon_threadsafe(told.set)
        assert client.answer().body == b"late"
        client.send(GET)
        answered = client.answer()
        assert (answered.body, answered.headers["connection"]) == (b"next", "close")
        sleeper.wake(server)
        sleeper.wake(server)
        stopping.join()


def test_a_second_signal_ends_the_draining() -> None:
    program = PROGRAM.format(host="127.0.0.1").replace("on_ready", "options=Options(drain_seconds=3600), on_ready")
    program = program.replace("import serve\n", "import Options, serve\n")
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)
        while ask(url, GET).headers.get("connection") != "close":  # the signal comes when it comes
            pass
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "ended well\n"


def test_an_answer_that_outlasts_the_grace_is_cut_off() -> None:
    sleeper = Sleeper()
    options = Options(sleep=sleeper, limits=Limits(grace_seconds=0))
    with serving(lambda _: Reply(200, pause=100), options) as server, RawClient(server.url) as client:
        client.send(GET)
        sleeper.asleep()
        server.stop()
        with pytest.raises(ConnectionResetError):
            client.rest()


def test_the_date_is_that_of_the_clock_handed_in_to_the_second() -> None:
    now = [1_781_524_800.9]
    with serving(hello, Options(now=lambda: now[0])) as server, RawClient(server.url) as client:

        def date() -> str:
            client.send(GET)
            return client.answer().headers["date"]

        assert {date() for _ in range(3)} == {"Mon, 15 Jun 2026 12:00:00 GMT"}
        now[0] += 0.1
        assert date() == "Mon, 15 Jun 2026 12:00:01 GMT"
        now[0] -= 60
        assert date() == "Mon, 15 Jun 2026 11:59:01 GMT"


def test_the_server_does_not_name_itself_unless_told_to() -> None:
    with serving(hello) as server:
        assert set(ask(server.url, GET).headers) == {"content-type", "content-length", "date"}
    with serving(hello, Options(banner="trackflow-mock")) as server:
        assert ask(server.url, GET).headers["server"] == "trackflow-mock"


def test_an_ipv6_address_is_served_and_written_in_brackets() -> None:
    try:
        server = BackgroundServer(hello, "::1")
        url = server.start()
    except ListenError as error:
        pytest.skip(f"no IPv6 here: {error}")
    assert url.startswith("http://[::1]:")
    assert ask(url, GET).body == b"hello"
    server.stop()

import asyncio
import re
import signal
import subprocess
import sys
import threading

import pytest

from mock_server.tests.web.raw_client import GET, RawClient, ask, hello, serving, until
from mock_server.tests.web.sleeper import Sleeper
from mock_server.tests.web.test_player import playing
from mock_server.web.limits import Limits
from mock_server.web.listener import ListenError
from mock_server.web.server import BackgroundServer, Options
from mock_server.web.site import fastest_event_loop
from mock_server.web.transport import Pause, Send

PROGRAM = """
from mock_server.tests.web.raw_client import hello
from mock_server.web.server import serve

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
        assert server.call(lambda service: service.limits) == Limits()
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
    server = BackgroundServer(playing(Pause(1), Send(b"late")), options=Options(sleep=sleeper))
    with RawClient(server.start()) as client:
        client.send(GET)
        sleeper.asleep()
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        until(server, lambda service: service.stopping)
        with pytest.raises(ConnectionRefusedError):
            RawClient(server.url)
        sleeper.wake(server)
        answered = client.answer()
        assert (answered.body, answered.headers["connection"]) == (b"late", "close")
        stopping.join()


def test_a_dribble_under_way_is_finished_before_the_end() -> None:
    sleeper = Sleeper()
    options = Options(sleep=sleeper, limits=Limits(grace_seconds=20))
    server = BackgroundServer(playing(Send(b"drib"), Pause(1), Send(b"ble")), options=options)
    with RawClient(server.start()) as client:
        client.send(GET)
        sleeper.asleep()
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        until(server, lambda service: service.stopping)
        sleeper.wake(server)
        assert client.rest().endswith(b"\r\n\r\ndribble")
        stopping.join()


def test_an_answer_that_outlasts_the_grace_is_cut_off() -> None:
    sleeper = Sleeper()
    options = Options(sleep=sleeper, limits=Limits(grace_seconds=0))
    with serving(playing(Pause(100)), options) as server, RawClient(server.url) as client:
        client.send(GET)
        sleeper.asleep()
        server.stop()
        with pytest.raises(ConnectionResetError):
            client.rest()


def test_the_date_is_refreshed_by_the_clock_handed_in_and_not_per_request() -> None:
    dates = iter(["Mon, 15 Jun 2026 12:00:00 GMT", *["Mon, 15 Jun 2026 12:00:01 GMT"] * 1000])
    with serving(hello, Options(date=lambda: next(dates))) as server:
        assert {ask(server.url, GET).headers["date"] for _ in range(3)} == {"Mon, 15 Jun 2026 12:00:01 GMT"}


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

import asyncio
import sys
import threading

import pytest

from mock_server.server.background import BackgroundServer
from mock_server.server.listening import ListenError
from mock_server.server.options import Options, fastest_event_loop
from mock_server.tests.server.raw_client import GET, RawClient, ask, hello, serving


def test_others_may_schedule_work_on_the_loop() -> None:
    loops: list[asyncio.AbstractEventLoop] = []
    done = threading.Event()
    with serving(hello, Options(on_start=[loops.append])) as server:
        loops[0].call_soon_threadsafe(done.set)
        assert done.wait(20)
        assert loops == [server.loop]


def test_the_loop_of_asyncio_serves_where_uvloop_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    loop = fastest_event_loop()
    try:
        assert type(loop).__module__.startswith("asyncio")
    finally:
        loop.close()
    with serving(hello) as server:
        assert ask(server.url, GET).body == b"hello"


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

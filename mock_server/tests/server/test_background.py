import asyncio
import re

import pytest

from mock_server.server.background import BackgroundServer
from mock_server.server.listening import ListenError
from mock_server.server.options import Options
from mock_server.server.parsing import Limits
from mock_server.tests.server.raw_client import GET, RawClient, ask, hello, serving


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


def test_work_called_on_the_loop_returns_or_raises_here() -> None:
    with serving(hello) as server:
        assert server.call(lambda shared: shared.limits) == Limits()
        with pytest.raises(ZeroDivisionError):
            server.call(lambda _: 1 // 0)

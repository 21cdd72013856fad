"""Processes that are one mock end together: none as long as another has clients, who may ask for its keys."""

import asyncio
import os
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest

from mock_server.server.accepting import Listening
from mock_server.server.background import BackgroundServer
from mock_server.server.options import Options
from mock_server.settings import Settings
from mock_server.tests.server.raw_client import GET, RawClient, hello

if not hasattr(socket, "send_fds"):
    pytest.skip("this system has no such mocks", allow_module_level=True)

WORKER = """
import json, pathlib, signal, socket, sys

journal, first_is_empty = map(pathlib.Path, sys.argv[1:])


def note(step):
    with journal.open("a") as file:
        print(step, file=file)


link = socket.socket(fileno=0)
words = link.makefile()
number = json.loads(words.readline())["number"]
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
note("ready")
link.sendall(b"here\\n")
words.readline()
signal.sigwait([signal.SIGTERM])
if number == 1:
    first_is_empty.read_text()
note("empty")
link.sendall(b"here\\n")
if number == 0:
    first_is_empty.write_text("")
words.readline()
note("ended")
"""


def test_all_end_once_the_last_of_them_has_no_clients_any_more(tmp_path: Path) -> None:
    from mock_server.sharing.workers import run

    journal, first_is_empty = tmp_path / "journal", tmp_path / "empty"
    os.mkfifo(first_is_empty)
    command = [sys.executable, "-IS", "-c", WORKER, str(journal), str(first_is_empty)]
    settings = Settings(port=0, workers=2)
    assert run(settings, command, on_ready=lambda _: signal.raise_signal(signal.SIGTERM)) == 0
    assert journal.read_text().split() == [each for each in ("ready", "empty", "ended") for _ in range(2)]


HASTY = """
import json, os, pathlib, signal, socket, sys

link = socket.socket(fileno=0)
words = link.makefile()
with pathlib.Path(sys.argv[1]).open("a") as file:
    print(json.loads(words.readline())["number"], file=file)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
os.kill(os.getppid(), signal.SIGTERM)
signal.sigwait([signal.SIGTERM])
link.sendall(b"here\\n")
words.readline()
"""


def test_none_is_started_once_all_are_told_to_end(tmp_path: Path) -> None:
    from mock_server.sharing.workers import run

    started = tmp_path / "started"
    command = [sys.executable, "-IS", "-c", HASTY, str(started)]
    assert run(Settings(port=0, workers=3), command, on_ready=lambda _: pytest.fail("it is not ready")) == 0
    assert started.read_text().split() == ["0"]


def test_other_processes_are_answered_until_all_have_met(tmp_path: Path) -> None:
    waiting, met = threading.Event(), asyncio.Event()

    async def after_clients() -> None:
        waiting.set()
        await met.wait()

    path = tmp_path / "door"
    with socket.socket(socket.AF_UNIX) as door, socket.create_server(("127.0.0.1", 0)) as clients:
        door.bind(str(path))
        door.listen()
        listening = [Listening("127.0.0.1", [clients]), Listening("localhost", [door])]
        server = BackgroundServer(hello, options=Options(listening=listening, after_clients=after_clients))
        with RawClient(server.start()) as client:
            client.send(GET)
            assert client.answer().body == b"hello"
            stopping = threading.Thread(target=server.stop)
            stopping.start()
            assert client.rest() == b""
        assert waiting.wait(60)
        with pytest.raises(ConnectionRefusedError):
            RawClient(server.url)
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(str(path))
            other.sendall(GET)
            assert other.recv(4096).startswith(b"HTTP/1.1 200 ")
            server.loop.call_soon_threadsafe(met.set)
            stopping.join()
            assert other.recv(4096) == b""
        gone = (ConnectionRefusedError, FileNotFoundError)  # from Python 3.13 on, asyncio takes the file away too
        with socket.socket(socket.AF_UNIX) as late, pytest.raises(gone):
            late.connect(str(path))

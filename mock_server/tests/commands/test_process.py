"""A command as a process: how it ends, what reaches it, and that nothing of it is left."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mock_server.commands import process
from mock_server.commands.process import Ending, NoCommandError, Streams, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups are POSIX's")
QUIET = Streams(subprocess.DEVNULL, subprocess.DEVNULL, subprocess.DEVNULL)


def shell(script: str, *, limit: float | None = None, lenient: bool = False) -> Ending:
    return run(["sh", "-c", script], os.environ, limit=limit, lenient=lenient, streams=QUIET)


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 7", 7), ("exit 124", 124), ("kill -TERM $$", 143), ("kill -9 $$", 137)]
)
def test_the_status_is_a_shells(script: str, status: int) -> None:
    assert shell(script) == Ending(status)


def test_a_command_that_is_not_there_is_127_and_one_that_cannot_be_executed_126(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for command, status, told in (
        ("no-such-command", 127, "no-such-command: no such command"),
        (str(tmp_path / "absent"), 127, "no such command"),
        (str(tmp_path / "text"), 126, "Permission denied"),
        (str(tmp_path), 126, "Permission denied"),
    ):
        with pytest.raises(NoCommandError, match=told) as raised:
            run([command], os.environ, streams=QUIET)
        assert raised.value.status == status


def test_the_command_is_looked_for_where_its_own_variables_say(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "mine").chmod(0o755)
    assert run(["mine"], {"PATH": f"{tmp_path}:{os.environ['PATH']}"}, streams=QUIET) == Ending(3)


def test_when_time_is_up_the_command_and_all_it_started_are_ended(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    ending = shell(f"sh -c 'trap \"\" TERM; echo $$ > {note}.new; mv {note}.new {note}; sleep 60' & wait", limit=0.5)
    assert ending == Ending(124, out_of_time=True)
    if note.exists():
        assert _is_gone(int(note.read_text()))


def test_a_command_that_ignores_being_asked_is_ended_all_the_same() -> None:
    assert shell("trap '' TERM; while :; do sleep 1; done", limit=0.3).status == 124


def test_a_command_that_was_kept_waiting_for_a_processor_has_that_much_more_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"

    def starved(*_: object) -> float:
        seen.touch()
        return 60.0

    monkeypatch.setattr(process, "starved", starved)
    assert shell(f"while [ ! -e {seen} ]; do sleep 0.05; done; exit 7", limit=2.0, lenient=True) == Ending(7)


def test_a_command_that_starves_for_ever_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "starved", lambda *_: 60.0)
    assert shell("sleep 60", limit=0.1, lenient=True) == Ending(124, out_of_time=True)


@pytest.mark.usefixtures("attentive")
def test_signals_go_to_the_command_which_may_end_in_its_own_way(tmp_path: Path) -> None:
    for status, name in enumerate(("INT", "TERM", "HUP", "USR1"), 11):
        ready, number = tmp_path / name, getattr(signal, f"SIG{name}")
        threading.Thread(target=_send_when, args=(ready, number)).start()
        assert shell(f"trap 'exit {status}' {name}; touch {ready}; while :; do sleep 0.1; done") == Ending(status)


def test_handlers_are_as_they_were_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    shell("exit 0")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_streams_are_the_callers(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with output.open("wb") as file:
        run(["sh", "-c", "echo out; echo err >&2"], os.environ, streams=Streams(subprocess.DEVNULL, file, file))
    assert output.read_text() == "out\nerr\n"


def test_many_run_at_once() -> None:
    statuses: dict[int, int] = {}
    threads = [
        threading.Thread(target=lambda number=number: statuses.update({number: shell(f"exit {number}").status}))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == {number: number for number in range(8)}


def _send_when(ready: Path, number: int) -> None:
    while not ready.exists():
        threading.Event().wait(0.01)
    os.kill(os.getpid(), number)


def _is_gone(pid: int) -> bool:
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").is_file() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        threading.Event().wait(0.01)
    return False

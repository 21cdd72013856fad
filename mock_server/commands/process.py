"""A command as a process group: signals passed through, a limit in wall-clock time, an exit status as a shell's."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from mock_server.commands.starving import starved, waits_of_group, waits_of_this

OUT_OF_TIME, NOT_EXECUTABLE, NOT_FOUND, BY_SIGNAL = 124, 126, 127, 128
GRACE = 2.0  # seconds between asking a command that is out of time to end, and ending it
MOST_LENT, LEAST_LENT = 4.0, 0.05  # limits that a command which starves is given more, in all and at once

PASSED_ON = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT")
    if hasattr(signal, name)
)


class NoCommandError(Exception):
    """A command that cannot be started; `status` is what a shell would leave with."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended: as a shell tells it, and whether that was because its time was up."""

    status: int
    out_of_time: bool = False


@dataclass(frozen=True, slots=True)
class Streams:
    """Where a command reads and writes; None is where this process does."""

    stdin: IO[Any] | int | None = None
    stdout: IO[Any] | int | None = None
    stderr: IO[Any] | int | None = None


class CommandGroup:
    """Any number of commands that are ended together, and with them whatever is to join from then on."""

    def __init__(self) -> None:
        self.ended = False
        self._groups: set[_Group] = set()
        self._lock = threading.RLock()  # a signal's handler may find the main thread holding it

    def end(self) -> None:
        with self._lock:
            self.ended = True
            for group in self._groups:
                group.end()

    @contextlib.contextmanager
    def holding(self, group: "_Group") -> Iterator[None]:
        with self._lock:
            self._groups.add(group)
            if self.ended:
                group.end()
        try:
            yield
        finally:
            with self._lock:
                self._groups.remove(group)


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    limit: float | None = None,
    lenient: bool = False,
    streams: Streams = Streams(),
    commands: CommandGroup | None = None,
) -> Ending:
    """Run the command to its end, with all that it starts in one process group; NoCommandError if there is none.

    If the limit is lenient, it does not count what the command, and this process, which may be what it talks to, were
    kept waiting for a processor, up to four limits more. In the main thread, signals to this process go to the group
    instead, unless it is one of several, and where it has the terminal, so has the group. What is left of the group
    when time is up is ended; what outlives the command otherwise is let be.
    """
    with contextlib.ExitStack() as until_over, _terminal(streams) as terminal:
        signals = _Signals() if commands else until_over.enter_context(_signals())
        group = _Group(_started(command, environment, streams))
        try:
            if terminal is not None:
                _hand_over(terminal, group.process.pid)
            if limit is not None:
                group.watch(limit, _starving(group.process.pid) if lenient else lambda: 0.0)
            signals.go_to(group)
            if commands:
                until_over.enter_context(commands.holding(group))
            code = group.wait(terminal)
        except BaseException:
            group.kill()
            raise
    if group.expired:
        return Ending(OUT_OF_TIME, out_of_time=True)
    return Ending(BY_SIGNAL - code if code < 0 else code)


def _starving(group: int) -> Callable[[], float]:
    """What tells for how many seconds from now on the group and this process have been kept waiting."""
    before = waits_of_this()
    return lambda: starved((waits_of_group(group), waits_of_this()), before)


class _Group:
    """The process group of a command."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.expired = False
        self._over = threading.Event()
        self._lock = threading.RLock()  # a signal's handler may find the main thread holding it

    def wait(self, terminal: int | None) -> int:
        """The command's exit code, negative for a signal."""
        try:
            code = self.process.wait() if terminal is None else _wait_on_terminal(self.process, terminal)
        finally:
            with self._lock:
                self._over.set()
        if self.expired:
            self._send(getattr(signal, "SIGKILL", signal.SIGTERM))
        return code

    def pass_on(self, number: int) -> None:
        with self._lock:
            if not self._over.is_set():
                self._send(number)

    def end(self) -> None:
        """End it now."""
        self.pass_on(getattr(signal, "SIGKILL", signal.SIGTERM))

    def watch(self, limit: float, starving: Callable[[], float]) -> None:
        """Let it expire when the limit is over, and as much again as it has been starving by then."""

        def watched() -> None:
            lent, more = 0.0, limit
            while not self._over.wait(more):
                more = min(starving(), MOST_LENT * limit) - lent
                lent += more
                if more < LEAST_LENT * limit:
                    self.expire()
                    return

        threading.Thread(target=watched, name="limit", daemon=True).start()

    def expire(self) -> None:
        """End it because its time is up: asked first, then not."""
        with self._lock:
            if self._over.is_set():
                return
            self.expired = True
            self._send(signal.SIGTERM)
            self._send(getattr(signal, "SIGCONT", signal.SIGTERM))
        if not self._over.wait(GRACE):
            self.end()

    def kill(self) -> None:
        self._over.set()
        self._send(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _send(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self.process.terminate()
            else:
                os.killpg(self.process.pid, number)


def _started(command: Sequence[str], environment: Mapping[str, str], streams: Streams) -> "subprocess.Popen[bytes]":
    group: dict[str, Any] = {} if sys.platform == "win32" else {"process_group": 0}
    try:
        return subprocess.Popen(  # noqa: S603 - the user's own command
            command,
            env=environment,
            stdin=streams.stdin,
            stdout=streams.stdout,
            stderr=streams.stderr,
            **group,
        )
    except FileNotFoundError as error:
        what = command[0] if error.filename in (None, command[0]) else f"{command[0]} ({error.filename} is missing)"
        raise NoCommandError(f"{what}: no such command", NOT_FOUND) from None
    except OSError as error:
        raise NoCommandError(f"{command[0]}: {error.strerror}", NOT_EXECUTABLE) from None


class _Signals:
    """Signals that this process gets, given to the command; those that come before there is one, once there is."""

    def __init__(self) -> None:
        self._group: _Group | None = None
        self._early: list[int] = []

    def go_to(self, group: _Group) -> None:
        self._group = group
        while self._early:
            group.pass_on(self._early.pop(0))

    def take(self, number: int, _frame: object) -> None:
        if self._group is None:
            self._early.append(number)
        else:
            self._group.pass_on(number)


@contextlib.contextmanager
def _signals() -> Iterator[_Signals]:
    """Where signals go meanwhile; only the main thread may arrange that."""
    signals = _Signals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    before = {number: signal.getsignal(number) for number in PASSED_ON}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as under nohup: what was ignored stays so
            signal.signal(number, signals.take)
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _terminal(streams: Streams) -> Iterator[int | None]:
    """The terminal's descriptor, if this process has it in hand to lend to the command."""
    if sys.platform == "win32" or streams.stdin is not None:
        yield None
        return
    try:
        terminal = sys.stdin.fileno()
        ours = os.tcgetpgrp(terminal) == os.getpgrp() and threading.current_thread() is threading.main_thread()
    except (OSError, ValueError, AttributeError):  # no terminal, or no standard input at all
        ours = False
    if not ours:
        yield None
        return
    try:
        yield terminal
    finally:
        _hand_over(terminal, os.getpgrp())


def _hand_over(terminal: int, group: int) -> None:
    """Make the group the one that reads the terminal and gets its Ctrl-C."""
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # or who does this from the background is stopped
    try:
        with contextlib.suppress(OSError):
            os.tcsetpgrp(terminal, group)
    finally:
        signal.signal(signal.SIGTTOU, before)


def _wait_on_terminal(process: "subprocess.Popen[bytes]", terminal: int) -> int:
    """The exit code; Ctrl-Z stops this process together with the command, and `fg` goes on with both."""
    while True:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode
        if os.WSTOPSIG(status) not in {signal.SIGTTIN, signal.SIGTTOU}:  # those: it was faster than the hand-over
            _hand_over(terminal, os.getpgrp())
            os.kill(os.getpid(), signal.SIGSTOP)
        _hand_over(terminal, process.pid)
        os.killpg(process.pid, signal.SIGCONT)

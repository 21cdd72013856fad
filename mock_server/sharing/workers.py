"""The parent of several processes that are one mock on one machine: starts them, sees to them, and ends with them."""

import asyncio
import json
import logging
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from secrets import token_urlsafe
from subprocess import Popen
from typing import Any

from mock_server.server.listening import listen_on, url_of
from mock_server.settings import SettingError, Settings

READY = b"ready\n"
PAUSE = 1.0  # real seconds before a process that did not even start is started again
GRACE = 10.0  # real seconds for processes to end once they are told to, beside those that they drain

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """What one process is told when it starts."""

    settings: dict[str, Any]
    number: int
    folder: str
    secret: str
    epoch: float
    """When the mock has begun, by the machine's steady clock, which all processes share."""
    sockets: tuple[tuple[int, ...], ...]
    """Descriptors that listen: for plain HTTP, and for TLS where there is that."""

    def to_text(self) -> str:
        return json.dumps(asdict(self), default=str)


class FailedError(Exception):
    """A process ended before it was ready; its own words say why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run(settings: Settings, command: Sequence[str], *, on_ready: Callable[..., None]) -> int:
    """Let `settings.workers` processes serve until SIGTERM or SIGINT; the exit code.

    `command` starts one, which reads its duty from its standard input. `on_ready` gets the URLs once all are ready.
    Raises ListenError.
    """
    if not hasattr(socket, "send_fds"):
        raise SettingError("workers", "several processes share a port by means that this system has not; leave it at 1")
    with ExitStack() as undo:
        doors = listen_on(settings.host, settings.port, settings.https_port)
        for each in (bound for door in doors for bound in door):
            undo.callback(each.close)
        folder = Path(tempfile.mkdtemp(prefix="trackflow-mock-workers-"))  # 0700
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        listening = tuple(tuple(bound.fileno() for bound in door) for door in doors)
        first = Duty(asdict(settings), 0, str(folder), token_urlsafe(24), time.monotonic(), listening)
        duties = [replace(first, number=number) for number in range(settings.workers)]
        urls = [url_of(settings.host, door[0].getsockname()[1], secure=bool(place)) for place, door in enumerate(doors)]
        crew = Crew(duties, command, settings.drain_seconds + GRACE)
        return asyncio.run(crew.work(lambda: on_ready(*urls)))


class Crew:
    """The processes, each started again when it ends before it is to."""

    def __init__(self, duties: Sequence[Duty], command: Sequence[str], patience: float) -> None:
        self._duties = duties
        self._command = command
        self._patience = patience
        self._running: dict[int, Popen[bytes]] = {}
        self._links: dict[int, asyncio.StreamWriter] = {}
        self._stopping = asyncio.Event()

    async def work(self, on_ready: Callable[[], None]) -> int:
        """Until told to stop; the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._told, number)
        first, *others = self._duties
        try:
            try:
                begun = [await self._start(first)]  # alone, so that what is wrong with settings is told once
                begun += await asyncio.gather(*map(self._start, others))
            except FailedError as error:
                return 0 if self._stopping.is_set() else error.code or 1
            keeping = [loop.create_task(self._keep(duty, link)) for duty, link in zip(self._duties, begun, strict=True)]
            on_ready()
            await self._stopping.wait()
            await asyncio.wait(keeping, timeout=self._patience)
        finally:
            for process in self._running.values():
                process.kill()
                process.wait()
        return 0

    def _told(self, number: int) -> None:
        """Stop, or hurry where that is under way; so do all processes, which are in no terminal's group."""
        self._stopping.set()
        log.debug("told to stop by signal %d", number)
        for process in self._running.values():
            process.terminate()

    async def _start(self, duty: Duty) -> asyncio.StreamReader:
        """What tells the end of a process that has said that it is ready; FailedError if it ended before."""
        ours, theirs = socket.socketpair()
        with theirs:
            descriptors = [each for door in duty.sockets for each in door]
            process = Popen(  # noqa: S603 - the command is this program's own
                self._command, stdin=theirs.fileno(), pass_fds=descriptors, start_new_session=True
            )
        self._running[duty.number] = process
        reader, self._links[duty.number] = await asyncio.open_unix_connection(sock=ours)
        self._links[duty.number].write(f"{duty.to_text()}\n".encode())
        if await reader.readline() != READY:
            raise FailedError(await self._ended(duty.number))
        return reader

    async def _ended(self, number: int) -> int:
        return await asyncio.to_thread(self._running.pop(number).wait)

    async def _keep(self, duty: Duty, link: asyncio.StreamReader) -> None:
        """Wait for the process to end, and start it again unless it was to."""
        while True:
            with suppress(OSError):
                await link.read()
            code = await self._ended(duty.number)
            if self._stopping.is_set():
                return
            log.error("process %d of the mock ended with %d, and is started again", duty.number, code)
            link = await self._again(duty)

    async def _again(self, duty: Duty) -> asyncio.StreamReader:
        while True:
            try:
                return await self._start(duty)
            except FailedError as error:
                log.error("process %d of the mock does not start (%d); tried again", duty.number, error.code)
                await asyncio.sleep(PAUSE)

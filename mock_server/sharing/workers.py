"""The parent of several processes that are one mock on one machine: starts them, sees to them, and ends with them."""

import asyncio
import json
import logging
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from subprocess import Popen
from typing import Any

from mock_server.server.connection import Connection
from mock_server.server.listening import listen_on, url_of
from mock_server.server.options import Options
from mock_server.server.reply import Reply
from mock_server.server.request import Refusal, Request
from mock_server.server.shared import Shared, plain
from mock_server.settings import SettingError, Settings
from mock_server.sharing.channels import UNIX, PeerChannels
from mock_server.sharing.joining import parent_in, peers_in
from mock_server.sharing.peer_connections import PeerEndpoint
from mock_server.sharing.sequence import Ordering

HERE = b"here\n"
"""What a process says when it is ready for clients, and once more when the last of them has gone."""
ALL = b"all\n"
"""What it is told when that is so of all."""
PAUSE = 1.0  # real seconds before a process that did not even start is started again
GRACE = 10.0  # real seconds for the last client to go once processes are told to end, beside those that they drain
ENDING = 5.0  # real seconds for a process to end that has no clients

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerTask:
    """What one process is told when it starts."""

    settings: dict[str, Any]
    number: int
    folder: str
    secret: str
    epoch: float
    """When the mock has begun, by the machine's steady clock, which all processes share."""
    sockets: tuple[tuple[int, ...], ...]
    """Descriptors that listen: for plain HTTP, and for TLS where there is that."""
    opening: str | None = None
    """How the mock as a whole stands; None for the first, and for one that goes on from a state file."""
    again: bool = False
    """Whether a process of that number was there before."""
    missed: tuple[str, ...] = ()
    """Calls for all that it has missed, as it goes on from a state file."""

    def to_text(self) -> str:
        return json.dumps(asdict(self), default=str)


class FailedError(Exception):
    """A process ended before it was ready; its own words say why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run(settings: Settings, command: Sequence[str], *, on_ready: Callable[..., None]) -> int:
    """Let `settings.workers` processes serve until SIGTERM or SIGINT; the exit code.

    `command` starts one, which reads its task from its standard input. `on_ready` gets the URLs once all are ready.
    Raises ListenError.
    """
    if not hasattr(socket, "send_fds"):
        raise SettingError("workers", "several processes share a port by means that this system has not; leave it at 1")
    with ExitStack() as undo:
        if settings.state:
            undo.enter_context(_alone_with(Path(settings.state)))
        doors = listen_on(settings.host, settings.port, settings.https_port)
        for each in (bound for door in doors for bound in door):
            undo.callback(each.close)
        folder = Path(tempfile.mkdtemp(prefix="trackflow-mock-workers-"))  # 0700
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        listening = tuple(tuple(bound.fileno() for bound in door) for door in doors)
        first = WorkerTask(asdict(settings), 0, str(folder), token_urlsafe(24), time.monotonic(), listening)
        tasks = [replace(first, number=number) for number in range(settings.workers)]
        urls = [url_of(settings.host, door[0].getsockname()[1], secure=bool(place)) for place, door in enumerate(doors)]
        workers = WorkerProcesses(tasks, command, settings, [bound for door in doors for bound in door])
        return asyncio.run(workers.work(lambda: on_ready(*urls)))


@contextmanager
def _alone_with(state: Path) -> Iterator[None]:
    """Keep other mocks of several processes away from the state file; ValueError if one has it."""
    import fcntl  # noqa: PLC0415 - Windows has none, and no such mocks

    try:
        lock = state.with_name(f"{state.name}.lock").open("w")
    except OSError as error:
        raise ValueError(f"the state file {state} cannot be opened: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValueError(f"another mock has the state file {state}; give each its own") from None
        yield


class WorkerProcesses:
    """The processes, each started again when it ends before it is to."""

    def __init__(
        self, tasks: Sequence[WorkerTask], command: Sequence[str], settings: Settings, doors: Sequence[socket.socket]
    ) -> None:
        self._tasks = tasks
        self._command = command
        self._patience = settings.drain_seconds + GRACE
        self._keeps = settings.state is not None
        self._doors = doors
        self._running: dict[int, Popen[bytes]] = {}
        self._links: dict[int, asyncio.StreamWriter] = {}
        self._stopping = asyncio.Event()
        self._left: set[int] = set()
        """Those that have no clients any more."""
        self._all_left = asyncio.Event()
        channels, folder = PeerChannels(tasks[0].secret), tasks[0].folder
        self._ordering = Ordering(channels, peers_in(folder, len(tasks)))
        self._entrance = PeerEndpoint(channels, self._ordering.answered)
        self._path = parent_in(folder).address.removeprefix(UNIX)

    async def work(self, on_ready: Callable[[], None]) -> int:
        """Until told to stop; the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._told)
        options = Options()
        shared = Shared(self._answer, plain, options.limits, banner=None, now=options.now, sleep=options.sleep)
        server = await loop.create_unix_server(partial(Connection, shared), self._path)
        try:
            try:
                links = await self._all()
            except FailedError as error:
                return 0 if self._stopping.is_set() else error.code or 1
            keeping = [loop.create_task(self._keep(task, link)) for task, link in zip(self._tasks, links, strict=True)]
            self._tell(self._running)
            on_ready()
            await self._stopping.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_left.wait(), self._patience)
            self._tell(self._running)
            await asyncio.wait(keeping, timeout=ENDING)
        finally:
            for process in self._running.values():
                process.kill()
                process.wait()
            server.close()
            for link in self._links.values():
                link.close()
        return 0

    def _answer(self, request: Request) -> Reply:
        return self._entrance.admit(request) or plain(Refusal(404, "Nothing is here."))

    async def _all(self) -> list[asyncio.StreamReader]:
        """Start them all: the first alone, so that what is wrong with settings is told once, and the others know it."""
        first, *others = self._tasks
        async with self._ordering.lock:
            begun = await self._start(first)
            await self._ordering.learn()
            tasks = [replace(task, opening=self._ordering.opening) for task in others]
            return [begun, *await asyncio.gather(*map(self._start, tasks))]

    def _told(self) -> None:
        """Stop, or hurry where that is under way; so do all processes, which are in no terminal's group."""
        self._stopping.set()
        for bound in self._doors:  # or who comes when the last has stopped would wait here for nobody
            bound.close()
        for process in self._running.values():
            process.terminate()

    async def _start(self, task: WorkerTask) -> asyncio.StreamReader:
        """What tells the end of a process that has said that it is ready; FailedError if it ended before, or all do."""
        if self._stopping.is_set():  # the sockets that it would get are closed
            raise FailedError(0)
        ours, theirs = socket.socketpair()
        with theirs:
            descriptors = [each for door in task.sockets for each in door]
            process = Popen(  # noqa: S603 - the command is this program's own
                self._command, stdin=theirs.fileno(), pass_fds=descriptors, start_new_session=True
            )
        self._running[task.number] = process
        reader, self._links[task.number] = await asyncio.open_unix_connection(sock=ours)
        self._links[task.number].write(f"{task.to_text()}\n".encode())
        if await _said(reader) != HERE:
            raise FailedError(await self._ended(task.number))
        return reader

    async def _ended(self, number: int) -> int:
        process = self._running.pop(number)
        self._links[number].close()
        self._left.discard(number)
        self._look()
        return await asyncio.to_thread(process.wait)

    def _tell(self, numbers: Iterable[int]) -> None:
        """Let those go on that wait for all."""
        for number in numbers:
            self._links[number].write(ALL)

    def _look(self) -> None:
        """Whether no process has clients any more: until then, any may be asked for its keys."""
        if self._stopping.is_set() and self._left.issuperset(self._running):
            self._all_left.set()

    async def _keep(self, task: WorkerTask, link: asyncio.StreamReader | None) -> None:
        """Wait for the process to end, and start it again unless it was to."""
        while link is not None:
            while await _said(link):
                self._left.add(task.number)
                self._look()
                if not self._stopping.is_set():  # somebody has told this one alone to end
                    self._tell([task.number])
            code = await self._ended(task.number)
            if not self._stopping.is_set():
                log.error("process %d of the mock ended with %d, and is started again", task.number, code)
            link = await self._again(task)

    async def _again(self, task: WorkerTask) -> asyncio.StreamReader | None:
        """Start it again as the mock stands now, unless all are to end; calls for all wait meanwhile."""
        while not self._stopping.is_set():
            try:
                async with self._ordering.lock:
                    link = await self._start(self._resumed(task))
                    self._ordering.up_to_date(task.number)
                    self._tell([task.number])
                    return link
            except FailedError as error:
                if not self._stopping.is_set():
                    log.error("process %d of the mock does not start (%d); tried again", task.number, error.code)
                    await asyncio.sleep(PAUSE)
        return None

    def _resumed(self, task: WorkerTask) -> WorkerTask:
        if self._keeps:
            return replace(task, again=True, missed=tuple(self._ordering.missed(task.number)))
        return replace(task, again=True, opening=self._ordering.opening)


async def _said(link: asyncio.StreamReader) -> bytes:
    """The next line of a process; nothing once it has ended, whatever it had not read by then."""
    with suppress(OSError):
        return await link.readline()
    return b""

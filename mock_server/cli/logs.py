"""The log of a served mock: lines for people, or JSON lines for machines."""

import json
import logging
import os
import warnings
from contextlib import nullcontext
from queue import Full, Queue
from threading import Thread, current_thread
from typing import TextIO

from mock_server.domain.clients import REQUESTS
from mock_server.domain.clock import to_text

MOST_LINES = 1000  # that wait to be written
MOST_ALIKE = 8  # lines of one kind in a row that are told one by one
PATIENCE = 1.0  # real seconds that the end of the process waits for its last lines


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        members = {
            "time": to_text(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            members["traceback"] = self.formatException(record.exc_info)
        return json.dumps(members, ensure_ascii=False)


class Patient(logging.Handler):
    """Writes in a thread of its own, so that nobody waits for an output that takes nothing more.

    Lines that are too many are let go of, and lines of one kind that repeat are counted; both are told when there is
    room, or when another kind of line comes.
    """

    def __init__(self, output: TextIO) -> None:
        super().__init__()
        self._output = output
        self._lines: Queue[str] = Queue(MOST_LINES)
        self._lost = 0
        self._kind: object = None
        self._times = 0
        self._thread: Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Called under the handler's lock."""
        kind = (record.name, record.levelno, record.msg)
        if kind == self._kind and record.name != REQUESTS:  # of which every one is told
            self._times += 1
            if self._times > MOST_ALIKE and self._times & (self._times - 1):
                return  # told at 16, 32, 64 and so on
        else:
            self._kind, self._times = kind, 1
        line = self.format(record)
        if self._times > MOST_ALIKE:
            line += self._told(f"{self._times} lines like this one")
        self._put(line)

    def say(self, line: str) -> None:
        """Write a line that is none of the log's, and wait a while for that."""
        with self.lock or nullcontext():
            self._put(line)
        self.flush()

    def flush(self) -> None:
        """Wait a while for the lines to be written."""
        thread = self._thread
        if thread and thread is not current_thread():
            with self._lines.all_tasks_done:
                self._lines.all_tasks_done.wait_for(lambda: not self._lines.unfinished_tasks, PATIENCE)

    def _put(self, line: str) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._write, name="log", daemon=True)
            self._thread.start()
        if self._lost:
            line = f"{line}{self._told(f'{self._lost} lines were let go of')}"
        try:
            self._lines.put_nowait(line)
            self._lost = 0
        except Full:
            self._lost += 1

    def _told(self, words: str) -> str:
        return "" if isinstance(self.formatter, JsonLines) else f" ({words})"

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            try:
                _write_to(self._output, line + "\n")
            except (OSError, ValueError):  # nobody reads it any more; then nobody misses it
                pass
            finally:
                self._lines.task_done()


def _write_to(output: TextIO, line: str) -> None:
    """Past the output's buffer where it has a descriptor: a thread that hangs with its lock would spoil the exit."""
    try:
        descriptor = output.fileno()
    except (OSError, ValueError):
        output.write(line)
        return
    rest = line.encode("utf-8", "backslashreplace")
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def configure(form: str, output: TextIO) -> None:
    """Send warnings and worse to the output, in that form."""
    handler = Patient(output)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter("%(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(REQUESTS).setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    warnings.formatwarning = _told


def say(line: str) -> None:
    """Write that line, as it is, where the log goes: an output that takes nothing stops nobody."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, Patient):
            handler.say(line)


def _told(message: Warning | str, *_: object, **__: object) -> str:
    """What a warning says; where in the source it was given helps nobody who runs the mock."""
    return str(message)

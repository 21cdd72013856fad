"""How long a connection may be still."""

from mock_server.server.parsing import Limits, Reader
from mock_server.server.transmission import Line


class Patience:
    """One connection's: who looks again and again ends what has been still for longer than its limits let it be."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._phase: tuple[object, ...] = ()
        self._since = 0.0

    def expire(self, reader: Reader, line: Line, task: object | None, now: float) -> None:
        """End the line, or refuse what it brings, if nothing has moved for too long; `task` is a reply under way."""
        stalled = line.blocked or line.closing
        unsent = line.unsent if stalled else 0
        phase = (reader.begun, reader.done, reader.request is None, task, line.closing, unsent)
        if phase != self._phase:
            self._phase, self._since = phase, now
            return
        quiet = now - self._since
        if stalled:
            if quiet >= self._limits.stalled_seconds:
                line.reset()
        elif task is not None:
            return
        elif reader.open:
            if quiet >= (self._limits.head_seconds if reader.request is None else self._limits.body_seconds):
                reader.time_out()
        elif quiet >= self._limits.idle_seconds:
            line.close()

"""SIGTERM, by which CI servers end what takes too long."""

import signal
import threading
from collections.abc import Callable


def terminable() -> Callable[[], None]:
    """SIGTERM ends a run as Ctrl-C does, from now on until what is answered is called."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def interrupted(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupted)

    def as_before() -> None:
        signal.signal(signal.SIGTERM, before)

    return as_before

"""Python's garbage collector in a process that serves: what takes it long waits until nobody is answered."""

import gc
import sys
import time
from collections.abc import Callable
from threading import Event, Thread

YOUNG = (700, 10, 1_000_000)  # never all there is by itself: that stops every thread, for as long as there is much
TURN = 0.001  # seconds that one thread lets the others wait; five times as long is usual
LOOK = 5.0  # seconds between two looks whether it is quiet
QUIET = 0.05  # seconds of computing meanwhile, at most, in a process that nobody asks much
LATEST = 600.0  # seconds, after which all there is is looked at however busy it is


def considerate() -> None:
    """From now on the collector leaves alone what there is, and looks at all that comes when it is quiet."""
    gc.freeze()
    gc.set_threshold(*YOUNG)
    gc.enable()
    sys.setswitchinterval(TURN)
    # A daemon: the process does not wait for it to end.
    Thread(target=collect_in_quiet, args=(Event().wait, time.process_time, gc.collect), daemon=True).start()


def collect_in_quiet(
    wait: Callable[[float], bool], computed: Callable[[], float], collect: Callable[[], object]
) -> None:
    """Collect when it has become quiet after there was something to do, or at the latest some minutes later.

    `wait` waits for so many seconds, and says whether that is all.
    """
    before, busy, since = computed(), False, 0.0
    while not wait(LOOK):
        now = computed()
        quiet, before, since = now - before <= QUIET, now, since + LOOK
        if busy and (quiet or since >= LATEST):
            collect()
            before, busy, since = computed(), False, 0.0
        busy = busy or not quiet

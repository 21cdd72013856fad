"""Several trials at a time, taken up in their order while there is time."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from mock_server.lab.trial import StoppedError

Wanted = TypeVar("Wanted")
Found = TypeVar("Found")


def found_by_all(
    wanted: Iterable[Wanted],
    work: Callable[[Wanted], Found],
    *,
    parallel: int,
    in_time: Callable[[], bool],
    told: Callable[[list[Found]], None] = lambda _: None,
) -> tuple[list[Found], bool]:
    """What the work finds for each, in their order, and whether nothing was left when time was up or all was stopped.

    `told` hears all that is known so far each time that something is.
    """
    stopped = False
    found: dict[int, Found] = {}
    queue = iter(enumerate(wanted))
    with ThreadPoolExecutor(parallel, thread_name_prefix="lab") as pool:
        running: dict[Future[Found], int] = {}
        while True:
            while len(running) < parallel and not stopped and in_time():
                place, each = next(queue, (None, None))
                if place is None or each is None:
                    break
                running[pool.submit(work, each)] = place
            if not running:
                break
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                place = running.pop(done)
                if isinstance(done.exception(), StoppedError):
                    stopped = True
                    continue
                found[place] = done.result()
                told(list(found.values()))
    return [found[place] for place in sorted(found)], not stopped and next(queue, None) is None

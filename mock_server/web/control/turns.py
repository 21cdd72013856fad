"""Long answers without long turns: what others ask meanwhile is answered in between."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from time import thread_time
from typing import Any, TypeVar

from mock_server.domain.clients.journal import Entry
from mock_server.domain.steps import SteppedWork, Steps
from mock_server.server.reply import Reply, encode
from mock_server.web.control.replies import JSON, encoded
from mock_server.web.problems import Problem, of_error

SHORT = 16_384  # bytes of a body that is read at once; a longer one is read beside the event loop
TURN = 50  # steps that one turn takes; a step looks at one entry, which costs at most some 300 us
LONGEST = 0.01  # seconds of computing after which a turn is over, however few its steps were
T = TypeVar("T")


def in_turns(work: Steps[Reply]) -> Reply:
    """What the work comes to: at once if one turn is enough for it, else later, with turns of others in between."""
    reply = _turn(work)
    if reply is not None:
        return reply

    async def worked() -> Reply:
        while True:
            await asyncio.sleep(0)
            reply = _turn(work)
            if reply is not None:
                return reply

    return later(worked)


def heavy(work: Steps[T], weight: int) -> Steps[T]:
    """The same work, each step of which counts as so many."""
    outcome = SteppedWork(work)
    for _ in outcome:
        yield from (None,) * weight
    return outcome.value


def in_thread(work: Callable[[], T], then: Callable[[T], Reply]) -> Reply:
    """What `then` makes of work that touches nothing that others change; the work is done beside the event loop."""

    async def worked() -> Reply:
        return then(await asyncio.to_thread(work))

    return later(worked)


def later(wait: Callable[[], Awaitable[Reply]]) -> Reply:
    """What is waited for, or the problem that comes of it."""

    async def waited() -> Reply:
        try:
            return await wait()
        except Exception as error:
            problem = error if isinstance(error, Problem) else of_error(error)
            if problem is None:
                raise
            return problem.reply()

    return Reply(HTTPStatus.OK, later=waited)


def listed(
    found: Iterable[Entry | None],
    limit: int,
    show: Callable[[Entry], Any],
    total: int | None = None,
    gaps: Sequence[Any] = (),
) -> Steps[Reply]:
    """The first entries found, and how many there are, or the total that is known already.

    None stands for an entry that was looked at and is not meant; `gaps` are what the journals are known to lack.
    """
    count = 0
    shown: list[bytes] = []
    for entry in found:
        yield
        if entry is not None:
            count += 1
            if count <= limit:
                shown.append(encoded(show(entry)))
    rest = {**({"gaps": list(gaps)} if gaps else {}), "meta": {"total": count if total is None else total}}
    return _listing("requests", shown, rest)


def rows(name: str, told: Iterable[Any], **rest: Any) -> Steps[Reply]:
    """A list of that name, of which each row is told in a step of its own, and what else there is to say."""
    shown: list[bytes] = []
    for each in told:
        shown.append(encoded(each))
        yield
    return _listing(name, shown, rest)


def _listing(name: str, shown: Iterable[bytes], rest: Mapping[str, Any]) -> Reply:
    content = b"{" + encode(name) + b":[" + b",".join(shown) + b"]," + encode(rest)[1:] + b"\n"
    return Reply(HTTPStatus.OK, content, {"Content-Type": JSON})


def counted(found: Iterable[Entry], fits: Callable[[Entry], bool]) -> Steps[int]:
    """How many of the entries fit."""
    total = 0
    for entry in found:
        yield
        total += fits(entry)
    return total


def those(found: Iterable[Entry], fits: Callable[[Entry], Any]) -> Iterator[Entry | None]:
    """The entries that fit, and None for each of the others."""
    return (entry if fits(entry) else None for entry in found)


def _turn(work: Steps[T]) -> T | None:
    """What the work comes to, if it does so in this turn."""
    until = thread_time() + LONGEST
    for _ in range(TURN):
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
        if thread_time() > until:
            break
    return None

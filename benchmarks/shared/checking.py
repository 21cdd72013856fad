"""What is looked at when all is quiet again: clocks, deliveries and journals of every key."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from benchmarks.shared.book import Book
from benchmarks.shared.line import KeptLine
from benchmarks.shared.receiver import Received, SharedReceiver
from benchmarks.shared.user import LIFE, User

LONGEST_LIFE = 100 * 3600  # seconds of the key's clock, in which all of a shipment's life has happened
PATIENCE = 60.0  # seconds for the last deliveries to come
TRIES, PAUSE = 40, 0.25
LOST, UNKNOWN = "events of accepted webhooks that were not delivered", "events that nobody can expect"
ORDER, UNNAMED = "journals out of order", "journals with a gap that is not named"
AGAIN = "calls that were never answered, with everything up again"
MOST_ENTRIES = 1000


async def settle(port: int, users: Sequence[User], receiver: SharedReceiver, book: Book) -> None:
    """Check every key, several at a time."""
    await _each(port, users, lambda user, line: _grow_old(user, line, book))
    hooked = [user for user in users if user.webhooks]
    expected: dict[str, tuple[int, int]] = {}
    await _each(port, hooked, lambda user, line: _expect(user, line, expected, book))
    received = await _received(receiver, expected)
    for webhook, (least, most) in expected.items():
        came = received.get(webhook, Counter())
        book.happened["events delivered"] += len(came)
        book.happened["events delivered again, with the same id"] += sum(came.values()) - len(came)
        if len(came) < least:
            book.breach(LOST, f"{webhook}: {len(came)} of {least}")
        if len(came) > most:
            book.breach(UNKNOWN, f"{webhook}: {len(came)} instead of {most}")
    book.happened["events of webhooks whose 201 did not arrive"] += sum(
        len(came) for webhook, came in received.items() if webhook not in expected
    )
    await _each(port, users, lambda user, line: _journal(user, line, book))


async def _grow_old(user: User, line: KeptLine, book: Book) -> None:
    await _until(lambda: user.read_clock(line), user, book)
    if user.webhooks:
        await _until(lambda: user.advance(line, LONGEST_LIFE), user, book, again=lambda: user.read_clock(line))


async def _expect(user: User, line: KeptLine, expected: dict[str, tuple[int, int]], book: Book) -> None:
    events: list[str] = []

    async def seen() -> bool:
        answer = await user.call(line, "GET", f"/v2/track/{LIFE}", 1)
        if answer is None or answer.status != 200:
            return False
        events.extend(event["timestamp"] for event in json.loads(answer.body)["events"])
        return True

    await _until(seen, user, book)
    for webhook, made in user.webhooks.items():
        after = sum(at > made for at in events)
        expected[webhook] = after, sum(at >= made for at in events)


async def _received(receiver: SharedReceiver, expected: dict[str, tuple[int, int]]) -> Received:
    """What has come when all that is expected has, or when it has had its time."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    while True:
        received = await asyncio.to_thread(receiver.received)
        missing = any(len(received.get(webhook, ())) < least for webhook, (least, _) in expected.items())
        if not missing or loop.time() > until:
            return received
        await asyncio.sleep(PAUSE)


async def _journal(user: User, line: KeptLine, book: Book) -> None:
    told: dict[str, object] = {}

    async def read() -> bool:
        answer = await user.control(line, "GET", f"/requests?limit={MOST_ENTRIES}")
        if answer is None or answer.status != 200:
            return False
        told.update(json.loads(answer.body))
        return True

    await _until(read, user, book)
    entries = told.get("requests", [])
    assert isinstance(entries, list)
    numbers = [int(entry["request"]["headers"]["x-sequence"]) for entry in reversed(entries)]
    book.happened["journal entries read"] += len(numbers)
    heard = [
        number for number in numbers if number not in user.silent
    ]  # of the others, nobody knows when they were done
    if heard != sorted(set(heard)):
        statuses = [entry["response"]["status"] for entry in reversed(entries)]
        book.breach(ORDER, f"{user.key.text}: {list(zip(numbers, statuses, strict=True))[:50]}")
    first = min(numbers, default=1) if len(numbers) == MOST_ENTRIES else 1
    missing = set(range(first, user.asked + 1)) - set(numbers) - user.silent
    book.happened["answered calls that a journal lost"] += len(missing)
    if missing:
        book.happened["journals with a gap"] += 1
        if not told.get("gaps"):
            book.breach(UNNAMED, f"{user.key.text}: {sorted(missing)[:20]}")


async def _until(
    done: Callable[[], Awaitable[bool]], user: User, book: Book, again: Callable[[], Awaitable[bool]] | None = None
) -> None:
    for _ in range(TRIES):
        if await done():
            return
        await asyncio.sleep(PAUSE)
        if again is not None:  # what is done once more before that is known may be done twice
            await _until(again, user, book)
    book.breach(AGAIN, user.key.text)


async def _each(port: int, users: Sequence[User], check: Callable[[User, KeptLine], Awaitable[None]]) -> None:
    waiting = iter(users)

    async def keep_up() -> None:
        line = KeptLine(port)
        for user in waiting:
            await check(user, line)
        line.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(keep_up())

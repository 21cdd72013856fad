"""What is done to the processes while clients call: killed, paused, or restarted in turn."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from time import perf_counter

from benchmarks.processes import tree
from benchmarks.shared.lab import Lab, MockInstance

AWAY = (0.0, 6.0)  # seconds until a killed one is started again: before its lease ends, and after that
PAUSE = 6.0


@dataclass(frozen=True, slots=True)
class Disturbance:
    """An instance that went at one moment and was back at another."""

    name: str
    began: float
    back: float


Disturbing = Callable[[Lab, float, "list[Disturbance]"], Awaitable[None]]


async def kill(lab: Lab, every: float, log: list[Disturbance], away: Sequence[float] = AWAY) -> None:
    """End one at random with kill -9, which is started again at once or when others have taken over, in turn."""
    chance = Random(6)
    for turn in count():
        await asyncio.sleep(every)
        instance = chance.choice(lab.instances)
        began = perf_counter()
        workers = tree(instance.process.pid)[1:] if instance.process else []
        if instance.workers > 1:
            os.kill(chance.choice(workers), signal.SIGKILL)  # its parent starts another
            log.append(Disturbance(instance.name, began, began))
            continue
        instance.kill()
        await asyncio.sleep(away[turn % len(away)])
        await asyncio.to_thread(instance.start)
        log.append(Disturbance(instance.name, began, perf_counter()))


async def lose(lab: Lab, every: float, log: list[Disturbance]) -> None:
    """End one with kill -9 as if its machine were gone: it is started again when others have taken over."""
    await kill(lab, every, log, AWAY[1:])


async def pause(lab: Lab, every: float, log: list[Disturbance]) -> None:
    """SIGSTOP of one at random, and SIGCONT when its lease has ended."""
    chance = Random(7)
    while True:
        await asyncio.sleep(every)
        instance = chance.choice(lab.instances)
        began = perf_counter()
        instance.signal(signal.SIGSTOP)
        await asyncio.sleep(PAUSE)
        instance.signal(signal.SIGCONT)
        log.append(Disturbance(instance.name, began, perf_counter()))


async def roll(lab: Lab, every: float, log: list[Disturbance]) -> None:
    """SIGTERM of each in turn, which is started again when it has ended."""
    for instance in lab.instances:
        await asyncio.sleep(every)
        began = perf_counter()
        await asyncio.to_thread(restart, instance)
        log.append(Disturbance(instance.name, began, perf_counter()))
    await asyncio.sleep(every)


async def nothing(_lab: Lab, every: float, _log: list[Disturbance]) -> None:
    await asyncio.sleep(every)


def restart(instance: MockInstance) -> None:
    """End it as an engine does, and start it again when it has ended."""
    instance.signal(signal.SIGTERM)
    instance.ended()
    instance.start()


async def shuffle(lab: Lab, every: float) -> None:
    """The balancer's ring, again and again."""
    while True:
        await asyncio.sleep(every)
        lab.ring.shuffle()


KINDS: dict[str, Disturbing] = {"kill": kill, "lose": lose, "pause": pause, "roll": roll, "nothing": nothing}
FOREVER = (kill, lose, pause)

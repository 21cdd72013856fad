"""The end of connections: those that have outlived their limits, and all of them when a server stops."""

import asyncio

from mock_server.server.shared import Shared

PARTING = 1.0
"""Seconds after the drain for who was accepted last."""


def sweep(shared: Shared, now: float) -> None:
    """End what has outlived its limits, at an instant of any steady clock in seconds."""
    for connection in tuple(shared.connections):
        connection.expire(now)


def tick(shared: Shared) -> None:
    """Sweep every second for as long as there is a connection, or may be one."""
    sweep(shared, shared.loop.time())
    if shared.connections or not shared.stopping:
        shared.loop.call_later(1.0, tick, shared)


async def drained(shared: Shared, seconds: float, hurry: asyncio.Event | None = None) -> None:
    """Answer what still comes, each connection's last request with `Connection: close`, for so long."""
    shared.stopping = True
    pause = asyncio.ensure_future(shared.sleep(seconds))
    hurried = asyncio.ensure_future((hurry or asyncio.Event()).wait())
    _, pending = await asyncio.wait({pause, hurried}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()


async def stopped(shared: Shared) -> None:
    """Let replies under way finish within the grace, then end every connection."""
    shared.stopping = shared.ending = True
    shared.emptied = shared.loop.create_future()
    for connection in tuple(shared.connections):
        connection.leave()
    if shared.connections:
        await asyncio.wait([shared.emptied], timeout=shared.limits.grace_seconds)
    for connection in tuple(shared.connections):
        connection.reset()

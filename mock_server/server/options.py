"""How to serve: limits, clocks, the event loop, and what is called when."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from mock_server.server.accepting import Listening
from mock_server.server.parsing import Limits
from mock_server.server.shared import Refuse, Shared, plain
from mock_server.server.tls import Secure


def fastest_event_loop() -> asyncio.AbstractEventLoop:
    """The loop of uvloop where that is installed; Windows has none."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.new_event_loop()
    return new_event_loop()


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve: what the application adds to the server, and what tests put in its place."""

    refuse: Refuse = plain
    """Renders the refusals that the server gives itself; also the place to record such a request."""
    limits: Limits = field(default_factory=Limits)
    secure: Secure | None = None
    """HTTPS beside plain HTTP."""
    listening: Sequence[Listening] = ()
    """What listens already, in place of a host and ports."""
    banner: str | None = None
    """The Server header; none by default, because the contract knows none."""
    on_start: Sequence[Callable[[asyncio.AbstractEventLoop], None]] = ()
    """Called with the event loop before the first connection; its `call_soon_threadsafe` is open to any thread."""
    on_serving: Sequence[Callable[[Shared], None]] = ()
    """Called with what all connections have in common, before the first."""
    on_listening: Sequence[Callable[[Sequence[int]], None]] = ()
    """Called with the ports that it listens on, before the first connection."""
    before_clients: Callable[[], Awaitable[object]] | None = None
    """Awaited before clients are accepted, when other processes of this machine are already."""
    after_clients: Callable[[], Awaitable[object]] | None = None
    """Awaited when the last client has gone, before other processes of this machine are accepted no more."""
    on_stopping: Sequence[Callable[[], None]] = ()
    """Called when it is told to stop, before it does."""
    on_stopped: Sequence[Callable[[], None]] = ()
    """Called when the last connection has ended."""
    on_leaving: Sequence[Callable[[], Awaitable[object]]] = ()
    """What is awaited then, before it accepts no more connections."""
    drain_seconds: float = 0.0
    """For how long connections are still accepted then, each for one request; a second signal ends that."""
    now: Callable[[], float] = time.time  # noqa: TID251 - the Date header is the machine's, unless a test hands in another
    """Seconds since 1970 for the Date header."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    """What a pause waits on."""
    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = fastest_event_loop

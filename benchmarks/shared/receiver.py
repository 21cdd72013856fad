"""The receiver of all webhooks, a process of its own: it counts what came, by subscription and event."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from benchmarks.children import child
from benchmarks.receiving import Taking, serve

Received = dict[str, Counter[str]]


class SharedReceiver:
    """Where deliveries go, and what has come so far."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.port: int = pipe.recv()

    def received(self) -> Received:
        """How often each event has come, by the subscription's id and the event's."""
        self._pipe.send(None)
        found: Received = self._pipe.recv()
        return found


@contextmanager
def receiver() -> Iterator[SharedReceiver]:
    """A receiver on loopback that takes everything."""
    with child(_receive) as pipe:
        yield SharedReceiver(pipe)


def _receive(told: Connection) -> None:
    received: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def came(body: bytes) -> None:
        event = json.loads(body)
        received[event["webhook_id"]][event["id"]] += 1

    def asked() -> None:
        told.recv()
        told.send(dict(received))

    serve(told, lambda: Taking(came), asked)

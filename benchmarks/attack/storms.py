"""kill -9 in the middle of a storm of deliveries: what was due is delivered by the mock that starts next."""

import json
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread

from benchmarks.attack.target import AttackedMock, EndedError, attacked
from mock_server.testing.receiver import Receiver

KEY = "tf_test_enterprise_storm"
LIFE = "1ZTFTEST0300000111"  # ten scans in 72 hours
SCANS = 10
PATIENCE = 60.0
START = ("--clock", "2026-06-15T12:00:00Z", "--time-scale", "0")
JSON = {"X-API-Key": KEY, "Content-Type": "application/json"}


@dataclass(slots=True)
class Kills:
    """How many storms were killed, and what came of their deliveries."""

    storms: int = 0
    expected: int = 0
    lost: int = 0


def kills(count: int, webhooks: int = 100) -> Kills:
    """So many storms, each killed when another share of its deliveries has come."""
    found, draw = Kills(), Random(1)
    for _ in range(count):
        found.storms += 1
        found.expected += webhooks * SCANS
        found.lost += webhooks * SCANS - _storm(webhooks, draw.uniform(0.02, 0.6))
    return found


def _storm(webhooks: int, share: float) -> int:
    """How many different events came, where the mock is killed once that share of them has."""
    with TemporaryDirectory() as folder, Receiver() as receiver:
        state = (*START, "--state", str(Path(folder) / "state.db"))
        with attacked(*state) as target:
            body = json.dumps({"tracking_number": LIFE, "url": f"{receiver.url}/hooks"}).encode()
            for _ in range(webhooks):
                target.ask("POST", "/v2/webhooks", JSON, body)
            thread = Thread(target=_advance, args=(target,))
            thread.start()
            _await(receiver, int(webhooks * SCANS * share))
            target.process.send_signal(signal.SIGKILL)
            target.process.wait()
            thread.join()
        with attacked(*state):
            _await(receiver, webhooks * SCANS)
        return len(_events(receiver))


def _advance(target: AttackedMock) -> None:
    order = json.dumps({"action": "advance", "seconds": 73 * 3600}).encode()
    with suppress(EndedError):  # it is to be killed before it can answer
        target.ask("PUT", f"/__admin/clock?key={KEY}", JSON, order)


def _await(receiver: Receiver, count: int) -> None:
    with receiver.condition:
        receiver.condition.wait_for(lambda: len(_events(receiver)) >= count, PATIENCE)


def _events(receiver: Receiver) -> set[str]:
    return {str(each.event.get("id")) for each in receiver.received("/hooks")}

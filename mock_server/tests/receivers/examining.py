"""Receivers examined with every attack."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from contract_tests.contract.loading import load
from mock_server.domain.clock import from_text
from mock_server.domain.randomness import stream
from mock_server.receivers.examination import ATTACKS, AttackResult, Examination
from mock_server.receivers.forger import Forger
from mock_server.receivers.target import ReceiverTarget
from mock_server.sending.address import Address
from mock_server.tests.sending.receivers import SECRET, ListeningReceiver

NOW = from_text("2026-06-15T12:00:00Z")
DOCUMENT = load()
TIMEOUT = 2  # seconds, for receivers that never answer
ALL = {attack.name for attack in ATTACKS}


def examination_of(
    url: str,
    secret: str = SECRET,
    timeout: float = 5.0,
    pause: Any = bool,
    timer: Callable[[], float] = perf_counter,
) -> Examination:
    return Examination(
        Forger(DOCUMENT, secret, stream(0, "certify"), NOW), ReceiverTarget(Address(url), timeout, timer, pause)
    )


def examined(receiver: ListeningReceiver, **options: Any) -> Mapping[str, AttackResult]:
    examination = examination_of(receiver.url, **options)
    return {attack.name: examination.verdict(attack) for attack in ATTACKS}


def with_verdict(verdicts: Mapping[str, AttackResult], wanted: str) -> set[str]:
    return {name for name, verdict in verdicts.items() if verdict.verdict == wanted}

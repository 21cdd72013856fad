"""Certify: every attack has a receiver that fails it and no other reason to."""

from email.message import Message
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

import pytest

from mock_server.receivers.examination import ATTACKS, FAILED
from mock_server.tests.receivers.examining import ALL, TIMEOUT, examination_of, examined, with_verdict
from mock_server.tests.receivers.flawed import FLAWS, tired_after
from mock_server.tests.sending.receivers import ListeningReceiver, Single, listening, right, whole


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_fails_its_attacks_and_no_others(flaw: str) -> None:
    decide, failing = FLAWS[flaw]
    with listening(decide) as receiver:
        assert with_verdict(examined(receiver), FAILED) == failing


def only(receiver: ListeningReceiver, *names: str, **options: Any) -> set[str]:
    """Which of these attacks fail."""
    examination = examination_of(receiver.url, **options)
    verdicts = [examination.verdict(attack) for attack in ATTACKS if attack.name in names]
    return {verdict.attack.name for verdict in verdicts if verdict.verdict == FAILED}


def test_one_connection_at_a_time_fails_the_stalled_sender() -> None:
    with listening(right, server_class=Single) as receiver:
        examination = examination_of(receiver.url, timeout=TIMEOUT)
        verdict = next(examination.verdict(attack) for attack in ATTACKS if attack.name == "stalled-sender")
        assert (verdict.verdict, verdict.text) == (FAILED, f"no answer within {TIMEOUT} s")
        assert verdict.fix
        assert "more than one thread" in verdict.fix


def test_taking_the_first_piece_for_the_body_fails_the_slow_sender() -> None:
    taken = Event()
    pauses: list[int] = []

    def first_piece(handler: BaseHTTPRequestHandler) -> bytes:
        piece = bytes(handler.rfile.read1(65_536))
        taken.set()
        return piece

    def pause() -> None:
        """The first piece goes at once, the others when it has been taken."""
        if pauses:
            taken.wait(5)
        else:
            taken.clear()
        pauses.append(1)

    with listening(right, read=first_piece) as receiver:
        assert only(receiver, "slow-sender", pause=pause) == {"slow-sender"}


def test_leaving_a_refused_body_unread_fails_connection_reuse() -> None:
    def unread(handler: BaseHTTPRequestHandler) -> bytes:
        return whole(handler) if "X-TrackFlow-Signature" in handler.headers else b""

    with listening(right, read=unread) as receiver:
        assert only(receiver, "connection-reuse") == {"connection-reuse"}


def test_an_answer_that_does_not_come_in_time_fails() -> None:
    passed: list[float] = []  # seconds that the examination has seen pass

    def slower(headers: Message, body: bytes) -> int:
        passed.append(TIMEOUT + 1 if passed else 0)
        return right(headers, body)

    with listening(slower) as receiver:
        assert only(receiver, "in-time", timeout=TIMEOUT, timer=lambda: sum(passed)) == {"in-time"}


def test_a_rate_limit_fails_the_burst() -> None:
    with listening(tired_after(15)) as receiver:
        assert only(receiver, "burst") == {"burst"}


def test_a_receiver_worn_out_by_attacks_fails_the_aftermath() -> None:
    with listening(tired_after(3)) as receiver:
        assert only(receiver, "missing", "tampered", "aftermath") == {"aftermath"}


def test_every_attack_has_been_seen_failing() -> None:
    by_other_means = {"stalled-sender", "slow-sender", "connection-reuse", "in-time", "burst", "aftermath"}
    assert {name for _, failing in FLAWS.values() for name in failing} | by_other_means == ALL

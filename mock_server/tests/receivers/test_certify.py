"""Certify: a right receiver passes, and what is said when there is little to examine."""

from collections import Counter
from collections.abc import Sequence
from email.message import Message
from threading import Event

import pytest

from mock_server.receivers.examination import ATTACKS, FAILED, NOT_RUN, PASSED, NoReceiverError
from mock_server.tests.receivers.examining import ALL, TIMEOUT, examination_of, examined, with_verdict
from mock_server.tests.sending.receivers import listening, right


def test_a_right_receiver_passes_every_attack() -> None:
    with listening(right) as receiver:
        assert with_verdict(examined(receiver), PASSED) == ALL


def test_attacks_have_names_of_their_own_and_a_fix_in_one_sentence() -> None:
    assert Counter(attack.name for attack in ATTACKS).most_common(1)[0][1] == 1
    for attack in ATTACKS:
        assert attack.fix.endswith(".")
        assert attack.fix.count(". ") == 0, attack.fix


def test_without_an_accepted_delivery_nothing_else_is_run() -> None:
    with listening(right) as receiver:
        verdicts = examined(receiver, secret="whsec_another")
        assert with_verdict(verdicts, FAILED) == {"good"}
        assert with_verdict(verdicts, NOT_RUN) == ALL - {"good"}
        assert verdicts["good"].text == "answered 401, expected 2xx"
        assert "--secret" in (verdicts["good"].fix or "")


def test_a_receiver_that_only_closes_is_not_blamed_for_its_reading_of_the_body() -> None:
    def closing(_: Message, __: bytes) -> int:
        raise ValueError

    with listening(closing) as receiver:
        good = examination_of(receiver.url).good
    assert good.text == "closed the connection without an answer"
    assert "Answer every delivery with a status" in (good.fix or "")


def test_a_receiver_that_never_answers_is_told_to_work_later() -> None:
    released = Event()

    def stuck(_: Message, __: bytes) -> int:
        released.wait(5)
        return 204

    with listening(stuck) as receiver:
        try:
            good = examination_of(receiver.url, timeout=TIMEOUT).good
        finally:
            released.set()
    assert (good.text, good.fix) == (
        f"no answer within {TIMEOUT} s",
        "Answer 2xx first and do the work afterwards, in a queue or a thread.",
    )


def test_a_receiver_that_dies_is_blamed_once() -> None:
    with listening(right) as receiver:
        examination = examination_of(receiver.url)
    verdicts = [examination.verdict(attack) for attack in ATTACKS if attack.name in {"missing", "empty", "foreign"}]
    assert [verdict.verdict for verdict in verdicts] == [FAILED, NOT_RUN, NOT_RUN]
    assert "still running" in (verdicts[0].fix or "")


def test_nobody_listening_is_no_verdict() -> None:
    with listening(right) as receiver:
        url = receiver.url
    with pytest.raises(NoReceiverError, match="no connection: Connection refused"):
        examination_of(url)


def test_the_same_seed_sends_the_same_deliveries() -> None:
    sent: list[Sequence[bytes]] = []
    for _ in range(2):
        with listening(right) as receiver:
            examined(receiver)
            sent.append(sorted(body for _, body in receiver.received))
    assert sent[0] == sent[1]

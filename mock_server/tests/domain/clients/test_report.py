from mock_server.domain.clients.conduct import MOST_SHOWN, Conduct
from mock_server.domain.clients.conversation import Conversation
from mock_server.domain.clients.report import QUESTIONS, overall, report
from mock_server.tests.domain.clients.conversing import JournalledClient


def test_every_question_is_answered_and_a_bad_answer_comes_with_advice() -> None:
    client = JournalledClient()
    for _ in range(50):
        client.ask(400)
    findings = client.findings()
    assert list(findings) == [question.id for question in QUESTIONS]
    bad = findings["client_errors"]
    assert (bad.verdict, bad.detail) == ("bad", "Bad 49 of 49 times.")
    assert len(bad.requests) == MOST_SHOWN
    assert bad.advice


def test_nothing_is_said_of_who_asked_nothing() -> None:
    told = report(Conversation(()))
    assert told.verdict == "not seen"
    assert {finding.detail[:24] for finding in told.findings} == {"The client was not seen "}


def test_one_bad_finding_makes_the_verdict() -> None:
    assert overall([Conduct.GOOD, Conduct.BAD, Conduct.NOT_SEEN]) == "bad"
    assert overall([Conduct.GOOD, Conduct.NOT_SEEN]) == "good"
    assert overall([]) == "not seen"

"""The report on a client: every question answered, with the requests that show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mock_server.domain.clients import retrying, spending
from mock_server.domain.clients.conduct import Conduct, Finding
from mock_server.domain.clients.conversation import Conversation

QUESTIONS = (*retrying.QUESTIONS, *spending.QUESTIONS)


@dataclass(frozen=True, slots=True)
class Report:
    """The findings about one client."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Conduct:
        return overall([finding.verdict for finding in self.findings])


def report(conversation: Conversation) -> Report:
    """How the client behaved in what it asked."""
    return Report(tuple(question.finding(conversation) for question in QUESTIONS))


def overall(verdicts: Sequence[Conduct]) -> Conduct:
    """Bad if anything is, good if something is and nothing is bad."""
    return next((each for each in (Conduct.BAD, Conduct.GOOD) if each in verdicts), Conduct.NOT_SEEN)

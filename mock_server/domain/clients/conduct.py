"""Conduct: questions about a client, and the verdicts on it with the requests that show them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mock_server.domain.clients.conversation import Conversation
from mock_server.domain.clients.journal import Entry

MOST_SHOWN = 20  # request ids that a finding lists


class Conduct(StrEnum):
    GOOD = "good"
    BAD = "bad"
    NOT_SEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question about a client, with the ids of the requests that show it."""

    id: str
    question: str
    verdict: Conduct
    detail: str
    requests: tuple[int, ...] = ()
    advice: str | None = None


Evidence = tuple[Entry, ...]
Sorted = tuple[list[Evidence], list[Evidence]]
Ask = Callable[[Conversation], Sorted]
"""What was seen of a client: the good occasions, then the bad ones, each a few entries."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about every client; without occasions, it was not `seen` doing something."""

    id: str
    text: str
    ask: Ask
    seen: str
    advice: str

    def finding(self, conversation: Conversation) -> Finding:
        good, bad = self.ask(conversation)
        if not (good or bad):
            return Finding(self.id, self.text, Conduct.NOT_SEEN, f"The client was not seen {self.seen}.")
        shown = bad or good
        ids = dict.fromkeys(entry.id for entries in shown for entry in entries)
        if bad:
            detail = f"Bad {len(bad)} of {len(good) + len(bad)} times."
            return Finding(self.id, self.text, Conduct.BAD, detail, tuple(ids)[:MOST_SHOWN], self.advice)
        return Finding(self.id, self.text, Conduct.GOOD, f"Good {len(good)} times.", tuple(ids)[:MOST_SHOWN])

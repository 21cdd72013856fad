"""Clients made up for tests of the report: what they ask, how long they wait, what they are told."""

import json
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mock_server.api.conversations import Conversations
from mock_server.contract.specification import Specification
from mock_server.domain.clients.conduct import Finding
from mock_server.domain.clients.conversation import Conversation
from mock_server.domain.clients.journal import Entry
from mock_server.domain.clients.report import report

NUMBERS = [f"1Z999AA1012345{number:04}" for number in range(60)]


@lru_cache
def contract() -> Conversations:
    return Conversations(Specification.load())


class JournalledClient:
    """Asks one thing after the other, and keeps what a journal would keep."""

    def __init__(self, *, frozen: bool = False, scale: float = 1.0, batch_size: int = 5) -> None:
        self.entries: list[Entry] = []
        self.real = self.at = 1000.0
        self.scale = 0.0 if frozen else scale
        self.batch_size = batch_size

    def sleep(self, seconds: float) -> None:
        self.real += seconds
        self.at += seconds * self.scale

    def advance(self, seconds: float) -> None:
        """What a test does instead of letting its client sleep."""
        self.at += seconds

    def ask(self, status: int = 200, target: str = "/v2/carriers", **more: Any) -> None:
        wait = more.pop("retry_after", None)
        entry = Entry(
            len(self.entries) + 1, self.at, "k", "listCarriers", "GET", target, {}, b"", status,
            {} if wait is None else {"Retry-After": str(wait)}, b"{}", real=self.real,
        )  # fmt: skip
        self.entries.append(replace(entry, **more))

    def track(self, number: str, body: Any = None, **more: Any) -> None:
        answer = json.dumps(body or {"status": "in_transit", "at": self.at}).encode()
        self.ask(target=f"/v2/track/{number}", operation="trackShipment", reply_body=answer, **more)

    def batch(self, numbers: list[str], status: int = 200, **more: Any) -> None:
        body = json.dumps({"shipments": [{"tracking_number": number} for number in numbers]}).encode()
        self.ask(status, "/v2/track/batch", method="POST", operation="trackBatch", body=body, **more)

    def findings(self) -> dict[str, Finding]:
        reading = contract()
        conversation = Conversation(
            self.entries,
            rate=self.scale or 1.0,
            final=frozenset({"delivered", "returned"}),
            batch_size=self.batch_size,
            asked=reading.asked,
            shown=reading.shown,
        )
        return {finding.id: finding for finding in report(conversation).findings}

    def verdict(self, question: str) -> str:
        return self.findings()[question].verdict

    def shown(self, question: str) -> tuple[int, ...]:
        return self.findings()[question].requests

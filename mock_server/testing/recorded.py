"""Requests as the journal has them, for tests to look at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request that the client made and what it was answered; `at` is the sandbox's time."""

    id: int
    at: datetime
    method: str
    url: str
    operation: str | None
    headers: Mapping[str, str]
    body: str
    status: int
    reply_headers: Mapping[str, str]
    reply_body: str
    reason: str | None
    fault: str | None

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """The request that an entry of GET /__admin/requests tells of."""
        asked, answered = entry["request"], entry["response"]
        return cls(
            int(entry["id"]),
            datetime.fromisoformat(entry["at"]),
            asked["method"],
            asked["url"],
            entry["operation"],
            asked["headers"],
            asked["body"],
            answered["status"],
            answered["headers"],
            answered["body"],
            entry["reason"],
            entry["fault"],
        )

    @property
    def path(self) -> str:
        return self.url.partition("?")[0]

    def json(self) -> Any:
        """The request's body as JSON."""
        return json.loads(self.body)

    def reply(self) -> Any:
        """The answer's body as JSON."""
        return json.loads(self.reply_body)

    def __str__(self) -> str:
        why = " ".join(filter(None, (self.fault and f"[{self.fault}]", self.reason)))
        return f"#{self.id} {self.at:%H:%M:%S} {self.method} {self.url} -> {self.status} {why}".rstrip()

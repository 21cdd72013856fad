"""What tests of fault rules share: rules of a line, and a sandbox that they hold in."""

from collections.abc import Iterable
from typing import Any

from mock_server.contract.messages import Reply
from mock_server.contract.specification import Specification
from mock_server.domain.clock import Clock, ManualClock, from_text
from mock_server.faults.active import ActiveFaults
from mock_server.faults.matching import Parcel, Subject
from mock_server.faults.rulebook import RuleBook
from mock_server.faults.rules import Rule, Vocabulary
from mock_server.settings import Settings
from mock_server.world import Foundation

FOUNDATION = Foundation(Settings(), ManualClock(from_text("2026-06-15T12:00:00Z")))
SPECIFICATION: Specification = FOUNDATION.specification
VOCABULARY: Vocabulary = FOUNDATION.vocabulary
NOON = from_text("2026-06-15T12:00:00Z")
OUTAGE = {"type": "error", "code": "carrier_unavailable"}
BODY = {"status": "delivered", "events": [{"type": "delivered"}, {"type": "transit"}]}


def rule(fault: Any, **conditions: Any) -> Rule:
    """A rule of that fault; `from_` stands for `from`."""
    document = {"fault": fault, **{name.rstrip("_"): value for name, value in conditions.items()}}
    return Rule.from_document(document, "rule", VOCABULARY)


def faults(*rules: Rule, clock: Clock | None = None, seed: int = 0, key: str = "k") -> ActiveFaults:
    """A sandbox with these rules of its own."""
    return ActiveFaults(clock or ManualClock(NOON), SPECIFICATION.headers, (RuleBook(rules),), seed, key)


def call(operation: str = "trackShipment", number: str = "1Z999AA10123456784", carrier: str | None = "ups") -> Subject:
    return Subject(operation, "GET", {"user-agent": "shop/1.2"}, lambda: (Parcel(number, carrier),))


def batch(*carriers: str) -> Subject:
    """A batch with one parcel of each of these carriers."""
    parcels = [Parcel(f"NUMBER{place}", carrier) for place, carrier in enumerate(carriers)]
    return Subject("trackBatch", "POST", {}, lambda: parcels, several=True)


def reply(status: int = 200, body: Any = BODY) -> Reply:
    return Reply.json(status, body, {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "1781524860"})


def fails(sandbox: ActiveFaults, subjects: Iterable[Subject]) -> str:
    """For each call, `x` if it is refused and `.` if it passes."""
    return "".join("x" if sandbox.refusal(subject) else "." for subject in subjects)

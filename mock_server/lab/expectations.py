"""What a user expects otherwise: failures that a client may end badly by, or must end well in spite of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract_tests.contract.files import DocumentError, read
from mock_server.contract.specification import Specification
from mock_server.lab.failures import AFTER, BEFORE, Point
from mock_server.lab.verdicts import ENDED, FAILED, SURVIVED, CaseVerdict

WELL, BADLY = "well", "badly"
MEMBERS = frozenset({"operation", "code", "fault", "phase", "ends"})


@dataclass(frozen=True, slots=True)
class ExpectedEnd:
    """How the command is to end where all that is named holds."""

    ends: str
    operation: str | None = None
    code: str | None = None
    fault: str | None = None
    phase: str | None = None

    def concerns(self, point: Point) -> bool:
        """Whether one of the point's failures is of this kind."""
        return any(
            self.operation in {None, each.call.operation}
            and self.code in {None, each.fault}
            and self.fault in {None, each.document["type"]}
            and self.phase in {None, each.phase}
            for each in point.failures
        )


def load(path: Path, specification: Specification) -> list[ExpectedEnd]:
    """The expectations in a YAML file; DocumentError names what in it is none."""
    value = read(path)
    if not isinstance(value, list):
        raise DocumentError(path, "", "is no list of expectations; write `- {code: carrier_unavailable, ends: badly}`")
    for place, record in enumerate(value):
        if problem := _problem(record, specification):
            raise DocumentError(path, f"/{place}", problem)
    return [ExpectedEnd(**record) for record in value]


def expected(
    verdict: CaseVerdict, point: Point, outcome_status: int, expectations: Sequence[ExpectedEnd]
) -> CaseVerdict:
    """The verdict as the last expectation that concerns the point will have it."""
    fitting = [each for each in expectations if each.concerns(point)]
    if not fitting or verdict.kind not in {SURVIVED, ENDED, FAILED}:
        return verdict
    if fitting[-1].ends == BADLY:
        lenient = verdict.symptom in {"", "gives up too early", "lost", "silent"}
        if verdict.kind == FAILED and lenient and outcome_status != 0:
            return replace(verdict, kind=ENDED, reason=f"ended as expected: {verdict.reason}")
        return verdict
    if verdict.kind == ENDED and outcome_status != 0 and not point.endless:
        reason = f"is expected to end well, but {verdict.reason}"
        return replace(verdict, kind=FAILED, reason=reason, symptom="ends badly")
    return verdict


def _problem(record: Any, specification: Specification) -> str | None:
    if not isinstance(record, Mapping):
        return f"{record!r} is no expectation; write {{operation?, code?, fault?, phase?, ends: well or badly}}"
    if unknown := set(record) - MEMBERS:
        return f"{sorted(map(str, unknown))[0]!r} is none of {', '.join(sorted(MEMBERS))}"
    if record.get("ends") not in {WELL, BADLY}:
        return f"ends is {record.get('ends')!r}; it must be {WELL} or {BADLY}"
    if record.get("phase") not in {None, BEFORE, AFTER}:
        return f"phase is {record['phase']!r}; it must be {BEFORE} or {AFTER}"
    if record.get("operation") not in {None, *specification.operations}:
        return f"{record['operation']!r} is no operation; there are {', '.join(specification.operations)}"
    codes = [kind.name for kind in specification.errors]
    if record.get("code") not in {None, *codes}:
        return f"{record['code']!r} is no error code; there are {', '.join(codes)}"
    return None

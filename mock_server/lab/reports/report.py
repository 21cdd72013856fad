"""A report, and what is said alike in every one."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.counting import counted
from mock_server.lab.calls import ClientCall, told
from mock_server.lab.reports.junit import Cases
from mock_server.lab.reports.page import Sheet


@dataclass(frozen=True, slots=True)
class LabReport:
    """What was found out, in every form: text before and after, JSON, a page, tests."""

    opening: str
    closing: str
    record: Mapping[str, Any]
    sheet: Sheet
    cases: Cases


def opening(calls: Sequence[ClientCall], runs: int, notes: Sequence[str]) -> str:
    """What the command asks when nothing goes wrong, as lines."""
    line = f"baseline: {counted(len(calls), 'call')} ({told(calls)}), {runs} runs"
    return "\n".join([line, *(f"  {note}" for note in notes)])


def baseline(calls: Sequence[ClientCall], runs: int, notes: Sequence[str]) -> dict[str, Any]:
    """The same as JSON."""
    asked = [{"id": each.id, "operation": each.operation, "ordinal": each.ordinal} for each in calls]
    return {"calls": asked, "runs": runs, "notes": notes}


def again(capsule: str | None, command: Sequence[str]) -> str | None:
    """The command line that shows once more what a capsule was kept of; None without one."""
    return f"trackflow-mock replay {shlex.quote(capsule)} -- {shlex.join(command)}" if capsule else None

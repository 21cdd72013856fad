"""Verdicts without annotations: what the world can heal must leave no trace, what it cannot must end well."""

from dataclasses import replace
from http import HTTPStatus

from mock_server.lab.baseline import Baseline
from mock_server.lab.comparison import Comparison
from mock_server.lab.failures import DELIVERY, LATE_EVENT, LOST_EVENT, Point
from mock_server.lab.lacks import lack, lack_among_rest
from mock_server.lab.outcome import TrialOutcome
from mock_server.lab.slips import SLIPS
from mock_server.lab.verdicts import ENDED, FAILED, NOT_STRUCK, SURVIVED, WAITS, CaseVerdict, failed

SIGNED, ONE = ("delivery.signature.hmac",), ("delivery.id.stable",)
EVENT_SYMPTOMS = {"duplicate": "effect twice", "reorder": "out of order"}


def judge(baseline: Baseline, point: Point, outcome: TrialOutcome, limit: float) -> CaseVerdict:
    """The verdict on the client in that world."""
    compared = Comparison(baseline, point, outcome, limit)
    if not point.struck(outcome.struck):
        return CaseVerdict(NOT_STRUCK, "the client never came to where it would have struck")
    for slip in SLIPS:
        if found := slip(compared):
            return found
    same = outcome.status == baseline.first.status
    missing = lack(compared)
    if point.phase == DELIVERY:
        return _delivered(compared, missing, same=same)
    if same and missing is None:
        return CaseVerdict(SURVIVED, "as if nothing had happened")
    return _lasting(compared, missing, same=same) if point.lasting else _passing(compared, missing, same=same)


def waits_by_its_own_clock(outcome: TrialOutcome) -> bool:
    """Whether the time ran out while the client may have waited for a 429's reset by a clock of its own."""
    last = outcome.entries[-1] if outcome.entries else None
    return outcome.ending.out_of_time and last is not None and last.status == HTTPStatus.TOO_MANY_REQUESTS


def impatient_after_all(point: Point, verdict: CaseVerdict) -> CaseVerdict:
    """The verdict on who gave up at once although it has the patience for other failures of the operation."""
    fault = point.failures[0].fault
    reason = f"gave up at the first {fault}, though it tries {point.call.operation} again after other failures"
    return replace(verdict, kind=FAILED, reason=reason, symptom="gives up too early", clauses=WAITS)


def _delivered(compared: Comparison, missing: str | None, *, same: bool) -> CaseVerdict:
    """Something was wrong with an event on its way: what is forged must be left alone, the rest must be borne."""
    (failure,) = compared.point.failures
    told = compared.told
    if failure.forged:
        taken = compared.outcome.delivered >= min(each.delivered for each in compared.baseline.outcomes)
        if same and missing is None and taken and not told:
            return failed("believes anybody", f"took an event with a {failure.fault} for true", SIGNED)
        return CaseVerdict(ENDED, f"left it alone: exit {compared.outcome.status}")
    if same and missing is None:
        return CaseVerdict(SURVIVED, "as if nothing had happened")
    if failure.fault == LOST_EVENT and (not same or told):
        return CaseVerdict(ENDED, f"said so: {told[0].strip()[:120] if told else f'exit {compared.outcome.status}'}")
    if failure.fault == LATE_EVENT and not same:
        return CaseVerdict(ENDED, f"gave up and said so: exit {compared.outcome.status}")
    what = missing or f"exit {compared.outcome.status} instead of {compared.baseline.first.status}"
    return failed(EVENT_SYMPTOMS.get(failure.fault, "lost"), f"after an event went so ({failure.fault}): {what}", ONE)


def _passing(compared: Comparison, missing: str | None, *, same: bool) -> CaseVerdict:
    """The world healed, or would have within the waits that it announced."""
    status = compared.outcome.status
    if same:
        return failed("lost", f"exit {status} as always, but {missing}", compared.clauses)
    if compared.again and compared.point.announced:
        return failed("gives up too early", f"gave up (exit {status}) before what would have passed was over", WAITS)
    return CaseVerdict(ENDED, f"gave up and said so: exit {status}", abrupt=not compared.again)


def _lasting(compared: Comparison, missing: str | None, *, same: bool) -> CaseVerdict:
    status = compared.outcome.status
    if not same:
        return CaseVerdict(ENDED, f"said so: exit {status}")
    told = compared.told
    if not told:
        return failed("silent", f"exit {status} as always and nothing said, but {missing}", compared.clauses)
    if rest := lack_among_rest(compared):
        return failed("loses the rest", f"exit {status} as always, but {rest}", compared.clauses)
    return CaseVerdict(ENDED, f"said so: {told[0].strip()[:120]}")

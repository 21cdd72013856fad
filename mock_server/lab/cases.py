"""What comes of a client in the world of a point."""

from dataclasses import replace

from mock_server.contract.specification import Specification
from mock_server.lab.baseline import Baseline
from mock_server.lab.calls import ClientCall, calls_of
from mock_server.lab.campaign import CampaignOptions, Case
from mock_server.lab.comparison import tried_again
from mock_server.lab.expectations import expected
from mock_server.lab.failures import MIDNIGHT, Point
from mock_server.lab.judging import judge, waits_by_its_own_clock
from mock_server.lab.outcome import TrialOutcome
from mock_server.lab.setup import Setup
from mock_server.lab.trial import Laboratory
from mock_server.lab.verdicts import FAILED, NOT_STRUCK, CaseVerdict

A_MINUTE_MORE = 62.0  # seconds until the next minute by a client's own clock


def case_of(laboratory: Laboratory, baseline: Baseline, point: Point, options: CampaignOptions) -> Case:
    """What comes of the command in the world of a point."""
    setup = setup_of(point, options.plan)
    outcome = laboratory.run(setup)
    limit = laboratory.limit
    if waits_by_its_own_clock(outcome):
        if point.when == MIDNIGHT:
            verdict = CaseVerdict(NOT_STRUCK, "it waits for the reset by a clock of its own, which cannot be moved")
            return Case(point, verdict, status=outcome.status)
        limit += A_MINUTE_MORE
        outcome = laboratory.run(setup, limit=limit)
    verdict = judge(baseline, point, outcome, limit)
    if not point.failures and verdict.kind != NOT_STRUCK:
        point = replace(point, call=_first_refused(point, outcome, baseline))
    verdict = expected(verdict, point, outcome.status, options.expectations)
    kept = outcome.history if verdict.kind == FAILED or verdict.abrupt else None
    extra = _extra(point, outcome, baseline, laboratory.specification)
    again = tried_again(point, outcome)
    return Case(point, verdict, again, outcome.status, extra=extra, history=kept)


def setup_of(point: Point, plan: str) -> Setup:
    """The world of a point."""
    return Setup(
        point.plan or plan,
        point.rules(),
        point.when,
        point.name,
        point.remaining,
        patience=point.patience,
        runs=point.runs,
    )


def _extra(
    point: Point, outcome: TrialOutcome, baseline: Baseline, specification: Specification
) -> tuple[ClientCall, ...]:
    """The calls that are made only in that world, of operations to which nothing happened there."""
    struck = {each.call.operation for each in point.failures}
    usual = {(call.operation, call.ordinal) for call in baseline.calls}
    made = calls_of(outcome.entries, specification)
    return tuple(call for call in made if (call.operation, call.ordinal) not in usual and call.operation not in struck)


def _first_refused(point: Point, outcome: TrialOutcome, baseline: Baseline) -> ClientCall:
    """The call at which a plan made the difference."""
    for entry in outcome.entries:
        if entry.refusal is not None:
            for call in baseline.calls:
                if call.asked(entry):
                    return call
    return point.call

"""A campaign as text, JSON, a page and JUnit's XML."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.counting import counted
from mock_server.junit import Test
from mock_server.lab.campaign import Campaign, Case
from mock_server.lab.reports.junit import Cases
from mock_server.lab.reports.page import ReportItem, Sheet
from mock_server.lab.reports.report import LabReport, again, baseline, opening
from mock_server.lab.verdicts import ENDED, FAILED, NOT_STRUCK, SURVIVED

WORDS = {SURVIVED: "survived", ENDED: "ended as it should", FAILED: "FAILED", NOT_STRUCK: "never struck"}


def report(campaign: Campaign, command: Sequence[str]) -> LabReport:
    """The campaign in every form."""
    about = (campaign.baseline.calls, len(campaign.baseline.outcomes), campaign.notes)
    said = opening(*about)
    return LabReport(
        said,
        closing(campaign, command),
        as_json(campaign, baseline(*about)),
        sheet(campaign, command, said),
        tests(campaign),
    )


def closing(campaign: Campaign, command: Sequence[str]) -> str:
    """The count, each mistake with how to see it again, the worst first."""
    counts = {kind: len(campaign.of(kind)) for kind in WORDS}
    single = sum(len(each.point.failures) < 2 for each in campaign.cases)
    double = len(campaign.cases) - single
    singles = f"{single} of {campaign.planned} single failures, {double} of {campaign.planned_pairs} pairs"
    told_counts = (f"{word} {counts[kind]}" for kind, word in WORDS.items() if counts[kind] or kind != NOT_STRUCK)
    lines = [f"explored {singles}, in {_duration(campaign.seconds)}", "   ".join(told_counts)]
    lines += left_out(campaign)
    for number, case in enumerate(campaign.mistakes, 1):
        lines += ["", f"{number:3}  {headline(case)}", f"     {case.verdict.reason}"]
        alike = sum(each.smallest is case and each is not case for each in campaign.cases)
        if alike:
            lines.append(f"     the same in {counted(alike, 'more case')}")
        if once_more := again(case.capsule, command):
            lines.append(f"     again: {once_more}")
    return "\n".join(lines)


def left_out(campaign: Campaign) -> list[str]:
    """Why this is a part of what there is to find, if it is."""
    if campaign.interrupted:
        return ["interrupted: this is a part; not everything was tried, or seen twice and made smaller"]
    return ["time was up before everything was tried; --time-limit gives it more"] if campaign.out_of_time else []


def headline(case: Case) -> str:
    """Where, what and when, and what it led to."""
    return f"{case.point.told} -> {case.verdict.symptom}"


def as_json(campaign: Campaign, begun: Mapping[str, Any]) -> dict[str, Any]:
    """The report: baseline, cases, summary."""
    return {
        "baseline": begun,
        "cases": [_case(each) for each in campaign.cases],
        "summary": {
            **{kind: len(campaign.of(kind)) for kind in WORDS},
            "planned": campaign.planned,
            "planned_pairs": campaign.planned_pairs,
            "mistakes": len(campaign.mistakes),
            "partial": campaign.partial,
            "out_of_time": campaign.out_of_time,
            "interrupted": campaign.interrupted,
            "seconds": round(campaign.seconds, 1),
        },
    }


def _case(case: Case) -> dict[str, Any]:
    point = case.point
    return {
        "call": point.call.id,
        "fault": point.fault,
        "phase": point.phase,
        "times": point.times,
        "when": point.when,
        "plan": point.plan,
        "verdict": case.verdict.kind,
        "symptom": case.verdict.symptom or None,
        "reason": case.verdict.reason,
        "clauses": list(case.verdict.clauses),
        "minimal": case.least is None,
        "rules": [dict(each) for each in point.rules()],
        "capsule": case.capsule,
    }


def sheet(campaign: Campaign, command: Sequence[str], said: str) -> Sheet:
    """The report as a page."""
    mistakes = campaign.mistakes
    title = counted(len(mistakes), "mistake") if mistakes else "No mistake found"
    findings = [
        ReportItem(
            headline(each),
            [each.verdict.reason, *([f"Clauses: {', '.join(each.verdict.clauses)}"] if each.verdict.clauses else [])],
            again(each.capsule, command),
        )
        for each in mistakes
    ]
    rows = [
        [
            ("", each.point.call.id),
            ("", each.point.fault),
            ("", each.point.phase),
            ("", each.point.times),
            ("", each.point.when),
            (each.verdict.kind, WORDS[each.verdict.kind]),
            ("", each.verdict.reason),
        ]
        for each in campaign.cases
    ]
    heads = ("Call", "Failure", "Phase", "How often", "When", "Verdict", "Why")
    return Sheet(title, f"{shlex.join(command)}: {said}", findings, [*left_out(campaign), *campaign.notes], heads, rows)


def tests(campaign: Campaign) -> Cases:
    """A test for each call and failure."""
    rest = [Test("trackflow", "everything else", skipped=each) for each in left_out(campaign)]
    return Cases("trackflow-explore", [*map(_test, campaign.cases), *rest])


def _test(case: Case) -> Test:
    point, verdict = case.point, case.verdict
    return Test(
        f"trackflow.{point.call.id}",
        f"{point.fault}, {point.phase}, {point.times}, {point.when}",
        failure=f"{verdict.symptom}: {verdict.reason}" if verdict.kind == FAILED else None,
        skipped=verdict.reason if verdict.kind == NOT_STRUCK else None,
        story=f"{headline(case)}\n{case.capsule or ''}",
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

"""A score as text, JSON, a page and JUnit's XML."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.counting import counted
from mock_server.junit import Test
from mock_server.lab.reports.junit import Cases
from mock_server.lab.reports.page import ReportItem, Sheet
from mock_server.lab.reports.report import LabReport, again, baseline, opening
from mock_server.lab.scoring import NOT_ASKED_FOR, NOTICED, SURVIVED, Score, Told

WORDS = {SURVIVED: "survived", NOTICED: "noticed", NOT_ASKED_FOR: "not asked for"}
STYLES = {SURVIVED: "survived-lie", NOTICED: "noticed", NOT_ASKED_FOR: "not_asked_for"}


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Lies about one place that were all believed, and where the contract says that they are lies."""

    subject: str
    place: str
    lies: Sequence[Told]

    @property
    def title(self) -> str:
        return f"{self.subject} {self.place}: {', '.join(each.lie.what for each in self.lies)}"

    def sources(self, score: Score) -> list[str]:
        """Each clause with the page's line, or why we think so."""
        found = []
        for name in dict.fromkeys(each.lie.clause for each in self.lies):
            clause = score.contract.clauses[name]
            whose = "the page" if clause.documented else "assumed"
            found.append(f"{name}: {clause.title} ({whose}: {' / '.join(clause.source.splitlines())})")
        return found


def blind_spots(score: Score) -> list[BlindSpot]:
    """The lies that were believed, by what they are about."""
    found: dict[tuple[str, str], list[Told]] = {}
    for each in score.of(SURVIVED):
        found.setdefault((each.lie.subject, each.lie.place), []).append(each)
    return [BlindSpot(subject, place, lies) for (subject, place), lies in found.items()]


def report(score: Score, command: Sequence[str]) -> LabReport:
    """The score in every form."""
    about = (score.calls, score.runs, score.notes)
    said = opening(*about)
    return LabReport(
        said, closing(score, command), as_json(score, baseline(*about)), sheet(score, command, said), tests(score)
    )


def closing(score: Score, command: Sequence[str]) -> str:
    """Each blind spot, what was not asked for, and last how many lies were noticed."""
    tried = len(score.of(SURVIVED)) + len(score.of(NOTICED))
    lines = [f"told {tried} lies about what the tests asked for, in {score.seconds:.0f} s"]
    lines += left_out(score)
    for number, spot in enumerate(blind_spots(score), 1):
        lines += ["", f"{number:3}  survived: {spot.title}"]
        lines += [f"     {source}" for source in spot.sources(score)]
        if once_more := again(spot.lies[0].capsule, command):
            lines.append(f"     again: {once_more}")
    if unasked := Counter(each.lie.subject for each in score.of(NOT_ASKED_FOR)):
        named = ", ".join(f"{name} ({number})" for name, number in unasked.items())
        lines += ["", f"not asked for: {named}"]
    lines += ["", f"survived {len(score.of(SURVIVED))}   noticed {len(score.of(NOTICED))}   {_percent(score)}"]
    return "\n".join(lines)


def left_out(score: Score) -> list[str]:
    """Why this is a part of what there is to find, if it is."""
    if score.interrupted:
        return [f"interrupted: this is a part; {score.left_out} more were not told"]
    more = f"{score.left_out} more were not told: --time-limit or --most was reached"
    return [more] if score.left_out else []


def as_json(score: Score, begun: Mapping[str, Any]) -> dict[str, Any]:
    """The report: baseline, lies, summary."""
    return {
        "baseline": begun,
        "lies": [_lie(score, each) for each in score.told],
        "summary": {
            "score": None if score.percent is None else round(score.percent, 1),
            **{kind: len(score.of(kind)) for kind in WORDS},
            "blind_spots": len(blind_spots(score)),
            "partial": bool(left_out(score)),
            "left_out": score.left_out,
            "interrupted": score.interrupted,
            "seconds": round(score.seconds, 1),
        },
    }


def _lie(score: Score, told: Told) -> dict[str, Any]:
    lie, clause = told.lie, score.contract.clauses[told.lie.clause]
    return {
        "id": lie.id,
        "subject": lie.subject,
        "place": lie.place,
        "what": lie.what,
        "clause": lie.clause,
        "level": clause.level,
        "title": clause.title,
        "source": clause.source,
        "verdict": told.verdict,
        "rules": [dict(rule) for form in lie.forms for rule in form],
        "capsule": told.capsule,
    }


def sheet(score: Score, command: Sequence[str], said: str) -> Sheet:
    """The score as a page, what was believed first."""
    spots = blind_spots(score)
    title = counted(len(spots), "blind spot") if spots else "No blind spot found"
    findings = [ReportItem(each.title, each.sources(score), again(each.lies[0].capsule, command)) for each in spots]
    rows = [
        [
            (STYLES[each.verdict], WORDS[each.verdict]),
            ("", each.lie.subject),
            ("", each.lie.place),
            ("", each.lie.what),
            ("", each.lie.clause),
        ]
        for each in sorted(score.told, key=lambda each: list(WORDS).index(each.verdict))
    ]
    notes = [*left_out(score), *score.notes, _percent(score)]
    return Sheet(
        title,
        f"{shlex.join(command)}: {said}",
        findings,
        notes,
        ("Verdict", "Answer", "Where", "Lie", "Clause"),
        rows,
    )


def tests(score: Score) -> Cases:
    """A test for each lie."""
    rest = [Test("trackflow", "everything else", skipped=each) for each in left_out(score)]
    return Cases("trackflow-score", [*(_test(score, each) for each in score.told), *rest])


def _test(score: Score, told: Told) -> Test:
    lie, clause = told.lie, score.contract.clauses[told.lie.clause]
    return Test(
        f"trackflow.{lie.subject}",
        f"{lie.place} {lie.what}",
        failure=f"the tests pass although {lie.place} {lie.what}" if told.verdict == SURVIVED else None,
        skipped="the tests ask for no such thing" if told.verdict == NOT_ASKED_FOR else None,
        story=f"{lie.clause}: {clause.title}\n{clause.source}\n{told.capsule or ''}",
    )


def _percent(score: Score) -> str:
    if score.percent is None:
        return "nothing that they ask for could be lied about"
    return f"{score.percent:.1f} % of {len(score.of(SURVIVED)) + len(score.of(NOTICED))} lies noticed"

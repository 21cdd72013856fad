"""Exploring: a client in every world in which something may legally go wrong."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain, islice

from mock_server.lab.baseline import baseline_of
from mock_server.lab.campaign import Campaign, CampaignOptions, Case
from mock_server.lab.cases import case_of
from mock_server.lab.crowd import found_by_all
from mock_server.lab.expectations import expected
from mock_server.lab.failures import Point
from mock_server.lab.judging import impatient_after_all
from mock_server.lab.space import beyond, pairs, points
from mock_server.lab.trial import Laboratory
from mock_server.lab.verdicts import ENDED, FAILED, SURVIVED

REFUSED_BEFORE = HTTPStatus.TOO_MANY_REQUESTS  # the one refusal that is always before the effect
GRACE = 30.0  # seconds after the time limit in which mistakes are still made smaller
MOST_PAIRS = 400  # pairs that are thought of; the time limit usually ends them sooner


Progress = Callable[[int, int, int], None]
"""Is told how many points are done, how many there are, and how many failed."""
Keep = Callable[[Case, str], str | None]
"""Saves the world of a case under a name; the path of the file, if one could be saved."""


def explore(
    laboratory: Laboratory,
    options: CampaignOptions,
    *,
    now: Callable[[], float],
    progress: Progress = lambda *_: None,
    keep: Keep = lambda *_: None,
) -> Campaign:
    """Go through every failure, then through pairs of them, while there is time by that clock."""
    began = now()
    baseline, notes = baseline_of(laboratory, options.plan)
    campaign = Campaign(baseline, notes)
    runner = _Runner(laboratory, campaign, options, began + options.time_limit, now, progress)
    calls = [call for call in baseline.calls if options.only in {None, call.id, call.operation}]
    events = min(each.delivered for each in baseline.outcomes)
    hang = laboratory.longest
    single = points(calls, laboratory.specification, hang=hang, plan=options.plan, events=events)
    campaign.planned = len(single)
    runner.go(single)
    _reconsider(campaign, options)
    if options.depth > 1 and not campaign.partial:
        survived = [each.point for each in campaign.of(SURVIVED)]
        further = [
            farther
            for each in (*campaign.of(SURVIVED), *campaign.of(ENDED))
            for extra in each.extra
            for farther in beyond(each.point, extra, laboratory.specification)
        ]
        double = list(islice(chain(further, pairs(survived)), MOST_PAIRS))
        campaign.planned_pairs = len(double)
        runner.go(double)
    _group(campaign)
    runner.shrink()
    runner.confirm()
    for number, case in enumerate(campaign.mistakes, 1):
        case.capsule = keep(case, f"{number:02}-{_slug(case)}")
    for case in campaign.of(FAILED):
        case.capsule = case.smallest.capsule
    campaign.interrupted = laboratory.stopped
    campaign.seconds = now() - began
    return campaign


@dataclass(slots=True)
class _Runner:
    """Runs points, several at a time, in their order, until time is up."""

    laboratory: Laboratory
    campaign: Campaign
    options: CampaignOptions
    deadline: float
    now: Callable[[], float]
    progress: Progress

    def go(self, wanted: Iterable[Point]) -> None:
        def told(found: list[Case]) -> None:
            failed = sum(each.verdict.kind == FAILED for each in found)
            self.progress(len(found), self.campaign.planned, failed)

        cases, whole = found_by_all(
            wanted,
            self._case,
            parallel=self.options.parallel,
            in_time=lambda: self.now() < self.deadline,
            told=told,
        )
        self.campaign.interrupted = self.laboratory.stopped
        self.campaign.out_of_time = not (whole or self.campaign.interrupted)
        self.campaign.cases += cases

    def shrink(self) -> None:
        """Take from each mistake's failure whatever it does not need, so that nothing can be left out of it."""
        tried = {each.point.name: each for each in self.campaign.cases}

        def shrunk(mistake: Case) -> list[Case]:
            path, smaller = [mistake], mistake.point.smaller()
            while self.now() < self.deadline + GRACE and (point := next(smaller, None)):
                less = tried[point.name] = tried.get(point.name) or self._case(point)
                root = less.smallest
                same = less.verdict.kind == FAILED and less.verdict.symptom == mistake.verdict.symptom
                if same and root not in path:
                    path[-1].least, smaller = root, root.point.smaller()
                    path.append(root)
            return path[1:]

        found, _ = found_by_all(self.campaign.mistakes, shrunk, parallel=self.options.parallel, in_time=lambda: True)
        known = {id(each) for each in self.campaign.cases}
        for case in (case for cases in found for case in cases):
            if id(case) not in known:
                known.add(id(case))
                self.campaign.cases.append(case)
                self.campaign.planned += 1

    def confirm(self) -> None:
        """See each mistake once more: what a busy machine did to the command is nobody's mistake, and is told."""
        seen: set[str] = set()
        while doubted := [each for each in self.campaign.mistakes if each.point.name not in seen]:
            seen.update(each.point.name for each in doubted)
            again, _ = found_by_all(
                [each.point for each in doubted], self._case, parallel=self.options.parallel, in_time=lambda: True
            )
            if self.laboratory.stopped:
                break
            for case, other in zip(doubted, again, strict=True):
                if not case.shown_by(other):
                    self.campaign.notes.append(f"unsteady: {case.point.told} failed once ({case.verdict.reason})")
                    case.verdict, case.impatient = other.verdict, False
            _group(self.campaign)

    def _case(self, point: Point) -> Case:
        return case_of(self.laboratory, self.campaign.baseline, point, self.options)


def _reconsider(campaign: Campaign, options: CampaignOptions) -> None:
    """Who gives up at once is clean, unless it tries again where it is told less clearly that this helps."""
    announced = {each.point.call.operation for each in campaign.cases if each.again and _announced(each.point)}
    patient = announced | {
        each.point.call.operation
        for each in campaign.cases
        if each.again and each.point.call.repeatable and not each.point.blamed and each.point.failures
    }
    for case in campaign.cases:
        point = case.point
        # A 503 may come after the effect; who does not repeat what must not happen twice is careful.
        careful = not point.call.repeatable and point.failures and point.failures[0].status != REFUSED_BEFORE
        hasty = case.verdict.abrupt and _announced(point) and not point.lasting and not careful
        if hasty and point.call.operation in patient:
            case.verdict = expected(impatient_after_all(point, case.verdict), point, case.status, options.expectations)
            case.impatient = True


def _announced(point: Point) -> bool:
    return bool(point.failures) and point.announced


def _group(campaign: Campaign) -> None:
    """Point each failed case to a smaller one that shows the same mistake at the same place."""
    failed = {each.point.name: each for each in campaign.of(FAILED)}
    for case in failed.values():
        less = (failed.get(smaller.name) for smaller in case.point.smaller())
        case.least = next((each for each in less if each and each.verdict.symptom == case.verdict.symptom), None)
    first: dict[tuple[str, str, str], Case] = {}
    for case in failed.values():
        if case.least is None:
            place = (case.point.call.id, case.verdict.symptom, case.point.fault)
            other = first.setdefault(place, case)
            case.least = None if other is case else other


def _slug(case: Case) -> str:
    words = f"{case.point.call.id} {case.point.fault} {case.verdict.symptom}".replace("#", "-")
    return "-".join("".join(each if each.isalnum() or each in "-_" else " " for each in words).split()).lower()[:80]

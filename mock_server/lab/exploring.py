"""Exploring: a client in every world in which something may legally go wrong."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import chain, islice

from mock_server.contract.specification import Specification
from mock_server.lab import output
from mock_server.lab.baseline import Baseline
from mock_server.lab.calls import ClientCall, calls_of, sketch, steady
from mock_server.lab.comparison import tried_again
from mock_server.lab.crowd import found_by_all
from mock_server.lab.expectations import ExpectedEnd, expected
from mock_server.lab.failures import MIDNIGHT, MINUTE, NOW, Point
from mock_server.lab.judging import impatient_after_all, judge, waits_by_its_own_clock
from mock_server.lab.space import beyond, pairs, points
from mock_server.lab.trial import Laboratory, Outcome, Setup
from mock_server.lab.verdicts import ENDED, FAILED, NOT_STRUCK, SURVIVED, Verdict
from mock_server.world.chronicle import Chronicle

REFUSED_BEFORE = HTTPStatus.TOO_MANY_REQUESTS  # the one refusal that is always before the effect
GRACE = 30.0  # seconds after the time limit in which mistakes are still made smaller
MOST_PAIRS = 400  # pairs that are thought of; the time limit usually ends them sooner
A_MINUTE_MORE = 62.0  # seconds until the next minute by a client's own clock


class BaselineError(Exception):
    """A command that cannot be judged, because it fails when nothing goes wrong; the message says how."""


@dataclass(slots=True, eq=False)
class Case:
    """A point of the campaign and what came of it."""

    point: Point
    verdict: Verdict
    again: bool = False
    status: int = 0
    capsule: str | None = None
    least: "Case | None" = None
    """The smaller failure that shows the same mistake, if there is one."""
    chronicle: Chronicle | None = None
    """How the world came to be as a client left it that failed there."""
    impatient: bool = False
    """Whether it failed for what it did under other failures."""
    extra: tuple[ClientCall, ...] = ()
    """Calls that it makes only because of the failure, of operations to which nothing happened."""

    @property
    def smallest(self) -> "Case":
        return self.least.smallest if self.least else self


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """How far a campaign goes: one failure or two at once, for so many seconds, so many commands at a time."""

    plan: str
    depth: int = 2
    time_limit: float = 300.0
    parallel: int = 4
    only: str | None = None
    expectations: Sequence[ExpectedEnd] = ()


@dataclass(slots=True)
class Campaign:
    """All that a campaign found out."""

    baseline: Baseline
    notes: list[str]
    cases: list[Case] = field(default_factory=list)
    planned: int = 0
    planned_pairs: int = 0
    seconds: float = 0.0
    out_of_time: bool = False
    interrupted: bool = False

    def of(self, kind: str) -> list[Case]:
        return [each for each in self.cases if each.verdict.kind == kind]

    @property
    def partial(self) -> bool:
        """Whether something was left untried."""
        return self.out_of_time or self.interrupted

    @property
    def mistakes(self) -> list[Case]:
        """One failed case for each mistake, the smallest."""
        return [each for each in self.of(FAILED) if each.least is None]


Progress = Callable[[int, int, int], None]
"""Is told how many points are done, how many there are, and how many failed."""
Keep = Callable[[Case, str], str | None]
"""Saves the world of a case under a name; the path of the file, if one could be saved."""


def baseline_of(laboratory: Laboratory, plan: str) -> tuple[Baseline, list[str]]:
    """What the command does when nothing goes wrong, and what of it is not the same in every run."""
    whens = (NOW, MINUTE, MIDNIGHT)
    outcomes = [laboratory.run(Setup(plan, when=when, name=f"baseline {when}")) for when in whens]
    specification = laboratory.specification
    for each in outcomes:
        if each.ending.out_of_time:
            raise BaselineError(
                f"the command is not over after {laboratory.limit:g} s although nothing goes wrong; give it a longer "
                f"--timeout{said_last(each)}"
            )
        if each.status != 0:
            raise BaselineError(f"the command leaves with {each.status} although nothing goes wrong{said_last(each)}")
    runs = [calls_of(each.entries, specification) for each in outcomes]
    if not runs[0]:
        raise BaselineError(
            "the command asked the mock for nothing; it should call the URL in TRACKFLOW_BASE_URL, or "
            f"{specification.document['servers'][0]['url']}"
        )
    notes = []
    calls: list[ClientCall] = runs[0]
    if any(sorted(map(str, sketch(each))) != sorted(map(str, sketch(runs[0]))) for each in runs[1:]):
        shortest = min(runs, key=len)
        told = ", ".join(str(len(each)) for each in runs)
        notes.append(f"unsteady: its calls differ from run to run ({told}); they are told apart by their order")
        calls = [call for call in runs[0] if call.id in {each.id for each in shortest}]
    elif any(sketch(each) != sketch(runs[0]) for each in runs[1:]):
        notes.append("unsteady: the order of its calls differs from run to run; they are told apart by what they ask")
    if output.unsteady([each.stdout for each in outcomes]):
        notes.append("its output differs from run to run; only the lines that stay the same are compared")
    for other in runs[1:]:
        calls = steady(calls, other)
    return Baseline(tuple(outcomes), tuple(calls)), notes


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
                if other.verdict.kind != FAILED and not case.impatient:
                    self.campaign.notes.append(f"unsteady: {case.point.name} failed once ({case.verdict.reason})")
                    case.verdict = other.verdict
            _group(self.campaign)

    def _case(self, point: Point) -> Case:
        return case_of(self.laboratory, self.campaign.baseline, point, self.options)


def case_of(laboratory: Laboratory, baseline: Baseline, point: Point, options: CampaignOptions) -> Case:
    """What comes of the command in the world of a point."""
    setup = setup_of(point, options.plan)
    outcome = laboratory.run(setup)
    limit = laboratory.limit
    if waits_by_its_own_clock(outcome):
        if point.when == MIDNIGHT:
            verdict = Verdict(NOT_STRUCK, "it waits for the reset by a clock of its own, which cannot be moved")
            return Case(point, verdict, status=outcome.status)
        limit += A_MINUTE_MORE
        outcome = laboratory.run(setup, limit=limit)
    verdict = judge(baseline, point, outcome, limit)
    if not point.failures and verdict.kind != NOT_STRUCK:
        point = replace(point, call=_first_refused(point, outcome, baseline))
    verdict = expected(verdict, point, outcome.status, options.expectations)
    kept = outcome.chronicle if verdict.kind == FAILED or verdict.abrupt else None
    extra = _extra(point, outcome, baseline, laboratory.specification)
    again = tried_again(point, outcome)
    return Case(point, verdict, again, outcome.status, extra=extra, chronicle=kept)


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


def _extra(point: Point, outcome: Outcome, baseline: Baseline, specification: Specification) -> tuple[ClientCall, ...]:
    """The calls that are made only in that world, of operations to which nothing happened there."""
    struck = {each.call.operation for each in point.failures}
    usual = {(call.operation, call.ordinal) for call in baseline.calls}
    made = calls_of(outcome.entries, specification)
    return tuple(call for call in made if (call.operation, call.ordinal) not in usual and call.operation not in struck)


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


def _first_refused(point: Point, outcome: Outcome, baseline: Baseline) -> ClientCall:
    """The call at which a plan made the difference."""
    for entry in outcome.entries:
        if entry.refusal is not None:
            for call in baseline.calls:
                if call.asked(entry):
                    return call
    return point.call


def _slug(case: Case) -> str:
    words = f"{case.point.call.id} {case.point.fault} {case.verdict.symptom}".replace("#", "-")
    return "-".join("".join(each if each.isalnum() or each in "-_" else " " for each in words).split()).lower()[:80]


def said_last(outcome: Outcome) -> str:
    """The last lines of what it said."""
    lines: Iterator[str] = (line for line in (outcome.stderr or outcome.stdout).splitlines() if line.strip())
    return "".join(f"\n  {line[:200]}" for line in list(lines)[-5:])

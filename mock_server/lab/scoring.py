"""Scoring: a test suite in every world in which the API lies about something that it asked for."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from contract_tests.contract.document import Contract, contract_of
from mock_server.domain.clients import asking
from mock_server.domain.clients.journal import KEPT_BODY, Entry
from mock_server.lab.baseline import BaselineError, said_last
from mock_server.lab.calls import ClientCall, calls_of
from mock_server.lab.crowd import found_by_all
from mock_server.lab.lies import Heard, Lie, lies_of
from mock_server.lab.outcome import TrialOutcome
from mock_server.lab.setup import Setup
from mock_server.lab.trial import Laboratory, StoppedError

NOTICED, SURVIVED, NOT_ASKED_FOR = "noticed", "survived", "not_asked_for"
ALONE = 3  # runs in a row that tell tests which cannot run side by side from those that fail now and then
FAULTS = "fault.schema.json#/$defs/fault"


@dataclass(slots=True)
class Told:
    """A lie and whether the tests noticed it."""

    lie: Lie
    verdict: str
    capsule: str | None = None


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """Which lies are told, how many at most, for so many seconds, to so many runs of the tests at a time."""

    plan: str
    documented: bool = False
    time_limit: float = 300.0
    parallel: int = 4
    most: int | None = None


@dataclass(slots=True)
class Score:
    """All that was found out about the tests."""

    contract: Contract
    calls: list[ClientCall]
    runs: int
    notes: list[str]
    told: list[Told] = field(default_factory=list)
    left_out: int = 0
    interrupted: bool = False
    seconds: float = 0.0

    def of(self, verdict: str) -> list[Told]:
        return [each for each in self.told if each.verdict == verdict]

    @property
    def percent(self) -> float | None:
        """How many of the lies that they could have noticed they did; None if there was none."""
        noticed, survived = len(self.of(NOTICED)), len(self.of(SURVIVED))
        return 100 * noticed / (noticed + survived) if noticed + survived else None


Progress = Callable[[int, int, int], None]
"""Is told how many lies were told, how many there are, and how many survived."""
Keep = Callable[[Lie, str], str | None]
"""Saves the world of a lie under a name; the path of the file, if one could be saved."""


def score(
    laboratory: Laboratory,
    options: ScoreOptions,
    *,
    now: Callable[[], float],
    progress: Progress = lambda *_: None,
    keep: Keep = lambda *_: None,
) -> Score:
    """Tell each lie to a run of the tests of its own, while there is time by that clock; BaselineError if they fail."""
    began = now()
    outcomes, parallel, notes = _baseline(laboratory, options)
    contract = contract_of(laboratory.specification.document)
    heard = [_heard(entry) for outcome in outcomes for entry in outcome.heard if entry.operation]
    events = [event for outcome in outcomes for event in outcome.events]
    if not heard and not events:
        raise BaselineError(
            "the tests asked the mock for nothing; they should call the URL in TRACKFLOW_BASE_URL, or "
            f"{contract.document['servers'][0]['url']}"
        )
    calls = calls_of([each for each in outcomes[0].heard if each.operation], laboratory.specification)
    result = Score(contract, calls, len(outcomes), notes)
    lies = lies_of(contract, heard, faults_of_deliveries(laboratory), events)
    if options.documented:
        lies = [each for each in lies if contract.clauses[each.clause].documented]
    asked = [each for each in lies if each.asked]
    chosen = asked[: options.most]

    def tell(lie: Lie) -> Told:
        return Told(lie, verdict_on(laboratory, options.plan, lie))

    found, _ = found_by_all(
        chosen,
        tell,
        parallel=parallel,
        in_time=lambda: now() < began + options.time_limit,
        told=lambda done: progress(len(done), len(chosen), sum(each.verdict == SURVIVED for each in done)),
    )
    result.left_out = len(asked) - len(found)
    result.told = [*found, *(Told(each, NOT_ASKED_FOR) for each in lies if not each.asked)]
    for number, each in enumerate(result.of(SURVIVED), 1):
        with suppress(StoppedError):
            each.capsule = keep(each.lie, f"{number:03}-{_slug(each.lie)}")
    result.interrupted = laboratory.stopped
    result.seconds = now() - began
    return result


def _baseline(laboratory: Laboratory, options: ScoreOptions) -> tuple[list[TrialOutcome], int, list[str]]:
    """Runs in which nobody lies: one alone, then as many at once as is wanted, and how many at once they stand."""
    setup = Setup(options.plan, name="baseline")
    first = laboratory.run(setup)
    passes(laboratory, first)
    together, whole = found_by_all(
        [setup] * options.parallel, laboratory.run, parallel=options.parallel, in_time=lambda: True
    )
    if not whole:
        raise StoppedError
    if all(each.status == 0 for each in together):
        return [first, *together], options.parallel, []
    alone = [laboratory.run(setup) for _ in range(ALONE)]
    red = next((each for each in alone if each.status != 0), None)
    if red:
        raise BaselineError(f"the tests pass and fail in turns although nobody lies{said_last(red)}")
    note = "runs at the same time get in each other's way (a fixed port?), so there is one at a time"
    return [first, *alone], 1, [note]


def passes(laboratory: Laboratory, outcome: TrialOutcome) -> None:
    """BaselineError unless the tests pass."""
    if outcome.ending.out_of_time:
        raise BaselineError(
            f"the tests are not over after {laboratory.limit:g} s although nobody lies; give them a longer "
            f"--timeout{said_last(outcome)}"
        )
    if outcome.status != 0:
        raise BaselineError(f"the tests leave with {outcome.status} although nobody lies{said_last(outcome)}")


def verdict_on(laboratory: Laboratory, plan: str, lie: Lie) -> str:
    """Whether the tests turn red in one of the lie's worlds."""
    told = False
    for form in lie.forms:
        outcome = laboratory.run(Setup(plan, lies=form, name=lie.id))
        true = outcome.lied < lie.least
        if outcome.status != 0 and not true:
            return NOTICED
        told = told or not true
    return SURVIVED if told else NOT_ASKED_FOR


def _heard(entry: Entry) -> Heard:
    headers = {name.lower(): value for name, value in entry.reply_headers.items()}
    return Heard(entry.operation or "", entry.status, headers, *_value(entry), frozenset(asking.texts(entry)))


def _value(entry: Entry) -> tuple[Any, bool]:
    """The body's value, and whether all of it is known."""
    if len(entry.reply_body) >= KEPT_BODY:
        return None, False
    try:
        return json.loads(entry.reply_body or b"null"), True
    except ValueError:
        return None, entry.status == HTTPStatus.NO_CONTENT


def faults_of_deliveries(laboratory: Laboratory) -> dict[str, str]:
    """The faults of deliveries that break a clause, each with that clause."""
    kinds: Sequence[Any] = laboratory.worlds.foundation.vocabulary.forms.schema(FAULTS)["properties"]["type"]["oneOf"]
    return {each["const"]: each["x-breaks"] for each in kinds if "x-breaks" in each}


def _slug(lie: Lie) -> str:
    return "-".join("".join(each if each.isalnum() else " " for each in lie.id).split()).lower()[:80]

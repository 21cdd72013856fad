"""Failures kept: a capsule that says which failure it is of, and the same verdict on it once more."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from mock_server.api.conversations import Conversations
from mock_server.capsules import form, taking
from mock_server.capsules.form import SUFFIX, Capsule, CapsuleError
from mock_server.capsules.secrets import SecretMask
from mock_server.contract.specification import Specification
from mock_server.lab.again import mock_of
from mock_server.lab.apart import unmarked
from mock_server.lab.baseline import baseline_of
from mock_server.lab.calls import ClientCall
from mock_server.lab.campaign import CampaignOptions, Case
from mock_server.lab.cases import case_of
from mock_server.lab.expectations import ExpectedEnd, expected
from mock_server.lab.failures import NOW, STRIKE, Failure, Point
from mock_server.lab.judging import impatient_after_all
from mock_server.lab.lies import Lie
from mock_server.lab.scoring import Told, passes, verdict_on
from mock_server.lab.setup import Setup
from mock_server.lab.trial import Laboratory
from mock_server.lab.verdicts import FAILED, NOT_STRUCK, CaseVerdict
from mock_server.world.history import WorldHistory

EXPLORED, SCORED = "explore", "score"
LOOKS = 4  # after which a failure that has not shown as it did is not there


def keep(folder: Path, laboratory: Laboratory, options: CampaignOptions, case: Case, name: str) -> str | None:
    """The file in the folder that the case's world is saved as; None if its beginning is lost."""
    capsule = _taken(laboratory, case.history)
    if capsule is None or case.history is None or _left(case.point, capsule) != case.point:
        return None
    mask = SecretMask(laboratory.specification)
    for entry in case.history.entries:
        mask.learn(entry.headers, entry.target, entry.body.decode("latin-1"))
    trial = {
        "by": EXPLORED,
        "plan": options.plan,
        "timeout": laboratory.limit,
        "point": _written(case.point, mask),
        "symptom": case.verdict.symptom,
        "impatient": case.impatient,
        "expectations": [asdict(each) for each in options.expectations],
    }
    return _saved(folder / f"{name}{SUFFIX}", {**capsule, "trial": trial})


def keep_lie(folder: Path, laboratory: Laboratory, plan: str, lie: Lie, name: str) -> str | None:
    """The file in the folder that a world of the lie is saved as, in which it is told once more; None if it cannot."""
    capsule = _taken(laboratory, laboratory.run(Setup(plan, lie.forms[0], name=lie.id)).history)
    if capsule is None:
        return None
    trial = {"by": SCORED, "plan": plan, "timeout": laboratory.limit, "lie": asdict(lie)}
    return _saved(folder / f"{name}{SUFFIX}", {**capsule, "trial": trial})


def _taken(laboratory: Laboratory, history: WorldHistory | None) -> Capsule | None:
    """The capsule of a trial's world; None if there can be none."""
    if history is None:
        return None
    try:
        return taking.capsule(laboratory.worlds.foundation, _standing(_own(history)))
    except CapsuleError:
        return None


def _saved(path: Path, capsule: Capsule) -> str:
    form.save(path, capsule)
    return str(path)


def _own(history: WorldHistory) -> WorldHistory:
    """The history of what the command asked, without the trial's mark."""
    entries, strays = (
        [replace(each, headers=unmarked(each.headers)) for each in asked] for asked in (history.entries, history.strays)
    )
    return replace(history, entries=entries, strays=strays)


def _standing(history: WorldHistory) -> WorldHistory:
    """The history from where its clock stands still, as in every trial: what comes then is the failure's."""
    first, *notes = history.notes or (None,)
    if first is None or first.kind != "clock":  # it was reset meanwhile
        return history
    beginning = replace(history.beginning, base=first.base, course=first.value)
    return replace(history, beginning=beginning, notes=notes)


def tell_again(capsule: Capsule, command: Sequence[str], *, limit: float | None = None) -> Told:
    """Whether the command notices the capsule's lie now; BaselineError if it fails when nobody lies."""
    trial = capsule["trial"]
    lie = Lie(**{**trial["lie"], "forms": tuple(map(tuple, trial["lie"]["forms"]))})
    with mock_of(capsule) as mock:
        laboratory = Laboratory(mock, command, limit=limit or trial["timeout"])
        passes(laboratory, laboratory.run(Setup(trial["plan"], name="baseline")))
        return Told(lie, verdict_on(laboratory, trial["plan"], lie))


def nothing(*_: object) -> None:
    """What is kept where there is no folder."""


def judge_again(capsule: Capsule, command: Sequence[str], *, limit: float | None = None) -> Case:
    """What is said of the command now under the capsule's failure; BaselineError or NoCommandError if nothing can be.

    The command runs as it is first, as in the campaign, so that there is something to compare with.
    """
    with judging_again(capsule, command, limit=limit) as judged:
        return judged(capsule)


@contextmanager
def judging_again(
    capsule: Capsule, command: Sequence[str], *, limit: float | None = None
) -> Iterator[Callable[[Capsule], Case]]:
    """What judges the command as `judge_again` does, any number of times, also under less than is in the capsule.

    A failure that does not show as it did is looked for again: a busy machine can be later than any wait.
    """
    trial = capsule["trial"]
    with mock_of(capsule) as mock:
        laboratory = Laboratory(mock, command, limit=limit or trial["timeout"])
        baseline, _ = baseline_of(laboratory, trial["plan"])
        options = CampaignOptions(trial["plan"], expectations=[ExpectedEnd(**each) for each in trial["expectations"]])
        told = point_of(trial["point"], laboratory.specification)

        def look(point: Point) -> Case:
            case = case_of(laboratory, baseline, point, options)
            if trial["impatient"] and case.verdict.abrupt:
                verdict = impatient_after_all(case.point, case.verdict)
                case.verdict = expected(verdict, case.point, case.status, options.expectations)
            return case

        def judged(given: Capsule) -> Case:
            point = _left(told, given)
            if point is None:
                return Case(told, CaseVerdict(NOT_STRUCK, "there is no rule left that could strike"))
            return sought(lambda: look(point), trial["symptom"])

        yield judged


def sought(look: Callable[[], Case], symptom: str) -> Case:
    """The first of a few looks that shows the symptom; where none does, one that fails otherwise, or the last."""
    seen: list[Case] = []
    for _ in range(LOOKS):
        case = look()
        if case.verdict.kind == NOT_STRUCK or case.verdict.symptom == symptom:
            return case
        seen.append(case)
    return next((each for each in seen if each.verdict.kind == FAILED), seen[-1])


def point_of(record: Mapping[str, Any], specification: Specification) -> Point:
    """The point that a trial's record tells of."""
    reading = Conversations(specification)

    def call(told: Mapping[str, Any]) -> ClientCall:
        method, target, body = told["identity"] or ("", "", "")
        identity = told["identity"] and (method, target, body.encode("latin-1"))
        return ClientCall(**{**told, "items": tuple(told["items"]), "identity": identity, "reading": reading})

    failures = tuple(Failure(**{**each, "call": call(each["call"])}) for each in record["failures"])
    return Point(**{**record, "call": call(record["call"]), "failures": failures})


def _left(point: Point, capsule: Capsule) -> Point | None:
    """The point with what of it there is in the capsule's story: rules, and a time of day; None without any rule."""
    before = [*takewhile(lambda item: "note" in item, capsule["story"])]
    rules = {document["id"] for item in before if item["note"] == "rules" for _, document in item["rules"]}
    left = [each for place, each in enumerate(point.failures, 1) if f"{STRIKE}{place}" in rules]
    if not left:
        return None if point.failures else point
    moved = any(item["note"] == "clock" for item in before)
    call = point.call if point.call in [each.call for each in left] else left[0].call
    return replace(point, call=call, failures=tuple(left), when=point.when if moved else NOW)


def _written(value: Any, mask: SecretMask) -> Any:
    """The value as JSON has it, without secrets; a body is a text of as many characters as it has bytes."""
    if is_dataclass(value):
        names = (field.name for field in fields(value) if field.compare)
        return {name: _written(getattr(value, name), mask) for name in names}
    if isinstance(value, Mapping):
        return {name: _written(each, mask) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_written(each, mask) for each in value]
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return mask.text(text) if isinstance(text, str) else text

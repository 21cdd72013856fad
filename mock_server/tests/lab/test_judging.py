"""What a client did in a world is judged by what it does when nothing goes wrong."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mock_server.lab.baseline import baseline_of
from mock_server.lab.campaign import CampaignOptions, Case
from mock_server.lab.cases import case_of
from mock_server.lab.failures import DELIVERY, Failure, Point
from mock_server.lab.judging import judge
from mock_server.lab.setup import Setup
from mock_server.lab.space import points
from mock_server.lab.trial import Laboratory, settings
from mock_server.lab.verdicts import ENDED, FAILED, SURVIVED, CaseVerdict
from mock_server.testing.running import RunningMock
from mock_server.tests.lab.client_calls import CALL
from mock_server.tests.lab.outcomes import baseline, outcome, tracked

CLIENT = """
import os, sys, urllib.request
from urllib.error import HTTPError
failed = False
for number in {numbers}:
    for attempt in range({attempts}):
        question = urllib.request.Request(os.environ["TRACKFLOW_BASE_URL"] + "/v2/track/" + number)
        question.add_header("X-API-Key", os.environ["TRACKFLOW_API_KEY"])
        try:
            print(urllib.request.urlopen(question).status)
            break
        except HTTPError as error:
            print(error.code, file=sys.stderr)
    else:
        failed = True
sys.exit(failed)
"""
ONE = "1Z204E380338943508"


def test_a_mistake_that_does_not_show_again_is_none_also_where_it_is_impatience() -> None:
    gave_up, survived = CaseVerdict(ENDED, "gave up", abrupt=True), CaseVerdict(SURVIVED, "as if nothing had happened")
    failed = Case(Point(CALL), CaseVerdict(FAILED, "is too early", "gives up too early"))
    impatient = Case(Point(CALL), failed.verdict, impatient=True)
    assert [failed.shown_by(Case(Point(CALL), each)) for each in (failed.verdict, gave_up, survived)] == [
        True,
        False,
        False,
    ]
    assert [impatient.shown_by(Case(Point(CALL), each)) for each in (gave_up, survived)] == [True, False]


def test_an_event_that_was_refused_has_been_left_alone_whatever_else_is_said() -> None:
    usual = outcome(tracked(ONE), delivered=2)
    failure = Failure(CALL, "bad_signature", {"type": "bad_signature"}, phase=DELIVERY)
    verdicts = [
        judge(baseline(usual), Point(CALL, (failure,)), replace(usual, struck={"lab-1": 1}, delivered=taken), 9)
        for taken in (1, 2)
    ]
    assert [each.kind for each in verdicts] == [ENDED, FAILED]


@pytest.mark.parametrize(("numbers", "attempts", "kind"), [((ONE, ONE), 1, ENDED), ((ONE, ONE), 2, FAILED)])
def test_who_has_to_do_with_a_shipment_twice_may_ask_twice_for_it_and_no_more(
    numbers: tuple[str, ...], attempts: int, kind: str, tmp_path: Path
) -> None:
    client = tmp_path / "client.py"
    client.write_text(CLIENT.format(numbers=numbers, attempts=attempts))
    with RunningMock(settings(0)) as mock:
        laboratory = Laboratory(mock, [sys.executable, str(client)], limit=60)
        baseline, _ = baseline_of(laboratory, "growth")
        every = points(baseline.calls, laboratory.specification, hang=300, plan="growth")
        refused = next(each for each in every if each.fault == "not_found" and each.call.ordinal == 1)
        case = case_of(laboratory, baseline, refused, CampaignOptions("growth"))
    assert case.verdict.kind == kind, case.verdict.reason


def test_who_asked_once_more_in_one_run_only_need_not_do_so_in_the_others(tmp_path: Path) -> None:
    client, mark = tmp_path / "client.py", tmp_path / "has run"
    first = f"[{ONE!r}] * (1 if os.path.exists({str(mark)!r}) else os.mkdir({str(mark)!r}) or 2)"
    client.write_text(CLIENT.format(numbers=first, attempts=2))
    with RunningMock(settings(0)) as mock:
        laboratory = Laboratory(mock, [sys.executable, str(client)], limit=60)
        baseline, (note, *_) = baseline_of(laboratory, "growth")
        every = points(baseline.calls, laboratory.specification, hang=300, plan="growth")
        failed_once = next(each for each in every if each.fault == "internal_error" and not each.lasting)
        case = case_of(laboratory, baseline, failed_once, CampaignOptions("growth"))
    assert note.startswith("unsteady: its calls differ from run to run (2, 1, 1)")
    assert case.verdict.kind == SURVIVED, case.verdict.reason


def test_what_a_command_leaves_among_temporary_files_meets_no_other_run() -> None:
    with RunningMock(settings(0)) as mock:
        laboratory = Laboratory(mock, [sys.executable, "-c", "import tempfile; print(tempfile.mkdtemp())"], limit=60)
        first, second = (Path(laboratory.run(Setup("growth", name="files")).stdout.strip()) for _ in range(2))
    assert first.parent != second.parent
    assert not first.parent.exists()

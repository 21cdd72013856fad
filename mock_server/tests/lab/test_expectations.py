"""A user may expect another end than the lab does."""

from pathlib import Path

import pytest

from contract_tests.contract.files import DocumentError
from mock_server.contract.specification import Specification
from mock_server.lab.expectations import ExpectedEnd, expected, load
from mock_server.lab.failures import EVER, Point
from mock_server.lab.verdicts import ENDED, FAILED, NOT_STRUCK, SURVIVED, CaseVerdict
from mock_server.tests.lab.client_calls import call, explored


@pytest.fixture(scope="module")
def specification() -> Specification:
    return Specification.load()


def outage(specification: Specification) -> Point:
    return next(each for each in explored(specification, call(specification)) if each.fault == "carrier_unavailable")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ends: badly", "is no list of expectations"),
        ("- {code: carrier_unavailable}", "ends is None; it must be well or badly"),
        ("- {ends: soon}", "ends is 'soon'"),
        ("- {ends: well, operation: trackShip}", "'trackShip' is no operation; there are trackShipment"),
        ("- {ends: well, code: teapot}", "'teapot' is no error code"),
        ("- {ends: well, phase: during}", "phase is 'during'; it must be before or after"),
        ("- {ends: well, call: 1}", "'call' is none of code, ends, fault, operation, phase"),
        ("- well", "'well' is no expectation"),
    ],
)
def test_what_is_no_expectation_is_told(text: str, told: str, specification: Specification, tmp_path: Path) -> None:
    file = tmp_path / "expect.yaml"
    file.write_text(text)
    with pytest.raises(DocumentError, match=told) as caught:
        load(file, specification)
    assert "expect.yaml" in str(caught.value)


def test_who_may_end_badly_is_not_accused_of_giving_up(specification: Specification, tmp_path: Path) -> None:
    file = tmp_path / "expect.yaml"
    file.write_text("- {ends: badly, operation: trackShipment, code: carrier_unavailable}")
    lenient = load(file, specification)
    given_up = CaseVerdict(FAILED, "gave up", "gives up too early")
    assert expected(given_up, outage(specification), 1, lenient).kind == ENDED
    assert expected(given_up, outage(specification), 0, lenient).kind == FAILED, "it has to say so"
    storm = CaseVerdict(FAILED, "10 attempts", "storm")
    assert expected(storm, outage(specification), 1, lenient) is storm
    other = next(each for each in explored(specification, call(specification)) if each.fault == "internal_error")
    assert expected(given_up, other, 1, lenient) is given_up


def test_who_must_end_well_may_not_give_up_and_the_last_word_counts(specification: Specification) -> None:
    strict = [ExpectedEnd("badly"), ExpectedEnd("well", fault="error")]
    ended = CaseVerdict(ENDED, "said so: exit 1")
    verdict = expected(ended, outage(specification), 1, strict)
    assert (verdict.kind, verdict.symptom) == (FAILED, "ends badly")
    assert expected(ended, outage(specification), 0, strict) is ended, "who says so and leaves with 0"
    every = [each for each in explored(specification, call(specification)) if each.fault == "carrier_unavailable"]
    endless = next(each for each in every if each.times == EVER)
    assert expected(ended, endless, 1, strict) is ended, "what never passes cannot be survived"
    assert expected(CaseVerdict(SURVIVED, ""), outage(specification), 0, strict).kind == SURVIVED
    assert expected(CaseVerdict(NOT_STRUCK, ""), outage(specification), 0, strict).kind == NOT_STRUCK

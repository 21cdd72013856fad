"""What is gone through: every legal failure of each call, and what more opens once one has struck."""

from pathlib import Path

import pytest

from mock_server.contract.specification import Specification
from mock_server.lab.failures import AFTER, BEFORE, DELIVERY, EVER, MIDNIGHT, MINUTE, NOW, ONCE, TWICE, UNTIL, Point
from mock_server.lab.space import beyond, pairs, points
from mock_server.tests.lab.client_calls import NUMBER, call, explored

OVERLAY = """
overlay: 1.0.0
info: { title: another word, version: "1" }
actions:
  - target: $.components.schemas.Error['$defs'].code.oneOf[?(@.const == 'carrier_unavailable')]
    update: { const: carrier_down, x-value: carrier_unavailable }
"""


@pytest.fixture(scope="module")
def specification() -> Specification:
    return Specification.load()


def told(found: list[Point]) -> set[tuple[str, str, str, str]]:
    return {(each.fault, each.phase, each.times, each.when) for each in found}


def test_a_question_meets_every_error_that_its_operation_declares(specification: Specification) -> None:
    faults = {each.fault for each in explored(specification, call(specification))}
    declared = specification.operations["trackShipment"].statuses
    assert {kind.name for kind in specification.errors if kind.status in declared} <= faults
    assert {"CONNECTION_RESET_BY_PEER", "truncate_body", "malformed_json", "no answer", "dribble"} <= faults
    assert {"plan free", "plan starter", "plan enterprise"} <= faults
    assert "plan growth" not in faults, "that is the baseline"


@pytest.mark.parametrize(("time", "silence"), [(30, 35_000), (400, 300_000)])
def test_an_answer_that_does_not_come_outlasts_the_command_as_far_as_a_fault_can(
    specification: Specification, time: float, silence: float
) -> None:
    found = points([call(specification)], specification, hang=time, plan="growth")
    silent, for_ever = (each for each in found if each.fault == "no answer")
    assert (silent.times, for_ever.times) == (ONCE, EVER)
    assert silent.failures[0].document == {"type": "latency", "milliseconds": silence}


def test_what_passes_strikes_once_twice_until_it_is_over_and_for_ever_at_three_times_of_day(
    specification: Specification,
) -> None:
    found = told(explored(specification, call(specification)))
    assert {(times, when) for fault, _, times, when in found if fault == "rate_limit_exceeded"} == {
        (ONCE, NOW),
        (TWICE, NOW),
        (EVER, NOW),
        *((UNTIL, when) for when in (NOW, MINUTE, MIDNIGHT)),
    }


def test_only_what_has_an_effect_is_struck_before_and_after_it(specification: Specification) -> None:
    asked, made = (
        {phase for fault, phase, *_ in told(explored(specification, each)) if fault == "CONNECTION_RESET_BY_PEER"}
        for each in (call(specification), call(specification, "createWebhook"))
    )
    assert (asked, made) == ({BEFORE}, {BEFORE, AFTER})
    found = explored(specification, call(specification, "createWebhook"))
    cut = {each.phase for each in found if each.fault == "truncate_body"}
    assert cut == {AFTER}, "a status that says that it is done"


def test_an_answer_without_a_body_has_none_to_spoil(specification: Specification) -> None:
    faults = {each.fault for each in explored(specification, call(specification, "deleteWebhook"))}
    assert not faults & {"truncate_body", "malformed_json", "MALFORMED_RESPONSE_CHUNK", "dribble"}
    assert "CONNECTION_RESET_BY_PEER" in faults


def test_one_shipment_of_a_batch_is_refused_as_it_would_be_alone(specification: Specification) -> None:
    batch = call(specification, "trackBatch", items=(NUMBER, "449044304137821", "RR990000045GB"))
    items = {
        each.failures[0].fault for each in explored(specification, batch) if each.failures and each.failures[0].item
    }
    assert items == {"invalid_tracking_number", "not_found", "carrier_unavailable"}


def test_deliveries_go_wrong_where_there_are_some(specification: Specification) -> None:
    made = call(specification, "createWebhook")

    def events(number: int) -> set[str]:
        return {each.fault for each in explored(specification, made, events=number) if each.phase == DELIVERY}

    assert events(0) == set()
    assert events(2) - events(1) == {"reorder"}, "what is to be overtaken needs a next one"
    assert {"duplicate", "delay", "drop", "bad_signature", "missing_signature", "foreign_signature"} == events(1)


def test_an_overlay_s_word_for_an_error_is_struck_by_the_mock_s_own_name(tmp_path: Path) -> None:
    overlay = tmp_path / "ours.yaml"
    overlay.write_text(OVERLAY)
    renamed = Specification.load((overlay,))
    assert renamed.errors["carrier_unavailable"].code == "carrier_down"
    assert "carrier_unavailable" in {each.fault for each in explored(renamed, call(renamed))}


def test_pairs_are_of_failures_that_were_survived_one_by_one(specification: Specification) -> None:
    single = explored(specification, call(specification), call(specification, "listCarriers"))
    double = list(pairs(single))
    assert all(len(each.failures) == 2 for each in double)
    assert any(each.failures[0].call is each.failures[1].call for each in double), "a call and its retry"
    assert any(each.failures[0].call is not each.failures[1].call for each in double)
    assert not any(failure.lasting for each in double for failure in each.failures)
    assert list(pairs([])) == []


def test_what_is_lost_on_its_way_leaves_the_refusal_before_it_alone(specification: Specification) -> None:
    batch = call(specification, "trackBatch", items=(NUMBER,))
    double = [each for each in pairs(explored(specification, batch)) if all(it.call is batch for it in each.failures)]

    def statuses(*wanted: tuple[str, str]) -> list[int | None]:
        pair = next(each for each in double if tuple((it.fault, it.phase) for it in each.failures) == wanted)
        return [rule["match"].get("status") for rule in pair.rules()]

    refused, cut = ("rate_limit_exceeded", BEFORE), ("truncate_body", AFTER)
    assert statuses(refused, cut) == [None, batch.status]
    assert statuses(cut, refused) == [batch.status, None]
    assert statuses(("CONNECTION_RESET_BY_PEER", AFTER), cut) == [None, None], "what is lost is not lost again"
    assert statuses(refused, ("carrier_unavailable", BEFORE)) == [None, None], "who is refused is not refused again"


def test_a_call_that_is_made_only_under_a_failure_is_struck_too(specification: Specification) -> None:
    point = next(each for each in explored(specification, call(specification)) if each.failures)
    further = beyond(point, call(specification, "deleteWebhook"), specification)
    assert {len(each.failures) for each in further} == {2}
    assert {each.failures[1].call.operation for each in further} == {"deleteWebhook"}
    assert {each.failures[1].fault for each in further} >= {"rate_limit_exceeded", "CONNECTION_RESET_BY_PEER"}
    assert {each.failures[1].times for each in further} == {ONCE}, "a wait would be over, as the first was waited for"
    reset = next(each for each in explored(specification, call(specification)) if each.fault == "internal_error")
    further = beyond(reset, call(specification, "deleteWebhook"), specification)
    assert {each.failures[1].times for each in further} == {ONCE, UNTIL}


def test_a_point_becomes_smaller_by_one_thing_at_a_time(specification: Specification) -> None:
    single = explored(specification, call(specification))
    until = next(each for each in single if each.times == UNTIL and each.when == MIDNIGHT)
    assert {(each.times, each.when) for each in until.smaller()} == {(UNTIL, NOW), (ONCE, MIDNIGHT)}
    pair = next(pairs(single))
    assert [len(each.failures) for each in pair.smaller()][:2] == [1, 1]
    once = next(each for each in single if each.times == ONCE and each.when == NOW)
    assert list(once.smaller()) == []

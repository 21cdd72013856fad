"""What a client does wrong however it ends."""

from dataclasses import replace

from mock_server.domain.clients.journal import Entry
from mock_server.lab.failures import EVER, Point
from mock_server.lab.slips import SLIPS
from mock_server.lab.verdicts import ENDED, CaseVerdict
from mock_server.tests.lab.client_calls import NUMBER, SPECIFICATION, explored
from mock_server.tests.lab.outcomes import baseline, batched, batched_but, compared, in_order, outcome, tracked

OTHER = "449044304137821"


def slip(usual: list[Entry], then: list[Entry], point: Point, *, out_of_time: bool = False) -> CaseVerdict | None:
    found = compared(outcome(*usual), outcome(*in_order(then), out_of_time=out_of_time), point)
    return next((verdict for each in SLIPS if (verdict := each(found))), None)


def point_of(usual: list[Entry], fault: str, times: str) -> Point:
    every = explored(SPECIFICATION, *baseline(outcome(*usual)).calls)
    return next(each for each in every if (each.fault, each.times) == (fault, times))


def test_a_batch_that_grows_with_each_attempt_asks_for_what_it_has() -> None:
    usual = [batched(NUMBER, OTHER)]
    failed, point = batched(NUMBER, OTHER, struck=True), point_of(usual, "internal_error", "once")
    assert slip(usual, [failed, batched(NUMBER, OTHER)], point) is None
    assert slip(usual, [failed, tracked(NUMBER), tracked(OTHER)], point) is None
    grown = slip(usual, [failed, batched(NUMBER, OTHER, NUMBER, OTHER)], point)
    assert grown is not None
    assert grown.reason == f"was told of {NUMBER} 2 times, where 1 is usual"


def test_who_polls_may_come_to_one_poll_more_and_who_asks_once_may_not() -> None:
    for polls, fine in ((1, False), (2, False), (3, True)):
        usual = [tracked(NUMBER)] * polls
        point = point_of(usual, "internal_error", "once")
        more = slip(usual, [tracked(NUMBER, struck=True), *usual, tracked(NUMBER)], point)
        assert (more is None) == fine


def test_who_gives_each_of_its_attempts_a_limit_is_not_judged_by_a_few_of_them() -> None:
    usual = [tracked(NUMBER)]
    point = point_of(usual, "no answer", EVER)
    found = [slip(usual, [tracked(NUMBER)] * tries, point, out_of_time=True) for tries in (1, 4, 9)]
    assert [each and (each.kind if each.kind == ENDED else each.symptom) for each in found] == [
        "no timeout",
        ENDED,
        "never stops",
    ]


def test_what_was_refused_of_a_batch_as_wrong_is_not_asked_for_again_and_what_is_not_there_may_be() -> None:
    usual = [batched(NUMBER, OTHER)]
    again = [batched_but(OTHER, NUMBER, OTHER), batched_but(OTHER, OTHER)]
    found = {}
    for point in explored(SPECIFICATION, *baseline(outcome(*usual)).calls):
        if point.failures and point.failures[0].item == OTHER:
            assert slip(usual, again[:1], point) is None
            found[point.failures[0].fault] = slip(usual, again, point)
    assert found["carrier_unavailable"] is None
    assert found["not_found"] is not None
    assert found["not_found"].reason == f"asked 2 times for {OTHER}, which was refused as wrong"


def test_who_has_lost_its_key_when_it_tries_again_is_not_as_it_was() -> None:
    usual = [tracked(NUMBER)]
    failed, point = tracked(NUMBER, struck=True), point_of(usual, "internal_error", "once")
    keyless = replace(tracked(NUMBER), key=None, status=401)
    lost = slip(usual, [failed, keyless], point)
    assert lost is not None
    assert (lost.symptom, "without its key" in lost.reason) == ("state is not reset", True)
    assert slip([*usual, keyless], [failed, *usual, keyless], point) is None, "who always asks without one too"

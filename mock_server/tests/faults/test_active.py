"""Which rule strikes which call, counted."""

import gc
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.domain.webhooks.delivery import DeliveryPlan
from mock_server.faults.active import ActiveFaults
from mock_server.faults.matching import Subject
from mock_server.faults.rulebook import RuleBook
from mock_server.tests.faults.rulebook import NOON, OUTAGE, SPECIFICATION, batch, call, fails, faults, reply, rule

THREADS, CALLS = 16, 400
GONE = {"type": "error", "code": "not_found"}


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        ({}, "xxxxxxxx"),
        ({"times": 2}, "xx......"),
        ({"after": 3}, "...xxxxx"),
        ({"every": 3}, "..x..x.."),
        ({"after": 1, "times": 2}, ".xx....."),
        ({"after": 1, "every": 2}, "..x.x.x."),
        ({"after": 1, "every": 2, "times": 2}, "..x.x..."),
        ({"probability": 0}, "........"),
        ({"probability": 1}, "xxxxxxxx"),
    ],
)
def test_after_every_and_times_count_matching_calls(conditions: dict[str, Any], outcome: str) -> None:
    assert fails(faults(rule(OUTAGE, **conditions)), [call()] * 8) == outcome


def test_calls_that_do_not_match_are_not_counted() -> None:
    sandbox = faults(rule(OUTAGE, match={"carrier": "ups"}, after=1, times=1))
    assert fails(sandbox, [call(), call(carrier="fedex"), call(carrier="fedex"), call(), call()]) == "...x."


def test_a_rule_strikes_within_its_window_on_the_sandbox_s_clock_only() -> None:
    clock = ManualClock(NOON - 60)
    sandbox = faults(rule(OUTAGE, from_="2026-06-15T12:00:00Z", until="2026-06-15T12:05:00Z", after=1), clock=clock)
    outcome = ""
    for _ in range(8):
        outcome += fails(sandbox, [call()])
        clock.sleep(60)
    assert outcome == "..xxxx.."


def test_two_rules_of_two_errors_each_fail_four_calls() -> None:
    sandbox = faults(rule(OUTAGE, id="a", times=2), rule(GONE, id="b", times=2))
    found = [sandbox.refusal(call()) for _ in range(5)]
    assert [error and (error.code, error.injected) for error in found] == [
        ("carrier_unavailable", "a"),
        ("carrier_unavailable", "a"),
        ("not_found", "b"),
        ("not_found", "b"),
        None,
    ]


def test_a_rule_that_lets_a_call_pass_leaves_it_to_the_next() -> None:
    sandbox = faults(rule(OUTAGE, id="a", every=2), rule(GONE, id="b", every=2))
    found = [sandbox.refusal(call()) for _ in range(6)]
    assert [error and error.injected for error in found] == [None, "a", "b", "a", None, "a"]


@pytest.mark.parametrize(
    ("conditions", "seen", "applied"),
    [
        ({}, THREADS * CALLS, THREADS * CALLS),
        ({"times": 1000}, 1000, 1000),
        ({"after": 77, "times": 1000}, 1077, 1000),
        ({"every": 7, "times": 100}, 700, 100),
        ({"every": 3}, THREADS * CALLS, THREADS * CALLS // 3),
    ],
)
def test_counts_are_exact_under_sixteen_threads(conditions: dict[str, Any], seen: int, applied: int) -> None:
    limited = rule(OUTAGE, **conditions)
    sandbox = faults(limited)
    with ThreadPoolExecutor(THREADS) as threads:
        found = list(threads.map(fails, repeat(sandbox, THREADS), [[call()] * CALLS] * THREADS))
    assert "".join(found).count("x") == applied
    count = sandbox.count(limited)
    assert (count.seen, count.applied) == (seen, applied)


def test_replies_are_spoilt_exactly_as_often_under_sixteen_threads() -> None:
    limited = rule({"type": "wrong_status", "status": 502}, times=500)
    sandbox = faults(limited)
    with ThreadPoolExecutor(THREADS) as threads:
        statuses = Counter(threads.map(lambda _: sandbox.spoil(call(), reply())[0].status, range(THREADS * 100)))
    assert statuses == {502: 500, 200: THREADS * 100 - 500}


def test_chance_repeats_with_the_seed_and_differs_with_seed_key_and_rule() -> None:
    def drawn(seed: int = 0, key: str = "k", **conditions: Any) -> str:
        return fails(faults(rule(OUTAGE, probability=0.5, **conditions), seed=seed, key=key), [call()] * 64)

    assert drawn() == drawn()
    assert len({drawn(), drawn(seed=1), drawn(key="other"), drawn(id="other")}) == 4


def test_chance_does_not_depend_on_the_calls_in_between() -> None:
    chancy = rule(OUTAGE, probability=0.5, match={"carrier": "ups"})
    plain = fails(faults(chancy), [call()] * 32)
    mixed = fails(faults(chancy), [call(carrier=carrier) for carrier in ("ups", "fedex") * 32])
    assert mixed[::2] == plain
    assert mixed[1::2] == "." * 32


def test_five_in_a_hundred_fail_where_that_was_asked_for() -> None:
    found = fails(faults(rule(OUTAGE, probability=0.05)), [call()] * 4000)
    assert 160 <= found.count("x") <= 240


def test_of_a_batch_a_rule_about_parcels_refuses_just_those() -> None:
    sandbox = faults(rule(OUTAGE, match={"carrier": "ups"}))
    subject = batch("fedex", "ups", "dhl", "ups")
    assert sandbox.refusal(subject) is None
    assert {place: error.code for place, error in sandbox.refusals(subject).items()} == {
        1: "carrier_unavailable",
        3: "carrier_unavailable",
    }


def test_each_parcel_of_a_batch_is_a_lookup_that_counts() -> None:
    sandbox = faults(rule(OUTAGE, match={"carrier": "ups"}, after=1, times=2))
    assert sorted(sandbox.refusals(batch("ups", "ups", "fedex", "ups", "ups"))) == [1, 3]
    assert sandbox.refusals(batch("ups")) == {}


def test_of_a_batch_a_rule_about_anything_else_refuses_all() -> None:
    sandbox = faults(rule(OUTAGE, match={"operation": "trackBatch"}))
    error = sandbox.refusal(batch("ups", "fedex"))
    assert error is not None
    assert error.code == "carrier_unavailable"


def test_a_reply_meets_every_lie_that_concerns_it_in_order() -> None:
    sandbox = faults(
        rule({"type": "latency", "milliseconds": 100}, id="slow"),
        rule({"type": "missing_field", "pointer": "/status"}, id="gap"),
        rule({"type": "drop_header", "name": "Retry-After"}, id="idle"),
        rule({"type": "wrong_status", "status": 500}, id="other", match={"carrier": "fedex"}),
    )
    spoilt, struck = sandbox.spoil(call(), reply())
    assert [each.id for each in struck] == ["slow", "gap"]
    assert (spoilt.pause, "status" in spoilt.value(), spoilt.status) == (0.1, False, 200)


def test_a_lie_waits_for_a_reply_that_it_can_change() -> None:
    limited = rule({"type": "missing_field", "pointer": "/status"}, times=1)
    sandbox = faults(limited)
    bodies = [{"count": 0}, {"status": "pending"}, {"status": "pending"}]
    assert [sandbox.spoil(call(), reply(body=body))[0].value() for body in bodies] == [
        {"count": 0},
        {},
        {"status": "pending"},
    ]
    assert (sandbox.count(limited).seen, sandbox.count(limited).applied) == (1, 1)


def test_a_lie_can_be_about_answers_of_one_status() -> None:
    sandbox = faults(rule({"type": "missing_field", "pointer": "/status"}, match={"status": 404}))
    assert "status" in sandbox.spoil(call(), reply(200))[0].value()
    assert "status" not in sandbox.spoil(call(), reply(404))[0].value()


def test_a_drawn_latency_repeats_with_the_seed() -> None:
    def pauses(seed: int) -> list[float]:
        distribution = {"type": "uniform", "lower": 0, "upper": 1000}
        sandbox = faults(rule({"type": "latency", "distribution": distribution}), seed=seed)
        return [sandbox.spoil(call(), reply())[0].pause for _ in range(10)]

    assert pauses(3) == pauses(3)
    assert len({*pauses(3), *pauses(4)}) == 20


def test_a_delivery_is_spoilt_by_rules_for_deliveries_only() -> None:
    sandbox = faults(
        rule(OUTAGE, id="calls"),
        rule({"type": "latency", "milliseconds": 1}, id="replies"),
        rule({"type": "duplicate"}, id="twice", match={"carrier": "ups"}),
        rule({"type": "bad_signature"}, id="forged"),
        rule({"type": "missing_signature"}, id="unsigned"),
        rule({"type": "delay", "seconds": 60}, id="late"),
    )
    event = Subject.about("deliverTrackingEvent", "1Z999AA10123456784", "ups")
    assert sandbox.for_delivery(event) == DeliveryPlan(
        signature="bad",  # type: ignore[arg-type]  # a StrEnum equals its text
        copies=2,
        delay=60,
        faults=("twice", "forged", "late"),
    )
    assert sandbox.for_delivery(Subject.about("deliverTrackingEvent", "999999999999", "fedex")).copies == 1


def test_an_event_is_told_otherwise_where_a_rule_for_bodies_names_its_operation() -> None:
    gone = rule({"type": "missing_field", "pointer": "/type"}, match={"operation": "deliverTrackingEvent"})
    lost = rule({"type": "missing_field", "pointer": "/data"}, id="lost", match={"operation": "deliverTrackingEvent"})
    sandbox = faults(
        gone, lost, rule({"type": "wrong_value", "pointer": "/id", "value": 7}, id="answers", match={"carrier": "ups"})
    )
    about = Subject.about("deliverTrackingEvent", "1Z999AA10123456784", "ups")
    event = {"id": "evt_1", "type": "tracking.delivered"}
    plan = sandbox.for_delivery(about, event)
    assert (plan.event, plan.faults) == ({"id": "evt_1"}, (gone.id,))
    assert event == {"id": "evt_1", "type": "tracking.delivered"}
    assert sandbox.count(lost).applied == 0, "there was nothing to leave out"


def test_nothing_more_goes_wrong_with_what_is_never_delivered() -> None:
    late = rule({"type": "delay", "seconds": 60}, id="late")
    sandbox = faults(rule({"type": "drop"}, id="lost", times=1), late)
    event = Subject.about("deliverTrackingEvent", "1Z999AA10123456784", "ups")
    assert sandbox.for_delivery(event) == DeliveryPlan(dropped=True, faults=("lost",))
    assert sandbox.count(late).seen == 0
    assert sandbox.for_delivery(event) == DeliveryPlan(delay=60, faults=("late",))


def test_rules_for_all_are_counted_in_each_sandbox_for_itself() -> None:
    shared = rule(OUTAGE, times=2)
    books = RuleBook([shared])
    first, second = (
        ActiveFaults(ManualClock(NOON), SPECIFICATION.headers, (RuleBook(), books), 0, key) for key in ("a", "b")
    )
    assert fails(first, [call()] * 3) == fails(second, [call()] * 3) == "xx."


def test_own_rules_are_asked_before_those_for_all() -> None:
    books = (RuleBook([rule(GONE, id="own")]), RuleBook([rule(OUTAGE, id="for-all")]))
    error = ActiveFaults(ManualClock(NOON), SPECIFICATION.headers, books, 0, "k").refusal(call())
    assert error is not None
    assert error.injected == "own"


def test_a_rule_that_comes_back_begins_to_count_anew() -> None:
    book = RuleBook([rule(OUTAGE, times=1)])
    sandbox = ActiveFaults(ManualClock(NOON), SPECIFICATION.headers, (book,), 0, "k")
    assert fails(sandbox, [call()] * 2) == "x."
    book.remove()
    assert fails(sandbox, [call()]) == "."
    book.add(rule(OUTAGE, times=1))
    assert fails(sandbox, [call()] * 2) == "x."


def test_a_sandbox_knows_whether_any_rule_could_strike() -> None:
    book = RuleBook()
    sandbox = ActiveFaults(ManualClock(NOON), SPECIFICATION.headers, (RuleBook(), book), 0, "k")
    told: list[tuple[bool, bool]] = []
    for fault in ({"type": "drop"}, {"type": "latency", "milliseconds": 1}, OUTAGE):
        book.add(rule(fault, id=str(len(told))))
        told.append((sandbox.refuses, sandbox.spoils))
    assert told == [(False, False), (False, True), (True, True)]
    book.remove()
    assert (sandbox.refuses, sandbox.spoils) == (False, False)


def test_a_book_forgets_the_sandboxes_that_are_gone() -> None:
    book = RuleBook()
    for key in "abc":
        ActiveFaults(ManualClock(NOON), SPECIFICATION.headers, (RuleBook(), book), 0, key)
    kept = ActiveFaults(ManualClock(NOON), SPECIFICATION.headers, (RuleBook(), book), 0, "d")
    gc.collect()
    assert list(book.listeners) == [kept]


def test_a_count_can_be_taken_up_elsewhere() -> None:
    limited = rule(OUTAGE, times=3)
    first, second = faults(limited), faults(rule(OUTAGE, times=3))
    fails(first, [call()] * 2)
    second.recount([(limited.id, first.count(limited))])
    assert fails(second, [call()] * 3) == "x.."


@pytest.mark.parametrize(
    "fault",
    [
        {"type": "MALFORMED_RESPONSE_CHUNK"},
        {"type": "truncate_body", "bytes": 1},
        {"type": "dribble", "numberOfChunks": 2, "totalDuration": 1},
    ],
)
def test_how_a_body_is_sent_goes_wrong_only_where_one_is_sent(fault: dict[str, Any]) -> None:
    sandbox, whole = faults(rule(fault)), reply()
    assert sandbox.spoil(Subject(None, "HEAD", {}, tuple), whole) == (whole, [])
    spoilt, struck = sandbox.spoil(call(), whole)
    assert spoilt.wire is not None
    assert len(struck) == 1

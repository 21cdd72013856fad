"""Reading rules, and saying what is wrong with them."""

from math import inf
from typing import Any

import pytest

from mock_server.contract.forms import FormError
from mock_server.faults.catalogue.failures import Error
from mock_server.faults.rules import Rule
from mock_server.tests.faults.rulebook import NOON, OUTAGE, VOCABULARY, rule


def test_a_rule_of_a_fault_alone_strikes_every_call_for_ever() -> None:
    plain = rule(OUTAGE)
    assert (plain.after, plain.times, plain.every, plain.probability) == (0, inf, 1, 1)
    assert plain.holds(0)
    assert plain.fault == Error("carrier_unavailable")


def test_a_window_is_open_from_its_first_instant_until_before_its_last() -> None:
    window = rule(OUTAGE, from_="2026-06-15T12:00:00Z", until="2026-06-15T14:05:00+02:00")
    assert [window.holds(NOON + seconds) for seconds in (-0.001, 0, 299.999, 300)] == [False, True, True, False]


def test_a_rule_is_shown_as_it_was_given_with_its_id() -> None:
    document = {"fault": OUTAGE, "match": {"carrier": "ups"}, "times": 2}
    assert Rule.from_document(document, "fault-1", VOCABULARY).to_json() == {**document, "id": "fault-1"}
    assert Rule.from_document({**document, "id": "mine"}, "fault-1", VOCABULARY).id == "mine"


@pytest.mark.parametrize(
    ("document", "pointer", "told"),
    [
        ([], "", "[] is not an object"),
        ({}, "", "fault is missing"),
        ({"fault": {}}, "/fault", "fault: type is missing"),
        ({"fault": {"type": "eror"}}, "/fault/type", "did you mean error?"),
        ({"fault": {"type": "error"}}, "/fault", "fault: code is missing"),
        (
            {"fault": {"type": "error", "code": "carier_unavailable"}},
            "/fault/code",
            "did you mean carrier_unavailable?",
        ),
        ({"fault": {"type": "error", "code": "teapot"}}, "/fault/code", "there are invalid_tracking_number, "),
        (
            {"fault": {"type": "error", "code": "not_found", "retries": 1}},
            "/fault/retries",
            "retries is not known here",
        ),
        ({"fault": {"type": "latency"}}, "/fault", "fault: milliseconds is missing"),
        ({"fault": {"type": "latency", "milliseconds": "2s"}}, "/fault/milliseconds", '"2s" is not a number'),
        ({"fault": {"type": "latency", "milliseconds": 300_001}}, "/fault/milliseconds", "300001 is more than 300000"),
        (
            {"fault": {"type": "latency", "distribution": {"type": "lognormal", "median": 1}}},
            "/fault/distribution",
            "sigma is missing",
        ),
        (
            {"fault": {"type": "latency", "distribution": {"type": "uniform", "lower": 500, "upper": 1}}},
            "/fault/distribution/upper",
            "1 is less than lower, 500",
        ),
        ({"fault": {"type": "reorder", "by": 2}}, "/fault/by", "by is not known here"),
        ({"fault": {"type": "missing_field", "pointer": "status"}}, "/fault/pointer", '"status" does not match'),
        ({"fault": {"type": "wrong_content_type", "value": "a\r\nb: c"}}, "/fault/value", "does not match"),
        ({"fault": OUTAGE, "id": "two words"}, "/id", '"two words" does not match'),
        ({"fault": OUTAGE, "id": "x\r\nSet-Cookie: y"}, "/id", "does not match"),
        ({"fault": OUTAGE, "probability": 5}, "/probability", "5 is more than 1"),
        ({"fault": OUTAGE, "times": 0}, "/times", "0 is less than 1"),
        ({"fault": OUTAGE, "every": 2.5}, "/every", "2.5 is not an integer"),
        ({"fault": OUTAGE, "probabilty": 1}, "/probabilty", "did you mean probability?"),
        ({"fault": OUTAGE, "from": "noon"}, "/from", '"noon" is not a valid date-time'),
        (
            {"fault": OUTAGE, "from": "2026-06-15T12:00:00Z", "until": "2026-06-15T13:00:00+01:00"},
            "/until",
            "is not after from",
        ),
        ({"fault": OUTAGE, "match": {"status": 503}}, "/match/status", "comes before there is one; leave it out"),
        ({"fault": {"type": "drop"}, "match": {"status": 200}}, "/match/status", "comes before there is one"),
        ({"fault": OUTAGE, "match": {"operation": "trackShip"}}, "/match/operation", "did you mean trackShipment?"),
        ({"fault": OUTAGE, "match": {"operation": "list?"}}, "/match/operation", '"list?" is no operation'),
        ({"fault": OUTAGE, "match": {"carrier": "upss"}}, "/match/carrier", "did you mean ups?"),
        (
            {"fault": OUTAGE, "match": {"carrier": "UPS"}},
            "/match/carrier",
            '"UPS" is no carrier code; did you mean ups?',
        ),
        ({"fault": OUTAGE, "match": {"method": "get"}}, "/match/method", '"get" is not one of "GET"'),
        ({"fault": OUTAGE, "match": {"header": {"a b": "c"}}}, "/match/header", "does not match"),
        ({"fault": OUTAGE, "match": {"header": {"a": 3}}}, "/match/header/a", "3 is not a string or a boolean"),
    ],
)
def test_a_wrong_rule_names_the_place_the_value_and_the_fix(document: Any, pointer: str, told: str) -> None:
    with pytest.raises(FormError) as caught:
        Rule.from_document(document, "rule", VOCABULARY)
    assert caught.value.flaw.pointer == pointer
    assert told in caught.value.flaw.detail


@pytest.mark.parametrize("operation", ["trackShipment", "track*", "deliverTrackingEvent", "*"])
def test_an_operation_may_be_any_of_the_contract_s_deliveries_included(operation: str) -> None:
    assert rule(OUTAGE, match={"operation": operation}).match.operation is not None


def test_values_nested_beyond_reason_are_refused() -> None:
    value: Any = 1
    for _ in range(200):
        value = [value]
    with pytest.raises(FormError, match="nested"):
        rule({"type": "wrong_value", "pointer": "/status", "value": value})

"""What each fault does, and that the published form describes exactly these."""

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields
from random import Random
from statistics import median
from typing import Any

import pytest

from contract_tests.contract.loading import SCHEMAS
from mock_server.contract.messages import Reply
from mock_server.domain.webhooks.delivery import DeliveryPlan
from mock_server.faults.catalogue.failures import DISTRIBUTIONS
from mock_server.faults.fault import (
    CallFault,
    DeliveryFault,
    MessageFault,
    Occasion,
    ReplyFault,
    spelling,
)
from mock_server.faults.kinds import TYPES, build
from mock_server.server import playing as wire
from mock_server.tests.faults.rulebook import BODY, SPECIFICATION, reply

FORM = json.loads((SCHEMAS / "fault.schema.json").read_text("utf-8"))
OCCASION = Occasion(Random(1), SPECIFICATION.headers)


def spoilt(fault: Any, before: Reply) -> Reply:
    built = build(fault)
    assert isinstance(built, ReplyFault)
    return built.after(before, OCCASION)


def branches() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each type that the form tells apart, with the definition that its parameters are checked by."""
    for branch in FORM["$defs"]["fault"]["allOf"]:
        told = branch["if"]["properties"]["type"]
        for name in told.get("enum", [told.get("const")]):
            yield name, FORM["$defs"][branch["then"]["$ref"].rpartition("/")[2]]


def test_the_form_lists_exactly_the_faults_there_are_in_their_order() -> None:
    listed = [entry["const"] for entry in FORM["$defs"]["fault"]["properties"]["type"]["oneOf"]]
    assert listed == list(TYPES)
    assert sorted(name for name, _ in branches()) == sorted(TYPES)


@pytest.mark.parametrize(("name", "definition"), list(branches()))
def test_the_form_and_the_class_have_the_same_parameters(name: str, definition: dict[str, Any]) -> None:
    parameters = fields(TYPES[name])
    assert definition["properties"].keys() - {"type"} == {spelling(each) for each in parameters}
    required = {spelling(each) for each in parameters if each.default is MISSING}
    assert set(definition.get("required", ())) == required
    assert definition["additionalProperties"] is False


def test_the_form_and_the_code_know_the_same_distributions() -> None:
    known = [entry["const"] for entry in FORM["$defs"]["distribution"]["properties"]["type"]["oneOf"]]
    assert known == list(DISTRIBUTIONS)


def test_the_form_completes_the_codes_of_the_contract() -> None:
    code, _ = FORM["$defs"]["error"]["properties"]["code"]["anyOf"]
    assert code == {"$ref": "error.schema.json#/$defs/code"}


def test_every_fault_spoils_one_kind_of_thing() -> None:
    for kind in TYPES.values():
        assert sum(issubclass(kind, each) for each in (CallFault, ReplyFault, DeliveryFault)) == 1


def test_an_error_is_the_contract_s_and_says_which_rule_forced_it() -> None:
    error = build({"type": "error", "code": "carrier_unavailable", "retry_after_seconds": 30})
    assert isinstance(error, CallFault)
    refusal = error.refusal("ups-down")
    assert (refusal.code, refusal.injected, refusal.retry_after) == ("carrier_unavailable", "ups-down", 30)


@pytest.mark.parametrize(
    ("fault", "shortest", "longest"),
    [
        ({"milliseconds": 250}, 0.25, 0.25),
        ({"distribution": {"type": "fixed", "milliseconds": 80}}, 0.08, 0.08),
        ({"distribution": {"type": "uniform", "lower": 15, "upper": 25}}, 0.015, 0.025),
        ({"milliseconds": 100, "distribution": {"type": "uniform", "lower": 0, "upper": 10}}, 0.1, 0.11),
        ({"distribution": {"type": "lognormal", "median": 80, "sigma": 3, "maxValue": 90}}, 0, 0.09),
        ({"distribution": {"type": "lognormal", "median": 80000, "sigma": 10}}, 0, 300),
    ],
)
def test_a_latency_stays_within_its_bounds(fault: dict[str, Any], shortest: float, longest: float) -> None:
    pauses = [spoilt({"type": "latency", **fault}, reply()).pause for _ in range(200)]
    assert shortest <= min(pauses) <= max(pauses) <= longest


def test_a_lognormal_latency_has_its_median_in_the_middle() -> None:
    fault = {"type": "latency", "distribution": {"type": "lognormal", "median": 80, "sigma": 0.4}}
    pauses = [spoilt(fault, reply()).pause for _ in range(2000)]
    assert 0.075 < median(pauses) < 0.085
    assert max(pauses) > 0.2


def test_latencies_add_up() -> None:
    once = spoilt({"type": "latency", "milliseconds": 100}, reply())
    assert spoilt({"type": "latency", "milliseconds": 200}, once).pause == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("fault", "happens"),
    [
        ({"type": "dribble", "numberOfChunks": 5, "totalDuration": 1000}, wire.InPieces(5, 1.0)),
        ({"type": "dribble", "numberOfChunks": 10_000, "totalDuration": 0}, wire.InPieces(len(reply().content), 0)),
        ({"type": "CONNECTION_RESET_BY_PEER"}, wire.Reset()),
        ({"type": "EMPTY_RESPONSE"}, wire.Nothing()),
        ({"type": "truncate_body", "bytes": 4}, wire.Cut(4)),
    ],
)
def test_a_fault_of_the_connection_says_what_happens_on_the_wire(fault: dict[str, Any], happens: object) -> None:
    assert spoilt(fault, reply()).wire == happens


@pytest.mark.parametrize("name", ["MALFORMED_RESPONSE_CHUNK", "RANDOM_DATA_THEN_CLOSE"])
def test_garbage_can_not_be_taken_for_a_response_or_a_chunk(name: str) -> None:
    for _ in range(50):
        happens = spoilt({"type": name}, reply()).wire
        assert isinstance(happens, wire.BrokenChunk | wire.Noise)
        assert happens.garbage[0] >= 0x80
        assert len(happens.garbage) > 40


def test_only_one_thing_happens_on_the_wire() -> None:
    cut = spoilt({"type": "truncate_body", "bytes": 4}, reply())
    assert spoilt({"type": "CONNECTION_RESET_BY_PEER"}, cut) is cut


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        ({"type": "missing_field", "pointer": "/status"}, {"events": BODY["events"]}),
        ({"type": "missing_field", "pointer": "/events/0"}, {**BODY, "events": [{"type": "transit"}]}),
        (
            {"type": "missing_field", "pointer": "/events/1/type"},
            {**BODY, "events": [{"type": "delivered"}, {}]},
        ),
        ({"type": "wrong_value", "pointer": "/status", "value": None}, {**BODY, "status": None}),
        ({"type": "wrong_value", "pointer": "/events", "value": {"a": 1}}, {**BODY, "events": {"a": 1}}),
        (
            {"type": "wrong_value", "pointer": "/events/0/type", "value": "lost"},
            {**BODY, "events": [{"type": "lost"}, {"type": "transit"}]},
        ),
    ],
)
def test_a_lie_about_the_body_changes_one_place(fault: dict[str, Any], body: Any) -> None:
    assert spoilt(fault, reply()).value() == body


def test_a_pointer_may_need_escaping() -> None:
    body = {"a/b": {"c~d": 1}}
    assert spoilt({"type": "missing_field", "pointer": "/a~1b/c~0d"}, reply(body=body)).value() == {"a/b": {}}


def test_json_without_its_end_is_no_json() -> None:
    broken = spoilt({"type": "malformed_json"}, reply())
    assert broken.content == reply().content[:-1]
    with pytest.raises(ValueError, match="delimiter"):
        broken.value()


def test_a_header_is_dropped_in_whatever_case_it_is_named() -> None:
    assert set(spoilt({"type": "drop_header", "name": "x-ratelimit-RESET"}, reply()).headers) == {
        "Content-Type",
        "X-RateLimit-Remaining",
    }


def test_status_and_media_type_can_be_wrong() -> None:
    assert spoilt({"type": "wrong_status", "status": 502}, reply()).status == 502
    assert spoilt({"type": "wrong_content_type", "value": "text/html"}, reply()).headers["Content-Type"] == "text/html"


def test_a_star_in_a_pointer_is_every_item_of_a_list_and_a_name_like_any_other_in_an_object() -> None:
    types = spoilt({"type": "wrong_value", "pointer": "/events/*/type", "value": 7}, reply()).value()["events"]
    assert [each["type"] for each in types] == [7, 7]
    assert spoilt({"type": "missing_field", "pointer": "/events/*"}, reply()).value()["events"] == []
    assert spoilt({"type": "missing_field", "pointer": "/*"}, reply(body={"*": 1, "a": 2})).value() == {"a": 2}


def test_a_renamed_field_keeps_its_value_and_never_takes_another_s_place() -> None:
    renamed = spoilt({"type": "renamed_field", "pointer": "/events/*/type", "name": "kind"}, reply()).value()
    assert [sorted(each) for each in renamed["events"]] == [
        sorted({"kind" if name == "type" else name for name in each}) for each in BODY["events"]
    ]
    taken = reply()
    assert spoilt({"type": "renamed_field", "pointer": "/status", "name": "events"}, taken) is taken


def test_a_reversed_list_has_the_same_items() -> None:
    assert spoilt({"type": "reversed_list", "pointer": "/events"}, reply()).value()["events"] == BODY["events"][::-1]
    unharmed = reply(body={"events": [1, 2, 1]})
    assert spoilt({"type": "reversed_list", "pointer": "/events"}, unharmed) is unharmed
    assert spoilt({"type": "reversed_list", "pointer": "/status"}, unharmed) is unharmed


def test_a_miscounted_quota_can_be_any_of_its_numbers() -> None:
    before, later = reply(), {"type": "miscount_quota", "by": 60, "of": "reset"}
    assert spoilt(later, before).headers["X-RateLimit-Reset"] == "1781524920"
    assert spoilt({"type": "miscount_quota", "by": 1, "of": "retry_after"}, before) is before


@pytest.mark.parametrize(("by", "told"), [(1, "8"), (-10, "-3")])
def test_a_miscounted_quota_is_off_by_so_much(by: int, told: str) -> None:
    assert spoilt({"type": "miscount_quota", "by": by}, reply()).headers["X-RateLimit-Remaining"] == told


@pytest.mark.parametrize(
    ("fault", "honest"),
    [
        ({"type": "missing_field", "pointer": "/nowhere"}, reply()),
        ({"type": "missing_field", "pointer": "/events/2"}, reply()),
        ({"type": "missing_field", "pointer": "/events/01"}, reply()),
        ({"type": "missing_field", "pointer": "/status/deep"}, reply()),
        ({"type": "missing_field", "pointer": "/status"}, Reply(200, b"{")),
        ({"type": "missing_field", "pointer": "/status"}, Reply(204)),
        ({"type": "wrong_value", "pointer": "/status", "value": "delivered"}, reply()),
        ({"type": "wrong_value", "pointer": "/nowhere", "value": 1}, reply()),
        ({"type": "drop_header", "name": "Retry-After"}, reply()),
        ({"type": "wrong_status", "status": 200}, reply()),
        ({"type": "wrong_content_type", "value": "application/json"}, reply()),
        ({"type": "wrong_content_type", "value": "text/html"}, Reply(204)),
        ({"type": "miscount_quota", "by": 1}, Reply(200, b"{}")),
        ({"type": "miscount_quota", "by": 0}, reply()),
        ({"type": "malformed_json"}, Reply(200, b"hello")),
        ({"type": "malformed_json"}, Reply(204)),
        ({"type": "truncate_body", "bytes": 1000}, reply()),
        ({"type": "dribble", "numberOfChunks": 5, "totalDuration": 1000}, Reply(204)),
        ({"type": "MALFORMED_RESPONSE_CHUNK"}, Reply(204)),
    ],
)
def test_a_reply_with_nothing_to_spoil_is_the_very_same(fault: dict[str, Any], honest: Reply) -> None:
    assert spoilt(fault, honest) is honest


@pytest.mark.parametrize(
    ("fault", "delivery"),
    [
        ({"type": "bad_signature"}, {"signature": "bad"}),
        ({"type": "missing_signature"}, {"signature": "missing"}),
        ({"type": "foreign_signature"}, {"signature": "foreign"}),
        ({"type": "duplicate"}, {"copies": 2}),
        ({"type": "duplicate", "copies": 5}, {"copies": 5}),
        ({"type": "duplicate", "renamed": True}, {"copies": 2, "renamed": True}),
        ({"type": "wrong_content_type", "value": "text/html"}, {"media_type": "text/html"}),
        ({"type": "reorder"}, {"overtaken": True}),
        ({"type": "delay", "seconds": 300}, {"delay": 300}),
        ({"type": "drop"}, {"dropped": True}),
    ],
)
def test_a_delivery_is_spoilt_in_one_way(fault: dict[str, Any], delivery: dict[str, Any]) -> None:
    built = build(fault)
    assert isinstance(built, DeliveryFault | MessageFault)
    spoilt = built.deliver(DeliveryPlan())
    assert spoilt == DeliveryPlan(**delivery)
    if fault["type"] not in {"delay", "drop"}:
        assert built.deliver(spoilt) is spoilt, "it is spoilt already"

"""Events: their types and filters come from the contract, and their bytes break whoever writes them again."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from contract_tests.contract.loading import load
from contract_tests.contract.validation import validator
from mock_server.domain.webhooks.events import EventCatalogue, WebhookEvent, encode, event_id
from mock_server.domain.webhooks.terms import delivery_operation

DOCUMENT = load()


def catalogue_of(document: Mapping[str, Any]) -> EventCatalogue:
    return EventCatalogue(delivery_operation(document), document)


CATALOGUE = catalogue_of(DOCUMENT)
FACTS = CATALOGUE.facts(CATALOGUE.examples["delivered"])
EVENT = WebhookEvent("evt_1", "tracking.delivered", 1781697845.9, "wh_1", FACTS["data"])


def test_an_event_keeps_the_contract() -> None:
    validator({"$ref": "#/components/schemas/WebhookEvent"}, DOCUMENT).validate(CATALOGUE.value(EVENT))


def test_an_event_is_listed_in_the_contract_s_order() -> None:
    assert list(CATALOGUE.value(EVENT))[:5] == ["id", "type", "created_at", "webhook_id", "data"]
    assert CATALOGUE.value(EVENT)["created_at"] == "2026-06-17T12:04:05Z"


def test_its_data_is_the_tracking_body_unchanged() -> None:
    assert CATALOGUE.value(EVENT)["data"] == CATALOGUE.examples["delivered"]["data"]


@pytest.mark.parametrize(
    ("status", "event_type"),
    [
        ("pending", "tracking.updated"),
        ("in_transit", "tracking.updated"),
        ("expired", "tracking.updated"),
        ("delivered", "tracking.delivered"),
        ("exception", "tracking.exception"),
        ("failed_attempt", "tracking.exception"),
        ("returned", "tracking.exception"),
    ],
)
def test_the_status_gives_the_type(status: str, event_type: str) -> None:
    assert CATALOGUE.type_of(status) == event_type


@pytest.mark.parametrize(
    ("filters", "through"),
    [
        (["all"], {"in_transit", "delivered", "exception", "failed_attempt", "returned"}),
        (["delivered"], {"delivered"}),
        (["exception"], {"exception", "failed_attempt", "returned"}),
        (["delivered", "exception"], {"delivered", "exception", "failed_attempt", "returned"}),
        ([], set()),
    ],
)
def test_a_filter_lets_its_statuses_through(filters: list[str], through: set[str]) -> None:
    statuses = {"in_transit", "delivered", "exception", "failed_attempt", "returned"}
    assert {status for status in statuses if CATALOGUE.lets_through(filters, status)} == through


def test_an_unknown_filter_lets_nothing_through_and_stops_no_other() -> None:
    assert not CATALOGUE.lets_through(["lost"], "delivered")
    assert CATALOGUE.lets_through(["lost", "delivered"], "delivered")


def test_a_type_and_a_status_more_are_one_line_in_the_contract() -> None:
    document = deepcopy(DOCUMENT)
    types = document["components"]["schemas"]["Webhook"]["$defs"]["event"]["properties"]["type"]["oneOf"]
    types.append({"const": "tracking.expired", "x-statuses": ["expired"]})
    assert catalogue_of(document).type_of("expired") == "tracking.expired"


def test_a_renamed_type_keeps_its_meaning() -> None:
    document = deepcopy(DOCUMENT)
    types = document["components"]["schemas"]["Webhook"]["$defs"]["event"]["properties"]["type"]["oneOf"]
    delivered = next(entry for entry in types if entry["const"] == "tracking.delivered")
    delivered.update({"const": "shipment.arrived", "x-value": "tracking.delivered"})
    catalogue = catalogue_of(document)
    assert catalogue.type_of("delivered") == "tracking.delivered"
    assert catalogue.value(EVENT)["type"] == "shipment.arrived"


@pytest.mark.parametrize("spaces", [None, (",", ":"), (", ", ": "), (",", ": ")])
@pytest.mark.parametrize("escaped", [True, False])
def test_nobody_writes_the_same_bytes_again(spaces: tuple[str, str] | None, escaped: bool) -> None:
    body = CATALOGUE.body(EVENT)
    assert json.dumps(json.loads(body), separators=spaces, ensure_ascii=escaped).encode() != body


def test_text_beyond_ascii_travels_as_utf_8() -> None:
    assert encode({"city": "Zürich 東京"}) == '{ "city": "Zürich 東京" }'.encode()


def test_a_float_that_the_contract_promises_keeps_its_point() -> None:
    document = deepcopy(DOCUMENT)
    event = document["components"]["schemas"]["Webhook"]["$defs"]["event"]
    event["properties"]["api_version"] = {"const": 2.0}
    assert b'"api_version": 2.0 }' in catalogue_of(document).body(EVENT)


def test_the_same_event_has_the_same_bytes() -> None:
    assert CATALOGUE.body(EVENT) == catalogue_of(DOCUMENT).body(EVENT)


def test_ids_follow_from_the_seed_and_tell_events_apart() -> None:
    assert event_id(0, "wh_1", 1) == event_id(0, "wh_1", 1)
    assert len({event_id(0, "wh_1", 1), event_id(1, "wh_1", 1), event_id(0, "wh_1", 2), event_id(0, "wh_2", 1)}) == 4

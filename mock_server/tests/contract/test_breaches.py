import json
from typing import Any

import pytest

from mock_server.contract.breaches import Breaches
from mock_server.contract.specification import Specification

SPECIFICATION = Specification.load()
BREACHES = Breaches(SPECIFICATION)
WEBHOOK = {"tracking_number": "1Z999AA10123456784", "url": "https://example.com/"}


def clause(operation: str | None, status: int, code: str, parameters: dict[str, str], body: bytes = b"") -> str | None:
    found = BREACHES.clause(SPECIFICATION.operations.get(operation or ""), status, code, parameters, body)
    return found.id if found else None


@pytest.mark.parametrize(
    ("operation", "body", "broken"),
    [
        ("trackBatch", {}, "batch.request"),
        ("trackBatch", {"shipments": []}, "batch.request.nonempty"),
        ("trackBatch", {"shipments": [{"tracking_number": 5}]}, "batch.size"),
        ("trackBatch", {"shipments": [WEBHOOK] * 51}, "batch.size"),
        ("createWebhook", {"url": "https://example.com/"}, "webhook.request.required"),
        ("createWebhook", {**WEBHOOK, "url": "ftp://example.com/"}, "webhook.request.url"),
        ("createWebhook", {**WEBHOOK, "events": ["lost"]}, "webhook.request.events"),
        ("createWebhook", {**WEBHOOK, "events": []}, "webhook.events.nonempty"),
        ("createWebhook", WEBHOOK, "errors.400.request"),
    ],
)
def test_a_body_breaks_the_clause_nearest_to_what_is_wrong(operation: str, body: Any, broken: str) -> None:
    assert clause(operation, 400, "invalid_request", {}, json.dumps(body).encode()) == broken


def test_a_body_that_cannot_be_read_breaks_the_clause_of_its_refusal() -> None:
    assert clause("trackBatch", 400, "invalid_request", {}, b'{"shipments": [') == "errors.400.request"


@pytest.mark.parametrize(
    ("parameters", "code", "broken"),
    [
        ({"trackingNumber": "!!"}, "invalid_tracking_number", "track.number.form"),
        ({"trackingNumber": "1Z999AA10123456784", "carrier": "fedex"}, "invalid_tracking_number", "errors.400.number"),
        ({"trackingNumber": "1Z999AA10123456784", "carrier": "fx"}, "invalid_request", "errors.400.request"),
    ],
)
def test_a_parameter_breaks_its_own_clause_or_that_of_its_refusal(
    parameters: dict[str, str], code: str, broken: str
) -> None:
    assert clause("trackShipment", 400, code, parameters) == broken


@pytest.mark.parametrize(("status", "broken"), [(401, "errors.401"), (405, "errors.405"), (415, "errors.415")])
def test_other_refusals_are_clauses_too_whether_an_operation_was_found_or_not(status: int, broken: str) -> None:
    assert clause("trackBatch", status, "invalid_request", {}) == broken
    assert clause(None, status, "invalid_request", {}) == broken


def test_a_request_without_a_key_breaks_the_clause_of_the_key() -> None:
    found = BREACHES.keyless()
    assert found is not None
    assert (found.id, found.source, found.title) == ("auth.header", "documented", "the key travels in X-API-Key")


@pytest.mark.parametrize("status", [200, 404, 429, 500, 503])
def test_what_is_no_fault_of_the_request_breaks_nothing(status: int) -> None:
    assert clause("trackShipment", status, "not_found", {"trackingNumber": "1Z999AA10123456784"}) is None


def test_parameters_are_read_from_the_target() -> None:
    operation = SPECIFICATION.operations["trackShipment"]
    target = "/v2/track/1z%20999?carrier=ups&lang="
    assert BREACHES.parameters(operation, target) == {"trackingNumber": "1z 999", "carrier": "ups", "lang": ""}

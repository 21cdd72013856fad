from copy import deepcopy
from typing import Any

import pytest

from contract_tests.contract.document import Contract


def example(contract: Contract) -> tuple[dict[str, Any], str]:
    answer = contract.operations["trackShipment"].success
    body = answer.node["content"]["application/json"]["examples"]["documented"]["value"]
    assert answer.schema_place is not None
    return deepcopy(body), answer.schema_place


def complained(contract: Contract, body: Any, place: str) -> set[tuple[str | None, str]]:
    return {(each.clause, each.place) for each in contract.schemas.complaints(body, place)}


def test_the_pages_own_example_has_no_complaint(contract: Contract) -> None:
    body, place = example(contract)
    assert complained(contract, body, place) == set()


@pytest.mark.parametrize(
    ("path", "value", "clause"),
    [
        (["last_updated"], 1781514000, "api.timestamps"),
        (["last_updated"], "2026-02-30T00:00:00Z", "api.timestamps"),
        (["events", 0, "timestamp"], "2026-06-15T05:42:00+02:00", "api.timestamps"),
        (["last_updated"], "2026-06-15T09:00:00Z\n", "api.timestamps"),
        (["status"], "In Transit", "track.status.enum"),
        (["status"], 7, "track.status"),
        (["success"], "true", "track.success"),
        (["carrier", "code"], "UPS", "carriers.code.form"),
        (["origin", "country"], "usa", "api.countries"),
        (["events"], {}, "track.events"),
        (["estimated_delivery"], "2026-06-17T12:00:00Z", "track.estimated_delivery.end-of-day"),
    ],
)
def test_a_complaint_is_made_at_the_nearest_clause(
    contract: Contract, path: list[Any], value: Any, clause: str
) -> None:
    body, place = example(contract)
    node = body
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    assert clause in {name for name, _ in complained(contract, body, place)}


@pytest.mark.parametrize(("name", "clause"), [("events", "track.required"), ("origin", "track.required.assumed")])
def test_a_missing_key_is_its_requirements_clause(contract: Contract, name: str, clause: str) -> None:
    body, place = example(contract)
    del body[name]
    assert complained(contract, body, place) == {(clause, "")}


def test_in_a_batch_the_page_shows_nothing_so_the_frame_is_blamed(contract: Contract) -> None:
    body, _ = example(contract)
    del body["events"]
    place = contract.operations["trackBatch"].success.schema_place
    batch = {"success": True, "count": 1, "results": [body]}
    assert complained(contract, batch, str(place)) == {("batch.body.results", "/results/0")}


def test_a_null_proves_nothing(contract: Contract) -> None:
    body, place = example(contract)
    whole = contract.schemas.exercised(body, place)
    body["estimated_delivery"] = body["origin"] = body["destination"] = None
    assert whole - contract.schemas.exercised(body, place) >= {
        "track.estimated_delivery",
        "track.place",
        "api.countries",
    }


def test_an_empty_list_proves_nothing_about_its_items(contract: Contract) -> None:
    body, place = example(contract)
    body["events"] = []
    assert "track.event" not in contract.schemas.exercised(body, place)
    assert "track.events" in contract.schemas.exercised(body, place)

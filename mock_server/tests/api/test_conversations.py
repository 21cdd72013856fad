"""The report on clients, under a contract that calls everything otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.web.app import create_app

KEY = {"X-API-Key": "tf_test_growth_a"}
DELIVERED = "1ZTFTEST0300000040"
TRACKING = "$.components.schemas.Tracking"
BATCH = "$.paths['/track/batch'].post.requestBody.content['application/json'].schema"
RENAMED = (
    {"target": f"{TRACKING}.properties", "update": {"state": {}}},
    {"target": f"{TRACKING}.properties.state", "copy": f"{TRACKING}.properties.status"},
    {"target": f"{TRACKING}.properties.state", "update": {"x-value": "status"}},
    {"target": f"{TRACKING}.properties.status", "remove": True},
    {"target": f"{TRACKING}..required[?@ == 'status']", "remove": True},
    {"target": "$.paths", "update": {"/parcels/{trackingNumber}/where": {}}},
    {"target": "$.paths['/parcels/{trackingNumber}/where']", "copy": "$.paths['/track/{trackingNumber}']"},
    {"target": "$.paths['/track/{trackingNumber}']", "remove": True},
)


@pytest.fixture
def client(tmp_path: Path, clock: ManualClock) -> Any:
    file = tmp_path / "ours.json"
    overlay = {"overlay": "1.1.0", "info": {"title": "t", "version": "1"}, "actions": RENAMED}
    file.write_text(json.dumps(overlay))
    return create_app(Settings(overlay=(file,)), clock).test_client()


def verdict(client: Any, question: str) -> str:
    (key,) = client.get("/__admin/report").json["keys"]
    return next(str(each["verdict"]) for each in key["findings"] if each["id"] == question)


def test_who_polls_what_was_delivered_is_seen_whatever_the_status_and_the_path_are_called(client: Any) -> None:
    target = f"/v2/parcels/{DELIVERED}/where"
    assert client.get(target, headers=KEY).json["state"] == "delivered"
    assert verdict(client, "terminal") == "good"
    client.get(target, headers=KEY)
    assert verdict(client, "terminal") == "bad"


def test_a_batch_shows_the_same_shipment(client: Any) -> None:
    client.post("/v2/track/batch", headers=KEY, json={"shipments": [{"tracking_number": DELIVERED}]})
    client.get(f"/v2/parcels/{DELIVERED}/where", headers=KEY)
    assert verdict(client, "terminal") == "bad"
    assert verdict(client, "batches") == "good"

"""What is pasted along with a number means the same at every door: nothing, or that it is none."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import Client

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.web.app import create_app

NUMBER = "1Z999AA10123456784"
KEY = "tf_test_enterprise_pasted"
HEADERS = {"X-API-Key": KEY}
NOTHING = ["\n", "\r\n", "\t", " ", "\x0b", "\x1c", "\x85", "\xa0", "\xad", "\u1680", "\u2009", "\u200b", "\u200d"]
NOTHING += ["\u2028", "\u202f", "\u202a", "\u205f", "\u2060", "\u2062", "\u2066", "\u2069", "\u3000", "\ufeff"]
NOTHING += ["-", "\u2011", "\u2212", "\u061c", "\u2043", "\ufe58", "\ufe63", "\uff0d"]
SOMETHING = ["\x00", "\u0301", "\u2065", "_", "é", "٣", "\U0001f4e6"]


@pytest.fixture(scope="module")
def client() -> Client:
    return create_app(Settings(), ManualClock(1_780_000_000.0)).test_client()


def doors(client: Client, text: str) -> Iterator[tuple[str, bool]]:
    """Each door with whether it took the text for the number."""
    item: Any = {"tracking_number": text}
    path, key = quote(text, safe=""), f"?key={KEY}"
    yield "path", client.get(f"/v2/track/{path}", headers=HEADERS).status_code == 200
    batch = client.post("/v2/track/batch", headers=HEADERS, json={"shipments": [item]})
    yield "batch", batch.status_code == 200 and (batch.json or {})["results"][0]["tracking_number"] == NUMBER
    hook = client.post("/v2/webhooks", headers=HEADERS, json={**item, "url": "https://example.com/h"})
    yield "webhook", hook.status_code == 201 and (hook.json or {})["tracking_number"] == NUMBER
    pinned = client.put(f"/__admin/shipments/{path}{key}", json={"status": "in_transit"})
    yield "pinning", pinned.status_code == 200
    yield "reading", client.get(f"/__admin/shipments/{path}{key}").status_code == 200
    event = client.post(f"/__admin/shipments/{path}/events{key}", json={"type": "exception"})
    yield "event", event.status_code < 300
    trigger = client.post(f"/__admin/webhooks/trigger{key}", json={"number": text, "event": "delivered"})
    yield "trigger", trigger.status_code < 300
    state = {"state": "event occurs", "params": {**item, "type": "delivered"}}
    yield "state", client.post(f"/__admin/states{key}", json=state).status_code == 200
    rule = {"fault": {"type": "error", "code": "carrier_unavailable"}, "match": item, "times": 1}
    client.post(f"/__admin/faults{key}", json=rule)
    yield "fault", client.get(f"/v2/track/{NUMBER}", headers=HEADERS).status_code == 503
    client.delete(f"/__admin/faults{key}")
    yield "unpinning", client.delete(f"/__admin/shipments/{path}{key}").status_code < 300
    scenario = {"document": {"shipments": [{**item, "status": "delivered"}]}}
    yield "scenario", client.put(f"/__admin/scenario{key}", json=scenario).status_code == 200


@pytest.mark.parametrize("sign", NOTHING)
def test_what_shows_nothing_means_nothing_at_every_door(client: Client, sign: str) -> None:
    text = f"{sign}{NUMBER[:6]}{sign}{NUMBER[6:]}{sign}"
    assert [door for door, taken in doors(client, text) if not taken] == []


@pytest.mark.parametrize("sign", SOMETHING)
def test_any_other_sign_makes_it_no_number_at_every_door(client: Client, sign: str) -> None:
    text = NUMBER[:6] + sign + NUMBER[6:]
    if sign == "\x00":
        text = NUMBER + sign
    assert [door for door, taken in doors(client, text) if taken and door != "fault"] == []

"""Whatever is sent to the control plane: no call fails inside, and one that is refused changes nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from mock_server.domain.clock import ManualClock, from_text
from mock_server.persistence import snapshots
from mock_server.settings import Settings
from mock_server.tests.web.control.admin import FREE, NUMBER, Admin
from mock_server.web.app import MockServer, create_app
from mock_server.world import journals

HOLDS = {"/requests/wait"}  # may wait, which needs an event loop
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 10**30, -(10**30), 1e308, -1e308, 2**63, 0.1, 1e-320]),
    st.sampled_from(["", "x", "\x00", "٣", "../..", "a" * 3000, "*" * 500, "(a+)+$", "{{7*7}}", NUMBER, FREE, "all"]),
    st.text(max_size=20),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
# One body that each route takes, to be spoilt in one place.
BODIES: dict[str, Any] = {
    "/keys": {"plan": "free"},
    "/clock": {"action": "advance", "seconds": 60, "auto_advance": 1},
    "/faults": {"id": "x", "fault": {"type": "error", "code": "not_found"}, "match": {"carrier": "ups"}, "times": 1},
    "/scenario": {"document": {"clock": "2026-06-15T12:00:00Z", "seed": 1, "shipments": [], "faults": []}},
    "/shipments/<text>": {"status": "delivered", "origin": {"city": "Oslo", "country": "NO"}, "service": "x"},
    "/shipments/<text>/events": {
        "type": "transit",
        "status": "x",
        "location": None,
        "timestamp": "2026-06-15T12:00:00Z",
    },
    "/requests/count": {"match": {"method": "GET", "status": [200], "header": {"a": "b"}, "body": {"x": [1]}}},
    "/requests/find": {"match": {"url": "*", "operation": None, "tracking_number": NUMBER, "fault": None}, "limit": 1},
    "/states": {"state": "event occurs", "params": {"tracking_number": NUMBER, "type": "pickup", "key": FREE}},
    "/webhooks": {"tracking_number": NUMBER, "url": "https://example.com/", "events": ["all"]},
    "/webhooks/trigger": {"number": NUMBER, "event": "delivered"},
}
APP: MockServer = create_app(Settings(), ManualClock(from_text("2026-06-15T12:00:00Z")))


def routes() -> list[tuple[str, str]]:
    """Method and path of everything on the control plane."""
    found = []
    for rule in APP.url_map.iter_rules():
        path = rule.rule.removeprefix("/__admin")
        if rule.rule.startswith("/__admin") and path not in HOLDS:
            found += [(method, path) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return sorted(found)


CHANGING = [(method, path) for method, path in routes() if method != "GET"]


@pytest.fixture(autouse=True)
def lived_in() -> Iterator[None]:
    """A sandbox in use, with something of its own."""
    APP.worlds.reset()
    admin = Admin(APP.test_client())
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "in_transit"})
    admin.post(f"/webhooks?key={FREE}", BODIES["/webhooks"])
    admin.ask(FREE)
    yield
    APP.worlds.reset()


def state() -> Any:
    saved = snapshots.take(APP.worlds)
    return json.dumps(saved, sort_keys=True), len(list(journals.heard(APP.worlds)))


def send(client: Client, method: str, path: str, body: bytes, query: str = "") -> int:
    before = state()
    target = path.replace("<text>", NUMBER).replace("<identifier>", "x").replace("<int:entry_id>", "1")
    for parameter in ("<delivery_id>", "<name>"):
        target = target.replace(parameter, "x")
    answer = client.open(f"/__admin{target}{query}", method=method, data=body)
    text = answer.get_data(as_text=True)
    assert answer.status_code < 500, text
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json", text
        assert json.loads(text)["detail"]
        assert state() == before
    return answer.status_code


@pytest.mark.parametrize(("method", "path"), CHANGING)
@settings(suppress_health_check=list(HealthCheck), deadline=None, database=None)
@given(body=VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=30))
@example(body=b"[" * 50_000)
@example(body=b'{"a":' * 50_000)
@example(body=b'{"seconds": 1e999}')
@example(body=b'{"x": NaN}')
@example(body=b'{"a": 1, "a": 2}')
@example(body=b'"\\ud800"')
def test_any_body_is_taken_or_refused(method: str, path: str, body: bytes) -> None:
    send(APP.test_client(), method, path, body)


@pytest.mark.parametrize("path", BODIES)
@settings(suppress_health_check=list(HealthCheck), deadline=None, database=None)
@given(data=st.data(), value=VALUES)
def test_a_body_that_is_wrong_in_one_place_is_taken_or_refused(path: str, data: st.DataObject, value: Any) -> None:
    body = json.loads(json.dumps(BODIES[path]))
    node: Any = body
    while True:
        step = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if isinstance(node[step], (dict, list)) and node[step] and data.draw(st.booleans()):
            node = node[step]
            continue
        node[step] = value
        break
    method = next(method for method, each in CHANGING if each == path)
    send(APP.test_client(), method, path, json.dumps(body).encode(), f"?key={FREE}")


@pytest.mark.parametrize(("method", "path"), routes())
@pytest.mark.parametrize(
    "query", ["?key=", "?key=nonsense", "?key=%00", "?key=%ff", "?limit=1e9&since=x", "?key=a&key=b"]
)
def test_any_query_is_taken_or_refused(method: str, path: str, query: str) -> None:
    send(APP.test_client(), method, path, b"", query)


@pytest.mark.parametrize("number", ["%00", "%ff%fe", "x" * 5000, "..%2f..", "%25", "1Z 999-aa1", "'; DROP TABLE"])
def test_any_number_is_taken_or_refused(number: str) -> None:
    client = APP.test_client()
    for method in ("GET", "PUT", "DELETE"):
        body = b'{"status": "delivered"}' if method == "PUT" else b""
        send(client, method, f"/shipments/{number}", body)
        send(client, method, f"/shipments/{number}?carrier=%00", body)


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/clock", {"action": "scale", "factor": 1e-320}),
        ("/clock", {"action": "freeze", "auto_advance": 1e-320}),
        ("/scenario", {"document": {"clock": {"scale": 1e-320}}}),
        ("/scenario", {"document": {"clock": {"auto_advance": 1e-9}}}),
    ],
)
def test_a_clock_too_slow_to_tell_a_wait_is_refused(admin: Admin, path: str, order: Any) -> None:
    refused = admin.client.put(f"/__admin{path}?key={FREE}", json=order)
    assert refused.status_code == 400
    assert "too slow for a clock" in refused.get_data(as_text=True)
    assert admin.ask(FREE).status_code == 200


@pytest.mark.parametrize("odd", [{"scale": 1e-320}, {"auto_advance": 1e-320}])
def test_a_snapshot_with_such_a_clock_is_refused(admin: Admin, odd: Any) -> None:
    admin.ask(FREE)
    snapshot = admin.get("/snapshot")
    snapshot["worlds"][0]["clock"] |= odd
    refused = admin.client.put("/__admin/snapshot", json=snapshot)
    assert refused.status_code == 400
    assert "worlds[0].clock" in refused.get_data(as_text=True)

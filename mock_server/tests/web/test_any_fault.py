"""Whatever rules are given, the mock keeps answering, and says what it did."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.domain.clock import ManualClock, from_text
from mock_server.faults.fault import DeliveryFault
from mock_server.faults.kinds import TYPES
from mock_server.server.framing import Framing
from mock_server.server.request import Request
from mock_server.settings import Settings
from mock_server.tests.web.control.admin import FREE, NUMBER, Admin
from mock_server.web.app import MockServer, create_app

POINTERS = [
    "/status",
    "/events/0",
    "/results/0/status",
    "/carriers/3",
    "/carriers/5/code",
    "/error/code",
    "/secret",
    "/x~1y",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MILLISECONDS = st.floats(0, 300_000)
CODES = [
    "invalid_tracking_number",
    "unauthorized",
    "not_found",
    "rate_limit_exceeded",
    "carrier_unavailable",
    "internal_error",
]
PARAMETERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "error": {"code": st.sampled_from(CODES), "retry_after_seconds": st.floats(0.001, 86_400)},
    "latency": {
        "milliseconds": MILLISECONDS,
        "distribution": st.one_of(
            st.fixed_dictionaries({"type": st.just("lognormal"), "median": MILLISECONDS, "sigma": st.floats(0, 10)}),
            st.fixed_dictionaries({"type": st.just("uniform"), "lower": MILLISECONDS, "upper": MILLISECONDS}),
        ),
    },
    "dribble": {"numberOfChunks": st.integers(1, 10_000), "totalDuration": MILLISECONDS},
    "truncate_body": {"bytes": st.integers(0, 5000)},
    "missing_field": {"pointer": st.sampled_from(POINTERS)},
    "wrong_value": {"pointer": st.sampled_from(POINTERS), "value": VALUES},
    "renamed_field": {"pointer": st.sampled_from(POINTERS), "name": st.sampled_from(["status", "Status", "*"])},
    "reversed_list": {"pointer": st.sampled_from(POINTERS)},
    "drop_header": {"name": st.sampled_from(["Content-Type", "retry-after", "X-RateLimit-Remaining", "Date"])},
    "wrong_status": {"status": st.integers(200, 599)},
    "wrong_content_type": {"value": st.sampled_from(["text/html", "application/json; charset=utf-8"])},
    "miscount_quota": {"by": st.integers(-20, 20)},
}
FAULTS = st.sampled_from(sorted(name for name, kind in TYPES.items() if not issubclass(kind, DeliveryFault))).flatmap(
    lambda name: st.fixed_dictionaries({"type": st.just(name), **PARAMETERS.get(name, {})})
)
MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "operation": st.sampled_from(["track*", "trackBatch", "*"]),
        "method": st.sampled_from(["GET", "POST"]),
        "tracking_number": st.sampled_from([NUMBER, "1Z*", "?*9"]),
        "carrier": st.sampled_from(["ups", "fed*"]),
        "header": st.sampled_from([{"X-API-Key": True}, {"Prefer": False}, {"User-Agent": "*"}]),
    },
)
RULES = st.fixed_dictionaries(
    {"fault": FAULTS},
    optional={
        "match": MATCHES,
        "after": st.integers(0, 3),
        "times": st.integers(1, 3),
        "every": st.integers(1, 3),
        "probability": st.floats(0, 1),
        "from": st.sampled_from(["2026-06-15T11:00:00Z", "2026-06-15T13:00:00Z"]),
    },
)
NUMBERS = ({"tracking_number": NUMBER}, {"tracking_number": "999999999999"}, {"tracking_number": "?"})
PARCELS = json.dumps({"shipments": NUMBERS}).encode()
HOOK = b'{"tracking_number": "1Z999AA10123456784", "url": "https://example.com/hook"}'
CALLS = [
    ("GET", f"/v2/track/{NUMBER}", b""),
    ("GET", "/v2/track/999999999999?carrier=fedex&lang=fr", b""),
    ("GET", "/v2/track/!", b""),
    ("GET", "/v2/carriers", b""),
    ("POST", "/v2/track/batch", PARCELS),
    ("POST", "/v2/track/batch", b"{"),
    ("POST", "/v2/webhooks", HOOK),
    ("DELETE", "/v2/webhooks/wh_none", b""),
    ("GET", "/v2/nowhere", b""),
    ("PATCH", "/v2/carriers", b""),
]


@pytest.fixture(scope="module")
def mock() -> MockServer:
    return create_app(Settings(), ManualClock(from_text("2026-06-15T12:00:00Z")))


def asked(mock: MockServer, headers: Iterable[dict[str, str]]) -> None:
    """Make every call with each of these headers, and see that its reply can be sent and was understood."""
    for given_headers in headers:
        for method, target, body in CALLS:
            request = Request(method, target, {"content-type": "application/json", **given_headers}, body=body)
            reply = mock.mock.answer(request)
            assert Framing(reply, request, keep_alive=True).whole("Date: now").startswith(b"HTTP/1.1 ")
            assert 0 <= reply.pause <= 4 * 300
            journals = [world.journal for world in mock.worlds.all()] + [mock.worlds.stray]
            entry = max((entry for journal in journals for entry in journal.entries()[-1:]), key=lambda one: one.id)
            assert "Error" not in (entry.detail or ""), entry.detail  # a Python exception would be told so
            assert bool(entry.injected) == ("X-Mock-Fault" in reply.headers)


@given(st.lists(RULES, min_size=1, max_size=4))
def test_any_rules_that_are_taken_leave_the_mock_standing(mock: MockServer, rules: list[Any]) -> None:
    mock.worlds.reset()
    admin = Admin(mock.test_client())
    for rule in rules:
        admin.post("/faults", rule)
    asked(mock, [{}, {"x-api-key": FREE}, {"x-api-key": FREE, "prefer": "code=503, delay=1"}])
    for row in admin.get("/faults")["faults"]:
        assert row["applied"] <= row["seen"]
        assert row["applied"] <= 3 * row.get("times", 1e9)  # two keys, and those without one, count for themselves

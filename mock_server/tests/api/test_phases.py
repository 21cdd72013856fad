"""Faults that strike before a call has had its effect, or after it."""

import asyncio
from typing import Any

import pytest

from mock_server.domain.clients.journal import Entry
from mock_server.domain.clock import ManualClock
from mock_server.faults.kinds import TYPES
from mock_server.server.reply import Reply
from mock_server.tests.web.control.admin import FREE, Admin
from mock_server.web.app import MockServer

OUTAGE = {"type": "error", "code": "carrier_unavailable"}
HOOK = b'{"tracking_number": "1Z999AA10123456784", "url": "http://127.0.0.1:9/"}'
LOSING: list[dict[str, Any]] = [
    {"type": "CONNECTION_RESET_BY_PEER"},
    {"type": "EMPTY_RESPONSE"},
    {"type": "MALFORMED_RESPONSE_CHUNK"},
    {"type": "RANDOM_DATA_THEN_CLOSE"},
    {"type": "dribble", "numberOfChunks": 3, "totalDuration": 5},
    {"type": "truncate_body", "bytes": 5},
    {"type": "malformed_json"},
]


def subscribe(app: MockServer, fault: dict[str, Any], phase: str | None) -> Reply:
    """What POST /webhooks is answered under a rule with that fault and phase."""
    rule = {"id": "rule", "fault": fault, **({"phase": phase} if phase else {})}
    Admin(app.test_client()).post(f"/faults?key={FREE}", rule)
    headers = {"x-api-key": FREE, "content-type": "application/json"}
    return app.pipeline.answer("POST", "/v2/webhooks", headers, HOOK)


async def awaited(reply: Reply) -> Reply:
    """The reply that was not known yet."""
    assert reply.later is not None
    return await reply.later()


def made(app: MockServer) -> int:
    return len(app.worlds.of(FREE).webhooks.subscriptions)


def spent(app: MockServer) -> int:
    return 10 - (app.worlds.of(FREE).quota.state().remaining or 0)


def newest(app: MockServer) -> Entry:
    return app.worlds.of(FREE).journal.entries()[-1]


@pytest.mark.parametrize("fault", LOSING, ids=lambda fault: fault["type"])
@pytest.mark.parametrize("phase", ["before", "after", None])
def test_an_answer_is_lost_before_anything_was_done_or_after_it(
    app: MockServer, fault: dict[str, Any], phase: str | None
) -> None:
    reply = subscribe(app, fault, phase)
    done = 0 if phase == "before" else 1
    assert (made(app), spent(app)) == (done, done)
    assert reply.wire is not None or fault["type"] == "malformed_json"
    assert [(each.rule, each.fault) for each in newest(app).struck] == [("rule", fault["type"])]


@pytest.mark.parametrize(("phase", "done"), [("before", 0), (None, 0), ("after", 1)])
def test_an_error_instead_of_the_answer_may_come_after_the_effect(
    app: MockServer, phase: str | None, done: int
) -> None:
    reply = subscribe(app, OUTAGE, phase)
    assert (reply.status, made(app), spent(app)) == (503, done, 1)
    assert (newest(app).refusal, newest(app).injected) == ("carrier_unavailable", ("rule",))


@pytest.mark.parametrize("code", ["rate_limit_exceeded", "unauthorized"])
def test_what_a_call_has_spent_stays_spent_where_its_answer_is_replaced(app: MockServer, code: str) -> None:
    subscribe(app, {"type": "error", "code": code}, "after")
    assert (made(app), spent(app)) == (1, 1)


def test_a_whole_batch_is_answered_with_the_error_after_all_was_looked_up(app: MockServer) -> None:
    admin = Admin(app.test_client())
    admin.post(f"/faults?key={FREE}", {"fault": OUTAGE, "phase": "after", "match": {"carrier": "ups"}})
    shipments = [{"tracking_number": "1Z999AA10123456784"}, {"tracking_number": "449044304137821"}]
    answer = admin.ask(FREE, "/v2/track/batch", method="POST", json={"shipments": shipments})
    assert (answer.status_code, spent(app)) == (503, 2)


def test_a_late_answer_does_its_work_late_where_the_wait_comes_before(app: MockServer) -> None:
    reply = subscribe(app, {"type": "latency", "milliseconds": 1}, "before")
    assert reply.later is not None
    assert (made(app), spent(app), len(app.worlds.of(FREE).journal.entries())) == (0, 0, 0)
    late = asyncio.run(awaited(reply))
    assert (late.status, late.pause, made(app), spent(app)) == (201, 0, 1, 1)
    assert newest(app).injected == ("rule",)


def test_a_client_that_leaves_during_the_wait_before_has_done_nothing(app: MockServer) -> None:
    reply = subscribe(app, {"type": "latency", "milliseconds": 60_000}, "before")

    async def leave() -> None:
        waiting = asyncio.create_task(awaited(reply))
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(leave())
    assert (made(app), spent(app)) == (0, 0)


@pytest.mark.parametrize("phase", ["after", None])
def test_a_wait_after_the_effect_is_a_pause_before_the_first_byte(app: MockServer, phase: str | None) -> None:
    reply = subscribe(app, {"type": "latency", "milliseconds": 1500}, phase)
    assert (reply.pause, reply.later, made(app)) == (1.5, None, 1)


def test_a_rule_counts_what_it_struck_before_the_effect(app: MockServer, clock: ManualClock) -> None:
    subscribe(app, {"type": "EMPTY_RESPONSE"}, "before")
    shown = Admin(app.test_client()).get(f"/faults?key={FREE}")["faults"][0]
    assert (shown["phase"], shown["seen"], shown["applied"]) == ("before", 1, 1)


@pytest.mark.parametrize(
    ("fault", "phase", "words"),
    [
        ({"type": "wrong_status", "status": 500}, "before", "phase: cannot be before: wrong_status spoils an answer"),
        (
            {"type": "duplicate", "copies": 2},
            "after",
            "phase: is for faults of calls, and duplicate is one of deliveries",
        ),
        (OUTAGE, "during", 'phase: "during" is not one of "before", "after"'),
    ],
)
def test_a_phase_that_a_fault_cannot_have_is_refused(
    app: MockServer, fault: dict[str, Any], phase: str, words: str
) -> None:
    problem = Admin(app.test_client()).problem("POST", "/faults", {"fault": fault, "phase": phase})
    assert words in problem["detail"]


def test_every_kind_of_fault_says_when_it_can_strike() -> None:
    assert {name for name, kind in TYPES.items() if len(kind.phases) == 2} == {
        "error",
        "latency",
        *(fault["type"] for fault in LOSING),
    }

"""Attempts: when they count as made, and how long a receiver may ask to be left alone."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from mock_server.domain.clock import ManualClock, from_text
from mock_server.domain.webhooks.delivery import Delivery
from mock_server.sending.address import ReceiverAnswer
from mock_server.sending.allowed import HostNotAllowedError
from mock_server.sending.attempts import AttemptOutcome, attempt, wait_of
from mock_server.settings import Settings
from mock_server.world import Foundation, World, Worlds

NOW = from_text("2026-06-15T12:00:00Z")
DELIVERY = Delivery(
    "dlv_1", "evt_1", "tracking.updated", "wh_1", "1Z1", "http://h/", NOW, b"{}", "whsec_MfKQ", NOW - 60
)


class Clerk:
    """Stands in for the sender: answers as told, and remembers what was sent."""

    def __init__(self, answer: ReceiverAnswer | Exception) -> None:
        self.answer = answer
        self.sent: list[tuple[str, Mapping[str, str], bytes]] = []

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> ReceiverAnswer:
        self.sent.append((url, headers, body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def world(clock: ManualClock) -> World:
    return Worlds(Foundation(Settings(standard_webhooks=True), clock)).of("tf_test_free_a")


def outcome(
    world: World, answer: ReceiverAnswer | Exception, delivery: Delivery = DELIVERY, replay: bool = False
) -> AttemptOutcome:
    return asyncio.run(attempt(Clerk(answer), world, delivery, ManualClock(NOW + 5), replay=replay))


def test_an_attempt_counts_as_made_when_it_was_due(world: World) -> None:
    attempt = outcome(world, ReceiverAnswer(0.25, 204, headers={"x": "y"}, body=b"ok")).attempt
    assert (attempt.at, attempt.real, attempt.seconds) == (NOW - 60, NOW + 5, 0.25)
    assert (attempt.status, attempt.answer_headers, attempt.answer_body) == (204, {"x": "y"}, b"ok")


def test_a_replay_counts_as_made_now_in_the_sandbox(world: World) -> None:
    attempt = outcome(world, ReceiverAnswer(0.25, 204), replay=True).attempt
    assert (attempt.at, attempt.replay) == (world.clock.now(), True)


def test_the_standard_timestamp_is_in_real_time_wherever_the_sandbox_s_clock_is(world: World) -> None:
    world.clock.advance(10**7)
    headers = outcome(world, ReceiverAnswer(0.0, 204)).attempt.headers
    assert headers["webhook-timestamp"] == str(int(NOW + 5))


def test_bytes_and_headers_of_two_attempts_are_the_same(world: World) -> None:
    clerk = Clerk(ReceiverAnswer(0.0, 500))
    for _ in range(2):
        asyncio.run(attempt(clerk, world, DELIVERY, ManualClock(NOW), replay=False))
    assert clerk.sent[0] == clerk.sent[1]


def test_a_host_out_of_reach_is_told_as_blocked(world: World) -> None:
    found = outcome(world, HostNotAllowedError("allow it"))
    assert (found.blocked, found.attempt.status, found.attempt.problem) == (True, None, "allow it")


def test_no_answer_is_told(world: World) -> None:
    found = outcome(world, ReceiverAnswer(10.0, problem="no answer within 10 s"), replace(DELIVERY, due=None))
    assert (found.blocked, found.attempt.status, found.attempt.problem) == (False, None, "no answer within 10 s")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("9" * 400, 999_999_999),
        ("Mon, 15 Jun 2026 12:02:00 GMT", 120),
        ("Mon, 15 Jun 2026 12:02:00 -0000", 120),
        ("Mon, 15 Jun 2026 11:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("1.5", 0),
        ("٣", 0),
        ("", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float) -> None:
    assert wait_of({"retry-after": text}, NOW) == seconds


def test_without_retry_after_nothing_is_asked() -> None:
    assert wait_of({}, NOW) == 0

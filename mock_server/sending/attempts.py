"""Attempts: one request of a delivery, and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Protocol

from mock_server.domain.clock import Clock
from mock_server.domain.webhooks.delivery import Attempt, Delivery
from mock_server.sending.address import ReceiverAnswer
from mock_server.sending.allowed import HostNotAllowedError
from mock_server.world import World


class Posting(Protocol):
    """The sender, or what stands in for one in tests."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> ReceiverAnswer: ...


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """An attempt, for how many real seconds the receiver asks to be left alone, and whether it was ever asked."""

    attempt: Attempt
    wait: float = 0.0
    blocked: bool = False


async def attempt(posting: Posting, world: World, delivery: Delivery, wall: Clock, *, replay: bool) -> AttemptOutcome:
    """What comes of one attempt; `wall` is real time, which the timestamps of Standard Webhooks are in.

    It counts as made when it was due, so that a clock that jumps over several finds each at its own instant.
    """
    real = wall.now()
    at = world.clock.now() if replay or delivery.due is None else delivery.due
    headers = world.webhooks.terms.headers(delivery, real)
    try:
        answer = await posting.post(delivery.url, headers, delivery.body)
    except HostNotAllowedError as error:
        return AttemptOutcome(Attempt(at, real, 0.0, headers, problem=str(error), replay=replay), blocked=True)
    made = Attempt(
        at,
        real,
        answer.seconds,
        headers,
        answer.status,
        answer.problem,
        answer_headers=answer.headers,
        answer_body=answer.body,
        replay=replay,
    )
    return AttemptOutcome(made, wait_of(answer.headers, wall.now()))


def wait_of(headers: Mapping[str, str], now: float) -> float:
    """The seconds that Retry-After asks for (RFC 9110 section 10.2.3); 0 without one, or for one that says neither."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)

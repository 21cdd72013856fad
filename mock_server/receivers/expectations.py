"""What a receiver may answer, and what to say when it answers otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from mock_server.domain.webhooks.terms import DeliveryRules
from mock_server.sending.address import ReceiverAnswer

# They refuse the moment and not the delivery: the same attack might pass a second later.
PASSING_REFUSALS = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})

GONE = "See whether the receiver is still running; the attack before may have ended it."
CLOSED = "Answer every delivery with a status, also one that you refuse; the receiver's own log tells what ended it."
LATE = "Answer 2xx first and do the work afterwards, in a queue or a thread."


@dataclass(frozen=True, slots=True)
class Expectation:
    """The statuses that are right, as a word for the table and as a rule."""

    text: str
    allows: Callable[[int, DeliveryRules], bool]


ACCEPTED = Expectation("2xx", lambda status, _: 200 <= status < 300)
REFUSED = Expectation(
    "4xx",
    lambda status, rules: 400 <= status < 500 and status not in {*PASSING_REFUSALS, *rules.ends_on_status},
)
SURVIVED = Expectation("no 5xx", lambda status, rules: status < 500 and status not in rules.ends_on_status)
ANSWERED = Expectation("any", lambda *_: True)


@dataclass(frozen=True, slots=True)
class ReceiverMistake:
    """What a receiver did wrong; `fix` where the answer itself tells more than the attack can."""

    text: str
    fix: str | None = None
    unanswered: bool = False


def complaint(answer: ReceiverAnswer, expected: Expectation, rules: DeliveryRules) -> ReceiverMistake | None:
    """None if the answer is right."""
    if not answer.reached:
        return ReceiverMistake(answer.problem or "", GONE)
    if answer.status is None:
        return ReceiverMistake(answer.problem or "", LATE if answer.late else CLOSED, unanswered=True)
    if expected.allows(answer.status, rules):
        return None
    return ReceiverMistake(
        f"answered {answer.status}, {_remark(answer.status, expected, rules)}", _fix(answer.status, rules)
    )


def _remark(status: int, expected: Expectation, rules: DeliveryRules) -> str:
    if status in rules.ends_on_status:
        return "which ends the subscription"
    if status in PASSING_REFUSALS:
        return "which says to try again"
    return f"expected {expected.text}"


def _fix(status: int, rules: DeliveryRules) -> str | None:
    if status in rules.ends_on_status:
        return f"Never answer {status} to a delivery that you do not trust or understand: it ends the subscription."
    if 300 <= status < 400:
        return "Register the final URL: redirects count as failures and are not followed."
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Let deliveries pass your rate limit: refused ones only come again."
    if status >= 500:
        return "Catch this input before it raises: a 5xx makes the sender repeat it for hours."
    return None

"""Retrying: whether a client waits, backs off, and knows when not to try again."""

from collections.abc import Sequence
from http import HTTPStatus
from itertools import islice, pairwise

from mock_server.domain.clients.conduct import Evidence, Question, Sorted
from mock_server.domain.clients.conversation import SLACK, Conversation, blamed
from mock_server.domain.clients.journal import Entry

IN_FLIGHT = 1.0  # seconds in which other calls may be under way already when one is refused
LOOK_AHEAD = 50  # entries after a refusal in which what should have waited is looked for
GROWTH = 1.2  # by which each delay must exceed the one before to count as backing off
JITTER = 0.02  # of the mean delay by which equal retries must differ
STUBBORN = 60.0  # seconds within which repeating a refused request is no polling


def waits_out_retry_after(conversation: Conversation) -> Sorted:
    """After a refusal, the same call not before Retry-After is over; after a 429, no other call either."""
    good: list[Evidence] = []
    bad: list[Evidence] = []
    for place, refused in enumerate(conversation.entries):
        if conversation.told(refused) is None:
            continue
        following = _following(refused, conversation, place)
        if following is not None:
            (good if conversation.waited(refused, following) else bad).append((refused, following))
    return good, bad


def backs_off(conversation: Conversation) -> Sorted:
    """Each delay longer than the one before, or as long as the answer asked."""
    good: list[Evidence] = []
    bad: list[Evidence] = []
    for chain in conversation.chains:
        if len(chain) > 2:
            (good if _grow(chain, conversation) else bad).append(chain)
    return good, bad


def jitters(conversation: Conversation) -> Sorted:
    """First retries after delays that differ, so that clients which failed together do not come back together."""
    retried: list[Evidence] = [chain[:2] for chain in conversation.chains]
    if len(retried) < 3:
        return [], []
    delays = [conversation.gap(first, again) for first, again in retried]
    beyond = [delay - (conversation.told(pair[0]) or 0.0) for delay, pair in zip(delays, retried, strict=True)]
    differ = max(beyond) - min(beyond) > JITTER * sum(delays) / len(delays)
    return (retried, []) if differ else ([], retried)


def stops_when_blamed(conversation: Conversation) -> Sorted:
    """No request again that was refused for what it is."""
    good: list[Evidence] = []
    bad: list[Evidence] = []
    for call in conversation.calls:
        stubborn: list[Evidence] = [
            (before, after)
            for before, after in pairwise(call)
            if blamed(before) and conversation.gap(before, after) < STUBBORN
        ]
        bad += stubborn
        good += [(call[-1],)] if blamed(call[-1]) and not stubborn else []
    return good, bad


def _following(refused: Entry, conversation: Conversation, place: int) -> Entry | None:
    """The first request after a refusal that should have waited for it."""
    again = conversation.repetitions.get(refused.id)
    if refused.status != HTTPStatus.TOO_MANY_REQUESTS:
        return again
    for entry in islice(conversation.entries, place + 1, place + 1 + LOOK_AHEAD):
        if entry is again or conversation.gap(refused, entry) > IN_FLIGHT:
            return entry
    return again


def _grow(chain: Sequence[Entry], conversation: Conversation) -> bool:
    before = 0.0
    for refused, following in pairwise(chain):
        delay = conversation.gap(refused, following)
        obeyed = conversation.told(refused) is not None and conversation.waited(refused, following)
        if not obeyed and delay < max(GROWTH * before, SLACK):
            return False
        before = delay
    return True


QUESTIONS = (
    Question(
        "retry_after",
        "Waited out Retry-After?",
        waits_out_retry_after,
        "asking again after it was told to wait",
        "Sleep for as many seconds as Retry-After says before the next request; after a 429 that goes for every "
        "request of the key, because the quota is the key's.",
    ),
    Question(
        "backoff",
        "Backed off?",
        backs_off,
        "trying the same call three times",
        "Double the delay from one try to the next, and never wait less than Retry-After says.",
    ),
    Question(
        "jitter",
        "Backed off with jitter?",
        jitters,
        "retrying three calls",
        "Add a random part to each delay; clients that failed together otherwise come back together.",
    ),
    Question(
        "client_errors",
        "Stopped on 4xx?",
        stops_when_blamed,
        "being refused for what it asked",
        "Do not repeat a request that was refused as wrong; the answer will be the same and costs a lookup.",
    ),
)

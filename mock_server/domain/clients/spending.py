"""Spending: whether a client spends its quota on news."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import pairwise
from math import ceil

from mock_server.domain.clients.conduct import Evidence, Question, Sorted
from mock_server.domain.clients.conversation import Conversation
from mock_server.domain.clients.journal import Entry

TRACK, BATCH = "trackShipment", "trackBatch"
BURST = 10.0  # seconds within which lookups could have gone together
FEW = 3  # lookups without news that are no habit yet


def stops_polling_what_is_over(conversation: Conversation) -> Sorted:
    """No lookup of a shipment after its last news."""
    ended: dict[str, Entry] = {}
    bad: list[Evidence] = []
    for entry, number, status in _shown(conversation):
        if number in ended:
            bad.append((ended[number], entry))
        elif status in conversation.final:
            ended[number] = entry
    wasted = {first.id for first, _ in bad}
    return [(entry,) for entry in ended.values() if entry.id not in wasted], bad


def polls_for_news(conversation: Conversation) -> Sorted:
    """Repeated lookups that mostly told something new."""
    good: list[Evidence] = []
    bad: list[Evidence] = []
    for call in conversation.calls:
        answers = [entry for entry in call if entry.operation == TRACK and entry.status == HTTPStatus.OK]
        for before, after in pairwise(answers):
            (bad if before.reply_body == after.reply_body else good).append((before, after))
    return (good, bad) if len(bad) > max(FEW, len(good)) else (good + bad, [])


def splits_batches_well(conversation: Conversation) -> Sorted:
    """Batches within the plan's size, without repetitions, and no more of them than needed."""
    sizes: list[tuple[Entry, int]] = []
    bad: list[Evidence] = []
    for entry in conversation.of(BATCH):
        numbers = conversation.asked(entry)
        if numbers is None:
            continue
        unusable = not 0 < len(numbers) <= conversation.batch_size or len(set(numbers)) < len(numbers)
        if unusable:
            bad.append((entry,))
        elif entry.status == HTTPStatus.OK:
            sizes.append((entry, len(numbers)))
    good: list[Evidence] = []
    for burst in _bursts(sizes, conversation):
        needed = ceil(sum(size for _, size in burst) / conversation.batch_size)
        entries = tuple(entry for entry, _ in burst)
        if len(burst) > needed:
            bad.append(entries)
        else:
            good += [(entry,) for entry in entries]
    return good, bad + _single_file(conversation)


def _single_file(conversation: Conversation) -> list[Evidence]:
    """Bursts of lookups one by one that would have filled a batch."""
    singles = [(entry, 1) for entry in conversation.of(TRACK) if entry.status == HTTPStatus.OK]
    bursts = [tuple(entry for entry, _ in burst) for burst in _bursts(singles, conversation)]
    return [burst for burst in bursts if len({entry.target for entry in burst}) >= max(2, conversation.batch_size)]


def _bursts(sizes: Sequence[tuple[Entry, int]], conversation: Conversation) -> Iterator[Sequence[tuple[Entry, int]]]:
    """The requests in groups that each began within BURST seconds."""
    burst: list[tuple[Entry, int]] = []
    for each in sizes:
        if burst and conversation.gap(burst[0][0], each[0]) > BURST:
            yield burst
            burst = []
        burst.append(each)
    if burst:
        yield burst


def _shown(conversation: Conversation) -> Iterator[tuple[Entry, str, str | None]]:
    """Each shipment that the client was shown, with its number and status, in order."""
    for entry in conversation.entries:
        if entry.status == HTTPStatus.OK:
            yield from ((entry, number, status) for number, status in conversation.shown(entry))


QUESTIONS = (
    Question(
        "terminal",
        "Stopped polling what was delivered?",
        stops_polling_what_is_over,
        "finding a shipment at its end",
        "Once a shipment is delivered or returned, nothing follows; stop asking for it.",
    ),
    Question(
        "polling",
        "Polled for news only?",
        polls_for_news,
        "asking for a shipment twice",
        "Most repeated lookups told nothing new; carriers are polled every 15 minutes, so ask less often or subscribe "
        "to the shipment with a webhook.",
    ),
    Question(
        "batches",
        "Split its batches well?",
        splits_batches_well,
        "tracking several shipments at a time",
        "Put as many different shipments into one batch as the plan allows, none twice and none too many.",
    ),
)

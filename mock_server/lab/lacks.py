"""What of a client's usual end is missing in a world: answers, webhooks, deliveries, lines."""

from collections import Counter
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from mock_server.domain.clients.journal import Entry
from mock_server.lab import output
from mock_server.lab.calls import ClientCall, shipments_told
from mock_server.lab.comparison import Comparison, after_strike, answered, forced
from mock_server.lab.failures import AFTER, DELIVERY


def lack(compared: Comparison) -> str | None:
    """What of the usual end is missing: answers, webhooks, deliveries or lines."""
    if unanswered := _unanswered(compared, compared.baseline.calls):
        return unanswered
    if compared.baseline.always_left - Counter(compared.outcome.subscriptions):
        return "a webhook is missing"
    if Counter(compared.outcome.subscriptions) - compared.baseline.ever_left:
        return "a webhook is left that should be gone"
    if compared.point.phase != DELIVERY and compared.outcome.delivered < min(
        each.delivered for each in compared.baseline.outcomes
    ):
        usual = compared.baseline.first.delivered
        return f"{compared.outcome.delivered} deliveries were acknowledged instead of {usual}"
    if lines := output.lost(compared.baseline.lines, compared.outcome.stdout):
        return f"it no longer says {lines[0].strip()[:120]!r}"
    if lines := output.repeated(compared.baseline.lines, compared.outcome.stdout):
        return f"it says more than once {lines[0].strip()[:120]!r}"
    refused = _untold(compared, [each.item for each in compared.point.failures if each.item])
    return f"{refused[0]} was refused" if refused else None


def lack_among_rest(compared: Comparison) -> str | None:
    """What of the rest, which nothing happened to, was not done."""
    struck = [each.call for each in compared.point.failures]
    items = [each for each in compared.point.failures if each.item]
    if items:
        others = [number for each in items for number in each.call.items if number != each.item]
        refused = {each.item for each in items if each.item}
        gone = [line for line in _lost(compared) if _about(line, others, refused, compared.outcome.stdout)]
        return f"it no longer says {gone[0].strip()[:120]!r}, of which nothing was refused" if gone else None
    rest = [
        call
        for call in compared.baseline.calls
        if not any(call.operation == each.operation and call.subject == each.subject for each in struck)
    ]
    return _unanswered(compared, rest) or _unasked(compared, struck) or _unsaid(compared, struck)


def _unasked(compared: Comparison, struck: Sequence[ClientCall]) -> str | None:
    """A question like the one that failed, about something else, that was not even asked."""
    for call in compared.baseline.calls:
        alike = [each for each in struck if each.operation == call.operation and each.subject is None]
        other = call.identity is not None and all(each.identity != call.identity for each in alike)
        if alike and other and not any(call.asked(entry) for entry in compared.outcome.entries):
            return f"{call.id} was never asked"
    return None


def _unsaid(compared: Comparison, struck: Sequence[ClientCall]) -> str | None:
    """A line about another shipment than those that failed."""
    failed = {each.subject for each in struck if each.subject}
    others = {call.subject for call in compared.baseline.calls if call.subject} - failed
    for line in _lost(compared) if failed else ():
        if _about(line, others, failed, compared.outcome.stdout):
            return f"it no longer says {line.strip()[:120]!r}, which nothing happened to"
    return None


def _lost(compared: Comparison) -> list[str]:
    return output.lost(compared.baseline.lines, compared.outcome.stdout)


def _about(line: str, others: Iterable[str], failed: Iterable[str], said: str) -> bool:
    """Whether a lost line is about others than those that failed; if about both, others have to be gone altogether."""
    both = any(number in line for number in failed)
    return any(number in line and not (both and number in said) for number in others)


def _unanswered(compared: Comparison, calls: Sequence[ClientCall]) -> str | None:
    for call in calls:
        runs = compared.baseline.asked[call.id]
        statuses = {entry.status for run in runs for entry in run}
        good = [
            entry
            for entry in compared.outcome.entries
            if call.asked(entry)
            and entry.status in statuses
            and ((not entry.lost and not forced(entry)) or _repeats(compared, entry))
        ]
        if _is_done(compared, call) or (call.method == "DELETE" and _is_gone(compared, call)):
            continue
        if len(good) < min(map(len, runs)) and not _told_later(compared, call):
            asked = any(call.asked(entry) for entry in compared.outcome.entries)
            return f"{call.id} never got its answer" if asked else f"{call.id} was never asked"
    return None


def _told_later(compared: Comparison, call: ClientCall) -> bool:
    """Whether all that it looks up was told after the failure: by a later poll, or in place of it by other answers."""
    if not call.repeatable:
        return False
    if any(call.asked(each) for each in _answers(after_strike(compared.outcome.entries))):
        return True
    numbers = call.items or ((call.subject,) if call.subject else ())
    return bool(numbers) and not _untold(compared, numbers)


def _untold(compared: Comparison, numbers: Iterable[str]) -> list[str]:
    """Those of the shipments that answers tell of less often than usual."""
    told = shipments_told(_answers(compared.outcome.entries), compared.point.call.reading)
    return [number for number in numbers if told[number] < compared.baseline.told[number]]


def _answers(entries: Iterable[Entry]) -> list[Entry]:
    return [each for each in entries if answered(each) and not forced(each)]


def _is_done(compared: Comparison, call: ClientCall) -> bool:
    """Whether a call has had its effect, which shows elsewhere, and the command wanted no more of the answer."""
    late = any(each.phase == AFTER for each in compared.point.failures if each.call == call)
    usual = [each.stdout for each in compared.baseline.outcomes]
    return late and not call.repeatable and output.alike(usual, compared.outcome.stdout)


def _repeats(compared: Comparison, entry: Entry) -> bool:
    """Whether the command says what it can have from that answer alone: it was of use, however it came."""
    others = (each for each in compared.outcome.entries if each is not entry)
    known = output.words(entry.target, entry.body, *(each.reply_body for each in others))
    return not known.issuperset(output.words(entry.reply_body) & output.words(compared.outcome.stdout))


def _is_gone(compared: Comparison, call: ClientCall) -> bool:
    """Whether what was to be deleted is gone: the answer was lost, and the next attempt found nothing."""
    asked = [entry for entry in compared.outcome.entries if call.asked(entry)]
    late = any(each.phase == AFTER for each in compared.point.failures)
    return late and any(each.status == HTTPStatus.NOT_FOUND for each in after_strike(asked))

"""What a client does wrong in a world however it ends there: too late, too often, too soon, twice."""

from collections import Counter
from http import HTTPStatus
from itertools import pairwise

from mock_server.domain.clients.conversation import blamed, blames, call_of
from mock_server.lab.calls import CREATE, shipments_told
from mock_server.lab.comparison import Comparison, after_strike, answered, struck
from mock_server.lab.failures import AFTER, STRIKE
from mock_server.lab.verdicts import ENDED, WAITS, CaseVerdict, failed

HASTE = 0.25  # seconds: attempts that follow each other faster are not spaced at all
PATIENT = 8  # attempts, each with a time limit of its own, that need not be over in time
HASTY = 6  # hasty attempts in a row that make a storm
POLLS = 3  # times that something is asked again and again, to see whether it has changed
STORM = 20  # attempts at one call that are a storm however they are spaced


def _in_time(compared: Comparison) -> CaseVerdict | None:
    if not compared.outcome.ending.out_of_time:
        return None
    tries = compared.tries
    if compared.silent and compared.point.lasting and 1 < tries <= PATIENT:
        return CaseVerdict(ENDED, f"has a time limit, and had tried {tries} times when {compared.limit:g} s were over")
    if tries > 2:
        return failed("never stops", f"still asking after {compared.limit:g} s: {tries} attempts", compared.clauses)
    what = "its time limit is longer, if it has one" if compared.silent else "it never came back"
    return failed("no timeout" if compared.silent else "hangs", f"not over after {compared.limit:g} s: {what}", ())


def _storm(compared: Comparison) -> CaseVerdict | None:
    asked = [entry for entry in compared.outcome.entries if compared.point.call.asked(entry)]
    longest = run = 1
    for before, after in pairwise(asked):
        run = run + 1 if after.real - before.real < HASTE and struck(before) else 1
        longest = max(longest, run)
    usual = sum(call.operation == compared.point.call.operation for call in compared.baseline.calls)
    if longest > HASTY or compared.tries > STORM + usual:
        return failed("storm", f"{compared.tries} attempts at one call, {longest} of them in a row without a pause", ())
    return None


def _patience(compared: Comparison) -> CaseVerdict | None:
    finding = compared.outcome.bad("retry_after")
    if not finding or "retry_after" in compared.baseline.habits or not compared.announced:
        return None
    return failed("ignores Retry-After", f"came back before it was told to: {finding.detail}", WAITS)


def _stubborn(compared: Comparison) -> CaseVerdict | None:
    if "client_errors" in compared.baseline.habits:
        return None
    if compared.point.blamed and compared.outcome.bad("client_errors") and compared.tries > compared.usual:
        reason = f"asked the same again {compared.tries - 1} times after it was refused as wrong"
        return failed("repeats what is wrong", reason, compared.clauses)
    for place, each in enumerate(compared.point.failures, 1):
        times = compared.outcome.struck.get(f"{STRIKE}{place}", 0)
        if (
            each.item
            and each.status
            and blames(each.status)
            and times > each.call.items.count(each.item) * compared.usual
        ):
            reason = f"asked {times} times for {each.item}, which was refused as wrong"
            return failed("repeats what is wrong", reason, compared.clauses)
    return None


def _strayed(compared: Comparison) -> CaseVerdict | None:
    """A question that it never asks otherwise, and that is refused as wrong: its first attempt has left traces."""
    usual = compared.baseline
    keyless = {call_of(entry) for run in usual.outcomes for entry in run.heard if entry.key != run.key}
    for entry in after_strike(compared.outcome.heard):
        if struck(entry) or not blamed(entry):
            continue
        if entry.key == compared.outcome.key:
            known = call_of(entry) in usual.identities or any(call.asked(entry) for call in usual.calls)
            how = "afterwards"
        else:
            known = call_of(entry) in keyless
            how = "with another key" if entry.key else "without its key"
        if not known:
            reason = f"asked {entry.method} {entry.target} {how}, as it never does, and was refused: {entry.status}"
            return failed("state is not reset", reason, compared.clauses)
    return None


def _effects(compared: Comparison) -> CaseVerdict | None:
    """Webhooks that there should not be: made twice, or left by who gave up."""
    extra = Counter(compared.outcome.subscriptions) - compared.baseline.ever_left
    if not extra:
        return None
    number, _ = next(iter(extra))
    made, usual = compared.outcome.made, max(each.made for each in compared.baseline.outcomes)
    late = any(each.phase == AFTER for each in compared.point.failures)
    unknown = sum(struck(entry) for entry in compared.outcome.entries if entry.operation == CREATE) if late else 0
    if made > usual:
        reason = f"{made} webhooks were made where {usual} is meant, the last for {number}"
        return failed("effect twice", reason, ("webhook.duplicates",))
    deleting = any(each.call.method == "DELETE" for each in compared.point.failures)
    if extra.total() > unknown and not deleting:
        return failed("left behind", f"a webhook for {number} is left behind", ("webhook.id",))
    return None


def _wasted(compared: Comparison) -> CaseVerdict | None:
    """Lookups spent on what was told already: the whole work done again because of one call."""
    if compared.point.lasting:
        return None
    good = [each for each in compared.outcome.entries if answered(each) and not struck(each)]
    for call in compared.baseline.calls:
        runs = compared.baseline.asked[call.id]
        usual = max(sum(each.status < HTTPStatus.BAD_REQUEST for each in run) for run in runs)
        again = sum(map(call.asked, good))
        if usual and again > _as_good_as(usual) and call.safe:
            reason = f"asked {again} times for {call.id} and was answered, where {usual} is usual"
            return failed("asks for what it has", reason, ("quota.cost",))
    for number, times in shipments_told(good, compared.point.call.reading).items():
        usual = compared.baseline.told[number]
        if usual and times > _as_good_as(usual):
            reason = f"was told of {number} {times} times, where {usual} is usual"
            return failed("asks for what it has", reason, ("quota.cost",))
    return None


def _as_good_as(usual: int) -> int:
    """How often may be asked where that is usual: who polls may come to one poll more."""
    return usual + usual // POLLS


SLIPS = (_in_time, _storm, _patience, _stubborn, _strayed, _effects, _wasted)
"""Each finds one kind, if it is there; the first that is found is the verdict."""

"""Verdicts without annotations: what the world can heal must leave no trace, what it cannot must end well."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from itertools import pairwise

from mock_server.domain.clients.conversation import call_of
from mock_server.domain.clients.journal import Entry
from mock_server.lab import output
from mock_server.lab.calls import CREATE, ClientCall, Identity
from mock_server.lab.failures import AFTER, DELIVERY, LATE_EVENT, LOST_EVENT, STRIKE, Point
from mock_server.lab.trial import Outcome

SURVIVED, ENDED, FAILED, NOT_STRUCK = "survived", "ended", "failed", "not_struck"
HASTE = 0.25  # seconds: attempts that follow each other faster are not spaced at all
HASTY = 6  # hasty attempts in a row that make a storm
STORM = 20  # attempts at one call that are a storm however they are spaced
SIGNED, ONE, WAITS = ("delivery.signature.hmac",), ("delivery.id.stable",), ("quota.retry-after",)
EVENT_SYMPTOMS = {"duplicate": "effect twice", "reorder": "out of order"}
BAD_REQUEST, SERVER_ERROR = HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a client in one world.

    `symptom` is the kind of what went wrong, equal for equal mistakes; `abrupt` says that it did not even try again.
    """

    kind: str
    reason: str
    symptom: str = ""
    clauses: tuple[str, ...] = ()
    abrupt: bool = False


@dataclass(frozen=True)
class Baseline:
    """What the client does when nothing goes wrong, seen several times."""

    outcomes: tuple[Outcome, ...]
    calls: tuple[ClientCall, ...]

    @property
    def first(self) -> Outcome:
        return self.outcomes[0]

    @cached_property
    def lines(self) -> Counter[str]:
        return output.steady([each.stdout for each in self.outcomes])

    @cached_property
    def said(self) -> list[str]:
        return [text for each in self.outcomes for text in (each.stdout, each.stderr)]

    @cached_property
    def asked(self) -> Mapping[str, list[Entry]]:
        """What the first run asked, by the ids of calls."""
        return {call.id: [each for each in self.first.entries if call.asked(each)] for call in self.calls}

    @cached_property
    def identities(self) -> frozenset[Identity]:
        """All that was asked in any run."""
        return frozenset(call_of(entry) for outcome in self.outcomes for entry in outcome.entries)

    @cached_property
    def habits(self) -> frozenset[str]:
        """The questions of the report that are answered badly anyway."""
        return frozenset(name for each in self.outcomes for name in each.findings if each.bad(name))


def judge(baseline: Baseline, point: Point, outcome: Outcome, limit: float) -> Verdict:
    """The verdict on the client in that world."""
    return _Case(baseline, point, outcome, limit).verdict()


def waits_by_its_own_clock(outcome: Outcome) -> bool:
    """Whether the time ran out while the client may have waited for a 429's reset by a clock of its own."""
    last = outcome.entries[-1] if outcome.entries else None
    return outcome.ending.out_of_time and last is not None and last.status == HTTPStatus.TOO_MANY_REQUESTS


def tried_again(point: Point, outcome: Outcome) -> bool:
    """Whether the client repeated a call that had been struck."""
    return any(point.call.asked(entry) for entry in _after_strike(outcome.entries))


def impatient_after_all(point: Point, verdict: Verdict) -> Verdict:
    """The verdict on who gave up at once although it has the patience for other failures of the operation."""
    fault = point.failures[0].fault
    reason = f"gave up at the first {fault}, though it tries {point.call.operation} again after other failures"
    return replace(verdict, kind=FAILED, reason=reason, symptom="gives up too early", clauses=WAITS)


class _Case:
    """One client in one world, compared with what it does when nothing goes wrong."""

    def __init__(self, baseline: Baseline, point: Point, outcome: Outcome, limit: float) -> None:
        self.baseline = baseline
        self.point = point
        self.outcome = outcome
        self.limit = limit
        self.again = tried_again(point, outcome)

    def verdict(self) -> Verdict:
        if not self.point.struck(self.outcome.struck):
            return Verdict(NOT_STRUCK, "the client never came to where it would have struck")
        for check in (
            self._in_time,
            self._storm,
            self._patience,
            self._stubborn,
            self._strayed,
            self._effects,
            self._wasted,
        ):
            if found := check():
                return found
        same = self.outcome.status == self.baseline.first.status
        missing = self._missing()
        if self.point.phase == DELIVERY:
            return self._delivered(missing, same=same)
        if same and missing is None:
            return Verdict(SURVIVED, "as if nothing had happened")
        return self._lasting(missing, same=same) if self.point.lasting else self._passing(missing, same=same)

    def _delivered(self, missing: str | None, *, same: bool) -> Verdict:
        """Something was wrong with an event on its way: what is forged must be left alone, the rest must be borne."""
        (failure,) = self.point.failures
        told = self._told()
        if failure.forged:
            if same and missing is None and not told:
                return _failed("believes anybody", f"took an event with a {failure.fault} for true", SIGNED)
            return Verdict(ENDED, f"left it alone: exit {self.outcome.status}")
        if same and missing is None:
            return Verdict(SURVIVED, "as if nothing had happened")
        if failure.fault == LOST_EVENT and (not same or told):
            return Verdict(ENDED, f"said so: {told[0].strip()[:120] if told else f'exit {self.outcome.status}'}")
        if failure.fault == LATE_EVENT and not same:
            return Verdict(ENDED, f"gave up and said so: exit {self.outcome.status}")
        what = missing or f"exit {self.outcome.status} instead of {self.baseline.first.status}"
        return _failed(
            EVENT_SYMPTOMS.get(failure.fault, "lost"), f"after an event went so ({failure.fault}): {what}", ONE
        )

    def _told(self) -> list[str]:
        """What it says that it never says otherwise."""
        said = self.baseline.said
        return [*output.new(said, self.outcome.stdout), *output.new(said, self.outcome.stderr)]

    def _passing(self, missing: str | None, *, same: bool) -> Verdict:
        """The world healed, or would have within the waits that it announced."""
        status = self.outcome.status
        if same:
            return _failed("lost", f"exit {status} as always, but {missing}", self._clauses())
        if self.again and self.point.announced:
            return _failed(
                "gives up too early", f"gave up (exit {status}) before what would have passed was over", WAITS
            )
        return Verdict(ENDED, f"gave up and said so: exit {status}", abrupt=not self.again)

    def _lasting(self, missing: str | None, *, same: bool) -> Verdict:
        status = self.outcome.status
        if not same:
            return Verdict(ENDED, f"said so: exit {status}")
        told = self._told()
        if not told:
            return _failed("silent", f"exit {status} as always and nothing said, but {missing}", self._clauses())
        if rest := self._rest():
            return _failed("loses the rest", f"exit {status} as always, but {rest}", self._clauses())
        return Verdict(ENDED, f"said so: {told[0].strip()[:120]}")

    def _in_time(self) -> Verdict | None:
        if not self.outcome.ending.out_of_time:
            return None
        tries = self._tries()
        if tries > 2:
            return _failed("never stops", f"still asking after {self.limit:g} s: {tries} attempts", self._clauses())
        what = "it waits without a time limit" if self._silent() else "it never came back"
        return _failed("no timeout" if self._silent() else "hangs", f"not over after {self.limit:g} s: {what}", ())

    def _storm(self) -> Verdict | None:
        asked = [entry for entry in self.outcome.entries if self.point.call.asked(entry)]
        longest = run = 1
        for before, after in pairwise(asked):
            run = run + 1 if after.real - before.real < HASTE and _struck(before) else 1
            longest = max(longest, run)
        usual = sum(call.operation == self.point.call.operation for call in self.baseline.calls)
        if longest > HASTY or self._tries() > STORM + usual:
            return _failed(
                "storm", f"{self._tries()} attempts at one call, {longest} of them in a row without a pause", ()
            )
        return None

    def _patience(self) -> Verdict | None:
        finding = self.outcome.bad("retry_after")
        if not finding or "retry_after" in self.baseline.habits or not self._announced():
            return None
        return _failed("ignores Retry-After", f"came back before it was told to: {finding.detail}", WAITS)

    def _stubborn(self) -> Verdict | None:
        if not self.point.blamed or not self.outcome.bad("client_errors"):
            return None
        if "client_errors" in self.baseline.habits or self._tries() <= self._usual():
            return None
        reason = f"asked the same again {self._tries() - 1} times after it was refused as wrong"
        return _failed("repeats what is wrong", reason, self._clauses())

    def _strayed(self) -> Verdict | None:
        """A question that it never asks otherwise, and that is refused as wrong: its first attempt has left traces."""
        for entry in _after_strike(self.outcome.entries):
            known = call_of(entry) in self.baseline.identities or any(call.asked(entry) for call in self.baseline.calls)
            wrong = BAD_REQUEST <= entry.status < SERVER_ERROR and entry.status != HTTPStatus.TOO_MANY_REQUESTS
            if wrong and not known and not _struck(entry):
                reason = f"asked {entry.method} {entry.target} afterwards, as it never does, and was refused"
                return _failed("state is not reset", f"{reason}: {entry.status}", self._clauses())
        return None

    def _effects(self) -> Verdict | None:
        """Webhooks that there should not be: made twice, or left by who gave up."""
        before, after = Counter(self.baseline.first.subscriptions), Counter(self.outcome.subscriptions)
        extra = after - before
        if not extra:
            return None
        number, _ = next(iter(extra))
        made, usual = self.outcome.made, self.baseline.first.made
        late = any(each.phase == AFTER for each in self.point.failures)
        unknown = sum(_struck(entry) for entry in self.outcome.entries if entry.operation == CREATE) if late else 0
        if made > usual:
            reason = f"{made} webhooks were made where {usual} is meant, the last for {number}"
            return _failed("effect twice", reason, ("webhook.duplicates",))
        deleting = any(each.call.method == "DELETE" for each in self.point.failures)
        if extra.total() > unknown and not deleting:
            return _failed("left behind", f"a webhook for {number} is left behind", ("webhook.id",))
        return None

    def _wasted(self) -> Verdict | None:
        """Lookups spent on what was told already: the whole work done again because of one call."""
        if self.point.lasting:
            return None
        for call in self.baseline.calls:
            usual = sum(each.status < HTTPStatus.BAD_REQUEST for each in self.baseline.asked[call.id])
            good = [each for each in self.outcome.entries if call.asked(each) and _answered(each) and not _struck(each)]
            if usual and len(good) > usual and call.safe:
                reason = f"asked {len(good)} times for {call.id} and was answered, where {usual} is usual"
                return _failed("asks for what it has", reason, ("quota.cost",))
        return None

    def _missing(self) -> str | None:
        """What of the usual end is missing: answers, webhooks, deliveries or lines."""
        if unanswered := self._unanswered(self.baseline.calls):
            return unanswered
        if Counter(self.baseline.first.subscriptions) - Counter(self.outcome.subscriptions):
            return "a webhook is missing"
        if Counter(self.outcome.subscriptions) - Counter(self.baseline.first.subscriptions):
            return "a webhook is left that should be gone"
        if self.point.phase != DELIVERY and self.outcome.delivered < min(
            each.delivered for each in self.baseline.outcomes
        ):
            return f"{self.outcome.delivered} deliveries were acknowledged instead of {self.baseline.first.delivered}"
        if lines := output.lost(self.baseline.lines, self.outcome.stdout):
            return f"it no longer says {lines[0].strip()[:120]!r}"
        if lines := output.repeated(self.baseline.lines, self.outcome.stdout):
            return f"it says more than once {lines[0].strip()[:120]!r}"
        return None

    def _rest(self) -> str | None:
        """What of the rest, which nothing happened to, was not done."""
        struck = [each.call for each in self.point.failures]
        items = [each for each in self.point.failures if each.item]
        if items:
            others = [number for each in items for number in each.call.items if number != each.item]
            lost = output.lost(self.baseline.lines, self.outcome.stdout)
            gone = [line for line in lost if any(number in line for number in others)]
            return f"it no longer says {gone[0].strip()[:120]!r}, of which nothing was refused" if gone else None
        rest = [
            call
            for call in self.baseline.calls
            if not any(call.operation == each.operation and call.subject == each.subject for each in struck)
        ]
        return self._unanswered(rest) or self._unasked(struck) or self._unsaid(struck)

    def _unasked(self, struck: Sequence[ClientCall]) -> str | None:
        """A question like the one that failed, about something else, that was not even asked."""
        for call in self.baseline.calls:
            alike = [each for each in struck if each.operation == call.operation and each.subject is None]
            other = call.identity is not None and all(each.identity != call.identity for each in alike)
            if alike and other and not any(call.asked(entry) for entry in self.outcome.entries):
                return f"{call.id} was never asked"
        return None

    def _unsaid(self, struck: Sequence[ClientCall]) -> str | None:
        """A line about another shipment than those that failed."""
        failed = {each.subject for each in struck if each.subject}
        others = {call.subject for call in self.baseline.calls if call.subject} - failed
        for line in output.lost(self.baseline.lines, self.outcome.stdout) if failed else ():
            if any(number in line for number in others) and not any(number in line for number in failed):
                return f"it no longer says {line.strip()[:120]!r}, which nothing happened to"
        return None

    def _unanswered(self, calls: Sequence[ClientCall]) -> str | None:
        for call in calls:
            usual = self.baseline.asked[call.id]
            statuses = {entry.status for entry in usual}
            good = [
                entry
                for entry in self.outcome.entries
                if call.asked(entry)
                and entry.status in statuses
                and ((not entry.lost and not _forced(entry)) or self._repeats(entry))
            ]
            if call.method == "DELETE" and self._done(call):
                continue
            if len(good) < len(usual):
                asked = any(call.asked(entry) for entry in self.outcome.entries)
                return f"{call.id} never got its answer" if asked else f"{call.id} was never asked"
        return None

    def _repeats(self, entry: Entry) -> bool:
        """Whether the command says what it can have from that answer alone: it was of use, however it came."""
        others = (each for each in self.outcome.entries if each is not entry)
        known = output.words(entry.target, entry.body, *(each.reply_body for each in others))
        return not known.issuperset(output.words(entry.reply_body) & output.words(self.outcome.stdout))

    def _done(self, call: ClientCall) -> bool:
        """Whether what was to be deleted is gone: the answer was lost, and the next attempt found nothing."""
        asked = [entry for entry in self.outcome.entries if call.asked(entry)]
        late = any(each.phase == AFTER for each in self.point.failures)
        return late and any(each.status == HTTPStatus.NOT_FOUND for each in _after_strike(asked))

    def _tries(self) -> int:
        return sum(1 for entry in self.outcome.entries if self.point.call.asked(entry))

    def _usual(self) -> int:
        """How often the same is asked anyway, as for a shipment that the command has to do with twice."""
        return sum(1 for entry in self.baseline.first.entries if self.point.call.asked(entry))

    def _announced(self) -> bool:
        return any(each.announced for each in self.point.failures) or not self.point.failures

    def _silent(self) -> bool:
        return any(each.document["type"] == "latency" for each in self.point.failures)

    def _clauses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.clause for each in self.point.failures if each.clause))


def _failed(symptom: str, reason: str, clauses: tuple[str, ...]) -> Verdict:
    return Verdict(FAILED, reason, symptom, clauses)


def _struck(entry: Entry) -> bool:
    return any(each.startswith(STRIKE) for each in entry.injected)


def _after_strike(entries: Sequence[Entry]) -> Sequence[Entry]:
    """What was asked after the first failure; nothing if there was none."""
    return next((entries[place:] for place, entry in enumerate(entries, 1) if _struck(entry)), ())


def _forced(entry: Entry) -> bool:
    """Whether a rule refused it on purpose; one that only slowed it down did not."""
    return _struck(entry) and (entry.refusal is not None or entry.lost)


def _answered(entry: Entry) -> bool:
    return entry.status < HTTPStatus.BAD_REQUEST and not entry.lost

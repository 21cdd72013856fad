"""Failures: one thing that goes wrong with a call, and the points of a campaign that are made of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mock_server.lab.calls import ClientCall

ONCE, TWICE, UNTIL, EVER = "once", "twice", "until the wait is over", "for ever"
NOW, MINUTE, MIDNIGHT = "now", "minute", "midnight"
BEFORE, AFTER = "before", "after"
DELIVERY = "delivery"  # the phase of what happens to a webhook's event
LOST_EVENT, LATE_EVENT = "drop", "delay"
STRIKE = "lab-"  # what the ids of the rules of failures begin with
A_MINUTE = 60.0  # seconds of the sandbox that a refusal which passes asks to wait
A_MOMENT = 0.5  # seconds of a clock that stands still: whoever waits as told finds it over


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that goes wrong with one call.

    `announced` says that the answer tells how long to wait, `blamed` that it says the request is wrong.
    """

    call: ClientCall
    fault: str
    document: Mapping[str, Any]
    times: str = ONCE
    phase: str = BEFORE
    announced: bool = False
    blamed: bool = False
    item: str | None = None
    """The number of a batch's item that is refused, the rest is answered."""
    status: int | None = None
    """Of the refusal, if it is one."""
    clause: str | None = None
    """The clause by which the API may answer so; the network's failures have none."""

    def rule(self, identifier: str, status: int | None = None) -> dict[str, Any]:
        """The fault rule; `until` is in seconds of the world, and is made an instant there.

        With a `status`, it leaves answers of another alone.
        """
        if self.phase == DELIVERY:
            match = {"tracking_number": self.call.subject} if self.call.subject else {}
            return {"id": identifier, "fault": dict(self.document), "match": match, "times": 1}
        rule: dict[str, Any] = {
            "id": identifier,
            "fault": dict(self.document) | ({"retry_after_seconds": A_MINUTE} if self.waits else {}),
            "match": self.call.match(self.item) | ({"status": status} if status else {}),
        }
        earlier = self.call.earlier if self.item is None else 0
        if earlier:
            rule["after"] = earlier
        if self.times in {ONCE, TWICE}:
            rule["times"] = 1 if self.times == ONCE else 2
        if self.times == UNTIL:
            rule["until"] = A_MOMENT
        if self.phase_matters:
            rule["phase"] = self.phase
        return rule

    @property
    def waits(self) -> bool:
        """Whether it is over when the announced wait is."""
        return self.times == UNTIL and self.announced

    @property
    def phase_matters(self) -> bool:
        return self.item is None

    @property
    def lasting(self) -> bool:
        """Whether no patience helps."""
        return self.times == EVER or self.blamed or self.item is not None or self.forged or self.fault == LOST_EVENT

    @property
    def on_its_way(self) -> bool:
        """Whether it happens to an answer, whatever that says."""
        return self.phase == AFTER and self.document["type"] != "error"

    @property
    def forged(self) -> bool:
        """Whether it is an event that nobody should believe."""
        return self.phase == DELIVERY and "signature" in self.fault

    @property
    def name(self) -> str:
        return f"{self.call.id} {self.fault}{f' of {self.item}' if self.item else ''} {self.phase} {self.times}"


@dataclass(frozen=True, slots=True)
class Point:
    """One world of a campaign: what goes wrong in it, when, and under which plan; without failures, only the plan."""

    call: ClientCall
    failures: tuple[Failure, ...] = ()
    when: str = NOW
    plan: str | None = None
    remaining: int | None = None

    @property
    def name(self) -> str:
        parts = [each.name for each in self.failures] or [self.fault]
        return f"{' and '.join(parts)} {self.when} {self.plan or ''} {self.remaining}".strip()

    @property
    def told(self) -> str:
        """Where, what and when, for a reader."""
        when = {MINUTE: ", at a minute's edge", MIDNIGHT: ", at midnight"}.get(self.when, "")
        phase = ", after the effect" if self.phase == AFTER and not self.call.safe else ""
        return f"{self.call.id}: {self.fault} {self.times}{phase}{when}"

    @property
    def fault(self) -> str:
        if self.failures:
            return " and ".join(dict.fromkeys(_told(each, self.call) for each in self.failures))
        return f"plan {self.plan}" if self.remaining is None else "the quota is used up"

    @property
    def lasting(self) -> bool:
        return any(each.lasting for each in self.failures) or (not self.failures and self.remaining is None)

    @property
    def endless(self) -> bool:
        """Whether it would have to pass for anybody to survive it, and does not."""
        return any(each.times == EVER and not each.blamed and each.item is None for each in self.failures)

    @property
    def announced(self) -> bool:
        return all(each.announced for each in self.failures)

    @property
    def blamed(self) -> bool:
        return any(each.blamed for each in self.failures)

    @property
    def phase(self) -> str:
        return self.failures[0].phase if self.failures else BEFORE

    @property
    def times(self) -> str:
        return self.failures[0].times if self.failures else UNTIL

    @property
    def runs(self) -> bool:
        """Whether time has to pass for it to be over, which no answer announces."""
        return any(each.fault == LATE_EVENT for each in self.failures)

    @property
    def patience(self) -> bool:
        """Whether the wait is told to be two seconds, so that who sleeps one after everything comes too early."""
        return self.when == NOW and any(each.waits for each in self.failures)

    def rules(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(
            each.rule(f"{STRIKE}{place}", each.call.status if self._meets_refusals(each) else None)
            for place, each in enumerate(self.failures, 1)
        )

    def _meets_refusals(self, failure: Failure) -> bool:
        """Whether what is lost on its way might be the refusal of another failure, which would pass unseen then."""
        refused = any(each.call == failure.call and each.status is not None for each in self.failures)
        return refused and failure.on_its_way

    def struck(self, counts: Mapping[str, int]) -> bool:
        """Whether all that was to go wrong did."""
        return all(counts.get(f"{STRIKE}{place}") for place, _ in enumerate(self.failures, 1))

    def smaller(self) -> "Iterator[Point]":
        """The points with one thing less in them."""
        for place in range(len(self.failures) if len(self.failures) > 1 else 0):
            rest = (*self.failures[:place], *self.failures[place + 1 :])
            yield replace(self, call=rest[0].call, failures=rest)
        if self.when != NOW:
            yield replace(self, when=NOW)
        for place, each in enumerate(self.failures):
            if each.times in {TWICE, UNTIL, EVER} and not each.blamed:
                fewer = {
                    TWICE: (ONCE,),
                    UNTIL: (ONCE,),
                    EVER: (ONCE, TWICE, UNTIL) if each.announced else (ONCE, TWICE),
                }
                for times in fewer[each.times]:
                    failures = (*self.failures[:place], replace(each, times=times), *self.failures[place + 1 :])
                    yield replace(self, failures=failures)


def _told(failure: Failure, call: ClientCall) -> str:
    name = f"{failure.fault} for {failure.item}" if failure.item else failure.fault
    return name if failure.call == call else f"{name} at {failure.call.id}"

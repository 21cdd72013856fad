"""A day's quota: spent, watched until it ends, and counted."""

from dataclasses import dataclass

from contract_tests.burn import TOO_MANY, Burn
from contract_tests.exchange import Exchange
from contract_tests.expect import described
from contract_tests.facts import UnverifiableError
from contract_tests.passive.quota_law import asked_for

LARGEST = 10_000  # lookups that are spent to count a day; a larger day would take minutes
MINUTE, DAY = 60, 86400
_EVENING, _MORNING = 30, 3  # seconds before a day's end, and after it


@dataclass(frozen=True, slots=True)
class Day:
    """The day of a key that is used up; time is moved, never waited for."""

    burn: Burn

    def until_midnight(self) -> float:
        """The next midnight UTC, by the target's clock."""
        now = self.burn.run.sleeper.now()
        return now + DAY - now % DAY

    def ends(self, refusal: Exchange) -> bool:
        """Enters whether a day that is used up ends at midnight; answers whether a new one has surely begun.

        That is so if nothing passed right before and something right after, be it midnight or another end that Reset
        has named.
        """
        burn, ledger, sleeper = self.burn, self.burn.ledger, self.burn.run.sleeper
        told, end = burn.reading(refusal), self.until_midnight()
        if told is not None and told.ends_at - refusal.at > MINUTE + 1:
            end = told.ends_at
            ledger.judge("quota.day", refusal, "Reset at midnight UTC", told.reset, holds=round(end) % DAY == 0)
        sleeper.move(max(0.0, end - _EVENING - sleeper.now()))
        evening = burn.track()
        sleeper.move(end + _MORNING - sleeper.now())
        morning = burn.track()
        before, after = evening.status == TOO_MANY, morning.status != TOO_MANY
        ledger.judge("quota.day", evening, "a 429 until the day ends", described(evening), holds=before)
        ledger.judge("quota.day", morning, "an answer when the day has ended", described(morning), holds=after)
        return before and after

    def begins(self) -> None:
        """Sends the first request after midnight."""
        sleeper = self.burn.run.sleeper
        sleeper.move(self.until_midnight() + _MORNING - sleeper.now())
        self.burn.track()

    def is_counted(self, *, fresh: bool) -> Exchange | None:
        """Enters whether the day, in which one request has passed, is as long as the plan says; answers the last reply.

        The count tells if the day is surely `fresh`. Otherwise it may have begun before, and a count that is not the
        plan's only tells where to begin another; but no day of that length has room for two.
        """
        limit = self.burn.plan.per_day or 0
        if limit > LARGEST:
            return None
        since = len(self.burn.run.session.exchanges)
        granted, last = self._spend(limit if fresh else 2 * limit)
        if not self._fits(granted, since) and not fresh and last is not None and _refused(last):
            if not self.ends(last):
                raise UnverifiableError("the day ends at no time that could be foreseen, so it can't be counted")
            since = len(self.burn.run.session.exchanges)
            granted, last = self._spend(limit)
        expected = f"{limit} requests a day"
        for clause in (self.burn.plan.clause, "quota.both-windows"):
            self.burn.ledger.judge(clause, last, expected, granted, holds=self._fits(granted, since))
        return last

    def _fits(self, granted: int, since: int) -> bool:
        """Whether so many are the plan's day, when what was spoilt on the way may have cost something or not."""
        sent = [each for each in self.burn.run.session.exchanges[since:] if each.key == self.burn.key]
        spoilt = sum(each.again * max(1, len(asked_for(each))) for each in sent)
        return granted <= (self.burn.plan.per_day or 0) <= granted + spoilt

    def _spend(self, most: int) -> tuple[int, Exchange | None]:
        """Sends minute after minute until more than `most` were granted or a new minute grants nothing.

        Answers how many were granted, with the one that was before, and the last reply.
        """
        plan, spent, last = self.burn.plan, 1, None
        while spent <= most:
            self.burn.run.sleeper.move(MINUTE)
            room = (plan.per_day or 0) - spent
            sizes = _portions(min(plan.per_minute or 0, room) if room >= 0 else plan.per_minute or 0, plan.batch_size)
            passed, last = self._send(sizes)
            if _refused(last) and sizes != [1]:  # what is left may be too little for a batch
                singles, last = self._send([1] * plan.batch_size)
                passed += singles
            if _refused(last) and not passed:
                break
            spent += passed
        return spent, last

    def _send(self, sizes: list[int]) -> tuple[int, Exchange | None]:
        """How many passed until one was refused, and the last reply."""
        passed, answer = 0, None
        for size in sizes:
            answer = self.burn.send(size)
            passed += self.burn.granted(answer, size)
            if answer.status == TOO_MANY:
                break
        return passed, answer


def _portions(total: int, size: int) -> list[int]:
    """The total in batches; one request too many when nothing is left."""
    if total <= 0:
        return [1]
    return [size] * (total // size) + ([total % size] if total % size else [])


def _refused(answer: Exchange | None) -> bool:
    return answer is not None and answer.status == TOO_MANY

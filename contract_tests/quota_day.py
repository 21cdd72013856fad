"""A day's quota: spent, watched until it ends, and counted."""

from dataclasses import dataclass, replace

from contract_tests.exchange import Exchange
from contract_tests.expect import described
from contract_tests.passive.quota_law import asked_for
from contract_tests.quota_burn import ALIGNED, TOO_MANY, QuotaBurn

LARGEST = 10_000  # lookups that are spent to count a day; a larger day would take minutes
MINUTE, DAY = 60, 86400
_HOUR = 3600
_EVENING, _MORNING = 30, 3  # seconds before a day's end, and after it


@dataclass(frozen=True, slots=True)
class QuotaDay:
    """The day of a key that is used up; time is moved, never waited for."""

    burn: QuotaBurn

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
        named = told is not None and told.ends_at - refusal.at > MINUTE + 1
        if told is not None and named:
            end = told.ends_at
            ledger.judge("quota.day", refusal, "Reset at midnight UTC", told.reset, holds=round(end) % DAY == 0)
        sleeper.move(max(0.0, end - _EVENING - sleeper.now()))
        evening = burn.track()
        sleeper.move(end + _MORNING - sleeper.now())
        morning = burn.track()
        before, after = evening.status == TOO_MANY, morning.status != TOO_MANY
        ledger.judge("quota.day", evening, "a 429 until the day ends", described(evening), holds=before)
        ledger.judge("quota.day", morning, "an answer when the day has ended", described(morning), holds=after)
        if named and before:
            self._passes_after_reset(morning, end)
        return before and after

    def _passes_after_reset(self, morning: Exchange, end: float) -> None:
        """Enters whether something passes after the end of the day that Reset named, or after the next one."""
        burn, sleeper = self.burn, self.burn.run.sleeper
        told = burn.reading(morning)
        if morning.status == TOO_MANY and told is not None and told.ends_at > end + MINUTE:
            sleeper.move(max(0.0, told.ends_at + _MORNING - sleeper.now()))
            morning = burn.track()  # a limiter may count what it refuses
        passed = morning.status != TOO_MANY
        burn.ledger.judge("quota.reset.true", morning, "an answer after Reset", described(morning), holds=passed)

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
        count = self._count(limit if fresh else 2 * limit)
        if not self._fits(count) and not fresh and _refused(count.last):
            count = self._count(limit) if count.last and self.ends(count.last) else self._quietly()
        self._entered(count)
        return count.last

    def is_counted_after_quiet(self) -> None:
        """As `is_counted`, of a day before which nothing was sent for a day, whenever it ends."""
        if (self.burn.plan.per_day or 0) <= LARGEST:
            self._entered(self._quietly())

    def _entered(self, count: "_Count") -> None:
        """Enters a count; a limiter may give back bit by bit what a day has, where windows are not fixed."""
        plan, found, rate = self.burn.plan, count.granted, (self.burn.plan.per_day or 0) / DAY
        expected, fits = f"{plan.per_day} requests a day", self._fits(count)
        within = fits or self._fits(replace(count, granted=round(found - rate * count.seconds - 1)))
        self.burn.ledger.judge(plan.clause, count.last, expected, found, holds=within)
        self.burn.ledger.judge(plan.clause, count.last, expected, found, holds=fits, given=ALIGNED)
        self.burn.ledger.judge("quota.both-windows", count.last, expected, found, holds=fits)

    def _quietly(self) -> "_Count":
        """A count after a day in which nothing was sent; another, at another time of day, if a day ended within it."""
        limit, sleeper = self.burn.plan.per_day or 0, self.burn.run.sleeper
        count = _Count(0, None)
        for hours in (0, 7):
            sleeper.move(DAY + hours * _HOUR + _MORNING)
            first = self.burn.track()
            if first.status == TOO_MANY:
                return _Count(0, first)
            count = self._count(2 * limit)
            if self._fits(count) or count.granted < limit:
                break
        return count

    def _fits(self, count: "_Count") -> bool:
        """Whether so many are the plan's day, when what was spoilt on the way may have cost something or not."""
        return count.granted <= (self.burn.plan.per_day or 0) <= count.granted + count.spoilt

    def _count(self, most: int) -> "_Count":
        """Spends the day, in which one request has passed, until it is refused or more than `most` were granted."""
        since, began = len(self.burn.run.session.exchanges), self.burn.run.sleeper.now()
        granted, last = self._spend(most)
        sent = [each for each in self.burn.run.session.exchanges[since:] if each.key == self.burn.key]
        spoilt = sum(each.again * max(1, len(asked_for(each))) for each in sent)
        return _Count(granted, last, self.burn.run.sleeper.now() - began, spoilt)

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


@dataclass(frozen=True, slots=True)
class _Count:
    """How many requests of a day were granted, in what time, and how many more may have been but were spoilt."""

    granted: int
    last: Exchange | None
    seconds: float = 0.0
    spoilt: int = 0


def _portions(total: int, size: int) -> list[int]:
    """The total in batches; one request too many when nothing is left."""
    if total <= 0:
        return [1]
    return [size] * (total // size) + ([total % size] if total % size else [])


def _refused(answer: Exchange | None) -> bool:
    return answer is not None and answer.status == TOO_MANY

"""Using up one key's quota, step by step."""

from dataclasses import dataclass

from contract_tests.api import Api, shipments
from contract_tests.contract.document import Plan
from contract_tests.exchange import Exchange, Key
from contract_tests.expect import described, refused
from contract_tests.ledger import Ledger
from contract_tests.numbers import number_like
from contract_tests.pacing import whole_number
from contract_tests.passive.quota_law import Reading, readings
from contract_tests.run import Run

LAST = 3  # single requests are counted one by one from here down to zero
_MOST_SINGLES = 60
_MINUTE = 60.0
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Burn:
    """A key, its plan, and the run that spends it; refusals are answers here, and nothing is waited out."""

    run: Run
    key: Key
    plan: Plan

    @property
    def api(self) -> Api:
        return self.run.api

    @property
    def ledger(self) -> Ledger:
        return self.run.ledger

    def track(self) -> Exchange:
        return self.api.track(self.api.facts.known(), key=self.key, wanting_429=True)

    def batch(self, size: int, *, expected_cost: int | None = None) -> Exchange:
        known = self.api.facts.known()
        asked = shipments([known, *(number_like(self.api, known, f"batch {count}") for count in range(1, size))])
        return self.api.batch(asked, key=self.key, wanting_429=True, expected_cost=expected_cost)

    def reading(self, exchange: Exchange) -> Reading | None:
        """What the answer's headers say."""
        return next(readings(self.run.contract, [exchange]), None)

    def left(self, exchange: Exchange) -> int | None:
        """Remaining, if it is a number that the plan can have."""
        told = whole_number(exchange.response.header(self.run.contract.header("remaining")))
        return told if told is not None and told < (self.plan.per_minute or 0) else None

    def fresh(self) -> Exchange:
        """The first answer of a new minute."""
        told = self.reading(self.track())
        ahead = told.ends_at - self.run.sleeper.now() if told else _MINUTE
        wait = ahead if 0 < ahead <= _MINUTE + 1 else _MINUTE  # nobody waits for the day's window
        self.run.sleeper.pass_time(wait + 0.5, f"waiting {wait:.0f} s for the minute window")
        return self.track()

    def down(self, left: int, *, stop_at: int = 0) -> tuple[int, int]:
        """Spends down to `stop_at`, in batches while there is much; answers what is left and what was granted."""
        granted = 0
        while left > stop_at:
            spare = left - max(stop_at, LAST)
            size = max(1, min(self.plan.batch_size, spare)) if left > _MOST_SINGLES or stop_at else 1
            if left == LAST and self.plan.batch_size > LAST and not stop_at:
                self._atomic(left)
            answer = self.batch(size) if size > 1 else self.track()
            now_left, passed = self.left(answer), answer.status != TOO_MANY
            expected, found = f"an answer with {left - size} left", f"{answer.status} with {now_left} left"
            granted += size * passed
            holds = passed and now_left == left - size
            if not self.ledger.judge("quota.exact", answer, expected, found, holds=holds):
                return (now_left or 0) if passed else 0, granted
            left -= size
        return left, granted

    def minute(self) -> None:
        """Enters whether the plan's minute, spent in batches, is as long as the table says."""
        first = self.fresh()
        if self.left(first) is None or self.plan.per_minute is None:
            self.ledger.breach(self.plan.clause, first, "Remaining on a limited plan", described(first))
            return
        granted, answer = 1, first
        while answer.status != TOO_MANY and granted <= self.plan.per_minute:
            size = max(1, min(self.plan.batch_size, self.plan.per_minute - granted))
            answer = self.batch(size)
            granted += size * (answer.status != TOO_MANY)
        expected, holds = f"{self.plan.per_minute} requests a minute", granted == self.plan.per_minute
        self.ledger.judge(self.plan.clause, answer, expected, granted, holds=holds)

    def batch_size(self) -> None:
        """Enters whether the plan's largest batch passes and a larger one does not."""
        if self.plan.limited:
            self.fresh()
        size = self.plan.batch_size
        full, over = self.batch(size), self.batch(size + 1, expected_cost=1)
        passed, declined = full.response.succeeded, 400 <= over.status < 500 and over.status != TOO_MANY
        for clause in (self.plan.clause, "batch.size"):
            self.ledger.judge(clause, full, f"a batch of {size}", described(full), holds=passed)
            self.ledger.judge(clause, over, f"no batch of {size + 1}", described(over), holds=declined)

    def unlimited(self) -> None:
        """Enters that more passes in a moment than any limited plan has in a minute."""
        most = max(each.per_minute or 0 for each in self.run.contract.plans.values())
        for _ in range(most // self.plan.batch_size + 1):
            answer = self.batch(self.plan.batch_size)
            passed = answer.status != TOO_MANY
            if not self.ledger.judge(self.plan.clause, answer, "no limit", described(answer), holds=passed):
                return

    def day(self, granted: int) -> None:
        """Spends a whole day's quota in batches, minute after minute; `granted` were sent on that day before."""
        limit, per_minute = self.plan.per_day, self.plan.per_minute
        if limit is None or per_minute is None:
            return
        answer = None
        while granted <= limit and (answer is None or answer.status != TOO_MANY):
            self.run.sleeper.move(_MINUTE)
            for size in _portions(min(per_minute, limit - granted), self.plan.batch_size):
                answer = self.batch(size)
                if answer.status == TOO_MANY:
                    break
                granted += size
        for clause in (self.plan.clause, "quota.both-windows"):
            self.ledger.judge(clause, answer, f"{limit} requests a day", granted, holds=granted == limit)

    def _atomic(self, left: int) -> None:
        answer = self.batch(left + 1)
        clauses = ["quota.batch.atomic"] if answer.response.succeeded else ["quota.batch.atomic", "errors.429"]
        refused(self.run.contract, self.ledger, clauses, answer, "rate_limit_exceeded")
        found = self.left(answer)
        self.ledger.judge("quota.batch.atomic", answer, f"{left} left, as before", found, holds=found == left)


def _portions(total: int, size: int) -> list[int]:
    """The total in batches; one request too many when nothing is left."""
    if total <= 0:
        return [1]
    return [size] * (total // size) + ([total % size] if total % size else [])

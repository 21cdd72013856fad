"""Using up one key's quota, step by step."""

from dataclasses import dataclass

from contract_tests.api import Api, shipments
from contract_tests.batches import filling, largest, learn_repetition
from contract_tests.contract.document import Plan
from contract_tests.exchange import Exchange, Key
from contract_tests.expect import described, refused
from contract_tests.ledger import Ledger
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

    def batch(self, size: int) -> Exchange:
        return self.api.batch(shipments(filling(self.api, size)), key=self.key, wanting_429=True)

    def send(self, size: int) -> Exchange:
        """A batch of that size, or a single request."""
        return self.batch(size) if size > 1 else self.track()

    def granted(self, answer: Exchange, size: int) -> int:
        """How many of so many requests passed; a batch may be answered as far as the quota goes."""
        if answer.status == TOO_MANY:
            return 0
        if self.run.contract.refusals["rate_limit_exceeded"].code not in answer.response.text:
            return size
        results = self.api.read(answer).get("results")
        return size - (len(results) - self.passed(answer) if isinstance(results, list) else 0)

    def passed(self, answer: Exchange) -> int:
        """How many results of a batch are no refusals over the quota."""
        code = self.run.contract.refusals["rate_limit_exceeded"].code
        results = self.api.read(answer).get("results")
        return sum(code not in str(each) for each in results) if isinstance(results, list) else 0

    def reading(self, exchange: Exchange) -> Reading | None:
        """What the answer's headers say."""
        return next(readings(self.run.contract, [exchange]), None)

    def left(self, exchange: Exchange) -> int | None:
        """Remaining, if it is a number that the plan can have."""
        told = whole_number(exchange.response.header(self.run.contract.header("remaining")))
        return told if told is not None and told < (self.plan.per_minute or 0) else None

    def fresh(self) -> Exchange:
        """The first answer of a new minute."""
        learn_repetition(self.api, self.key)
        told = self.reading(self.track())
        ahead = told.ends_at - self.run.sleeper.now() if told else _MINUTE
        wait = ahead if 0 < ahead <= _MINUTE + 1 else _MINUTE  # nobody waits for the day's window
        self.run.sleeper.pass_time(wait + 0.5, f"waiting {wait:.0f} s for the minute window")
        return self.track()

    def down(self, left: int, *, stop_at: int = 0) -> tuple[int, int]:
        """Spends down to `stop_at`, in batches while there is much; answers what is left and what was granted."""
        granted = 0
        while left > stop_at:
            if left == LAST and self.plan.batch_size > LAST and not stop_at:
                now_left, spent = self._atomic(left)
                left, granted = now_left, granted + spent
                if not left:
                    break
            spare = left - max(stop_at, LAST)
            size = max(1, min(self.plan.batch_size, spare)) if left > _MOST_SINGLES or stop_at else 1
            answer = self.send(size)
            now, passed = self.left(answer), answer.status != TOO_MANY
            expected, found = f"an answer with {left - size} left", f"{answer.status} with {now} left"
            granted += size * passed
            holds = passed and now == left - size
            if not self.ledger.judge("quota.exact", answer, expected, found, holds=holds):
                return (now or 0) if passed else 0, granted
            left -= size
        return left, granted

    def used_up(self) -> Exchange:
        """A refusal, after spending whatever is left; or the answer, if the key can't be used up."""
        answer = self.track()
        left = self.left(answer) or 0
        while answer.status != TOO_MANY and left >= 0:
            size = max(1, min(self.plan.batch_size, left))
            answer, left = self.send(size), left - size
        return answer

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
        full, over = largest(self.api, size, key=self.key, wanting_429=True)
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

    def _atomic(self, left: int) -> tuple[int, int]:
        """Asks for more than is left, at once; answers what is left then, and what was spent."""
        answer = self.batch(left + 1)
        clauses = ["quota.batch.atomic"] if answer.response.succeeded else ["quota.batch.atomic", "errors.429"]
        refused(self.run.contract, self.ledger, clauses, answer, "rate_limit_exceeded")
        found = self.left(answer)
        self.ledger.judge("quota.batch.atomic", answer, f"{left} left, as before", found, holds=found == left)
        now = left if found is None else min(found, left)
        passed = min(self.passed(answer), left + 1) if answer.response.succeeded else 0
        return now, max(left - now, passed)

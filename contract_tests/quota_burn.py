"""Using up one key's quota, step by step."""

from dataclasses import dataclass
from itertools import pairwise

from contract_tests.api import Api, shipments
from contract_tests.batches import check_room, filling, largest, learn_repetition, turned_down
from contract_tests.contract.document import PlanLimits
from contract_tests.exchange import Exchange, Key
from contract_tests.expect import described, refused
from contract_tests.facts import UnverifiableError
from contract_tests.ledger import Ledger
from contract_tests.pacing import whole_number
from contract_tests.passive.quota_law import QuotaReading, readings
from contract_tests.resets import LATE, is_absolute
from contract_tests.run import Run

LAST = 3  # single requests are counted one by one from here down to zero
_MOST_SINGLES = 60
MINUTE = 60.0
STEADY = ("quota.reset.steady",)  # while Reset stands still, nothing is given back
ALIGNED = ("quota.minute",)  # windows are fixed, so a new one is whole
WINDOW = ("quota.headers.window",)  # the page does not say which window the headers describe
_ATTEMPTS = 3  # because a window may have ended while it was counted
WITHIN = 50.0  # seconds of a minute after which what came back of it is counted
_MARGIN = 1.5  # seconds by which clocks and answers may be late
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Spent:
    """A minute that was spent: what was told to be left after the first answer, what was granted, and in what time.

    It is `clean` if nothing was spoilt on the way and no window ended meanwhile. `since` is the end of a window right
    before it, if that is known, so that any kind of window that began then or later lasts until a minute after that.
    What was refused may have cost something all the same, so many are `lost`.
    """

    first: Exchange
    told: int | None
    granted: int
    last: Exchange
    seconds: float
    clean: bool
    since: float | None = None
    lost: int = 0


def whole_minute(run: Run, answer: Exchange) -> float | None:
    """Comes back when nothing was sent with the key for a minute since that answer of it.

    Where Reset tells when a window ends, that is right after such an end, which is answered.
    """
    told, now = next(readings(run.contract, [answer]), None), run.sleeper.now()
    ends = now + MINUTE
    known = told is not None and now < told.ends_at <= now + 2 * MINUTE + 1  # nobody waits for the day's window
    if told is not None and known:
        ends = told.ends_at + MINUTE
    wait = ends - now + LATE + _MARGIN
    run.sleeper.pass_time(wait, f"waiting {wait:.0f} s for the minute window")
    return ends if known else None


@dataclass(frozen=True, slots=True)
class QuotaBurn:
    """A key, its plan, and the run that spends it; refusals are answers here, and nothing is waited out."""

    run: Run
    key: Key
    plan: PlanLimits

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

    def reading(self, exchange: Exchange) -> QuotaReading | None:
        """What the answer's headers say."""
        return next(readings(self.run.contract, [exchange]), None)

    def left(self, exchange: Exchange) -> int | None:
        """Remaining, if it is a number that the plan can have."""
        told = whole_number(exchange.response.header(self.run.contract.header("remaining")))
        return told if told is not None and told < (self.plan.per_minute or 0) else None

    def fresh(self) -> Exchange:
        """The first answer of a minute that is whole for any kind of limiter, and does not end while it is counted."""
        return self.fresh_since()[0]

    def fresh_since(self) -> tuple[Exchange, float | None]:
        """As `fresh`, with the end of a window right before it if that is known."""
        learn_repetition(self.api, self.key)
        since = whole_minute(self.run, self.track())
        return self.track(), since

    def burst(self) -> Spent:
        """Spends a whole minute, batches first where there is much, and a little more, until it is refused."""
        began = self.run.sleeper.now() + MINUTE
        first = self.fresh()
        left = told = self.left(first)
        if told is None or left is None:
            return Spent(first, None, 1, first, 0.0, clean=not first.again)
        start = first.at
        _, granted, lost = self.down(left)
        granted, last = granted + 1, self.track()
        while last.status != TOO_MANY and granted <= told + 1 + self.given_back(last.at - start) + 1:
            granted, last = granted + 1, self.track()
        window = self.reading(first)
        ended = window is not None and began < window.ends_at <= last.at + LATE and is_absolute(window.reset)
        clean = not self.spoilt_since(first) and not ended
        return Spent(first, told, granted, last, last.at - start, clean=clean, lost=lost)

    def spoilt_since(self, first: Exchange) -> bool:
        """Whether that answer of the key or a later one was spoilt on the way at first."""
        seen = self.run.session.exchanges
        return any(each.again for each in seen if each.number >= first.number and each.key == self.key)

    def given_back(self, seconds: float) -> float:
        """How many requests a limiter gives back in that time, at most: the page does not say what kind it is."""
        return (self.plan.per_minute or 0) / MINUTE * 2 * (seconds + self.latency())

    def latency(self) -> float:
        """How long an answer takes here, about."""
        seen = [each for each in self.run.session.exchanges[-20:] if each.key == self.key and each.in_order]
        times = [after.at - before.at for before, after in pairwise(seen)]
        return sorted(times)[len(times) // 2] if times else 0.0

    def down(self, left: int, *, stop_at: int = 0) -> tuple[int, int, int]:
        """Spends down to `stop_at`, in batches while there is much; answers what is left, what was granted and lost.

        What was said to be left must pass, whatever kind of limiter it is; that it falls by just what was spent is so
        only where nothing is given back meanwhile.
        """
        granted = lost = 0
        while left > stop_at:
            if left == LAST and self.plan.batch_size > LAST and not stop_at:
                now_left, spent = self._atomic(left)
                left, granted, lost = now_left, granted + spent, lost + left - now_left - spent
                if not left:
                    break
            spare = left - max(stop_at, LAST)
            size = max(1, min(self.plan.batch_size, spare)) if left > _MOST_SINGLES or stop_at else 1
            answer = self.send(size)
            now, passed = self.left(answer), answer.status != TOO_MANY
            granted += size * passed
            if answer.again:  # who knows what the spoilt ones cost
                left = (now or 0) if passed else 0
                continue
            expected, found = f"an answer with {left - size} left", f"{answer.status} with {now} left"
            if not self.ledger.judge("quota.exact", answer, expected, found, holds=passed):
                return 0, granted, lost
            if not self.ledger.judge("quota.exact", answer, expected, found, holds=now == left - size, given=STEADY):
                return (now or 0), granted, lost
            left -= size
        return left, granted, lost

    def used_up(self) -> Exchange:
        """A refusal, after spending whatever is left; or the answer, if the key can't be used up."""
        answer = self.track()
        for _ in range(_ATTEMPTS):
            left = self.left(answer) or 0
            while answer.status != TOO_MANY and left >= 0:
                size = max(1, min(self.plan.batch_size, left))
                answer, left = self.send(size), left - size
        return answer

    def minute(self) -> None:
        """Enters whether the plan's minute is as long as the table says: no shorter, and no longer either."""
        limit = self.plan.per_minute or 0
        for attempt in range(1, _ATTEMPTS + 1):
            spent = self.spend()
            least = spent.granted >= limit
            most = spent.granted <= limit + self.given_back(spent.seconds) + 1
            if not spent.clean and attempt < _ATTEMPTS:
                continue
            if not spent.clean:
                raise UnverifiableError("each time that the minute was spent, some answers were spoilt on the way")
            if (least and most) or attempt == _ATTEMPTS:
                expected = f"{limit} requests a minute"
                self.ledger.judge(self.plan.clause, spent.last, expected, spent.granted, holds=least and most)
                self.ledger.judge(
                    self.plan.clause, spent.last, expected, spent.granted, holds=spent.granted == limit, given=ALIGNED
                )  # fmt: skip
                if least and most and spent.last.status == TOO_MANY:
                    self.lasts(spent)
                return

    def lasts(self, spent: Spent) -> None:
        """Enters whether a minute that is spent comes back no faster than in a minute.

        A bucket gives back bit by bit, as much in a minute as the plan has; a fixed window nothing before its end,
        which must be known, so that what comes back is of this minute and not of the next.
        """
        limit, sleeper = self.plan.per_minute or 0, self.run.sleeper
        if spent.since is None or sleeper.now() > spent.since + WITHIN:
            return
        rest = spent.since + WITHIN - sleeper.now()
        sleeper.pass_time(rest, f"waiting {rest:.0f} s within the minute")
        granted, last = spent.granted, spent.last
        while granted <= 2 * limit + LAST:
            size = max(1, min(self.plan.batch_size, limit // 10))
            last = self.send(size)
            granted += self.granted(last, size)
            if last.status == TOO_MANY:
                break
        seconds = last.at - spent.since
        if seconds < MINUTE - LATE and not last.again:
            most = limit + limit / MINUTE * seconds + 1
            expected = f"no more than {most:.0f} requests in {seconds:.0f} s, bit by bit"
            self.ledger.judge(self.plan.clause, last, expected, granted, holds=granted <= most)

    def spend(self) -> Spent:
        """Spends a whole minute of the plan in batches, and then singly until it is refused."""
        (first, since), limit = self.fresh_since(), self.plan.per_minute or 0
        granted, last = 1, first
        while last.status != TOO_MANY and granted < limit:
            size = max(1, min(self.plan.batch_size, limit - granted))
            last = self.send(size)
            granted += self.granted(last, size)
        while last.status != TOO_MANY and granted <= limit + self.given_back(last.at - first.at) + 2:
            last = self.track()
            granted += last.status != TOO_MANY
        clean = not self.spoilt_since(first)
        return Spent(first, self.left(first), granted, last, last.at - first.at, clean, since)

    def batch_size(self) -> None:
        """Enters whether the plan's largest batch passes and a larger one does not."""
        check_room(self.plan, self.plan.batch_size)
        if self.plan.limited:
            self.fresh()
        size = self.plan.batch_size
        full, over = largest(self.api, size, key=self.key, wanting_429=True)
        if TOO_MANY in {full.status, over.status}:
            raise UnverifiableError("a batch was refused over the quota, which says nothing about its size")
        passed, declined = full.response.succeeded, 400 <= over.status < 500
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

    def _fitted(self, size: int) -> bool:
        """Whether a batch as large was answered with this key before, so that its size is no reason to refuse one."""
        batch = self.api.operation("trackBatch")
        asked = (each for each in self.api.session.exchanges if each.operation is batch and each.key == self.key)
        return any(each.response.succeeded and each.cost >= size for each in asked)

    def _atomic(self, left: int) -> tuple[int, int]:
        """Asks for more than is left, at once; answers what is left then, and how many passed."""
        answer = self.batch(left + 1)
        refused_for_quota = answer.status == TOO_MANY or (turned_down(answer) and self._fitted(left + 1))
        clauses = ["quota.batch.atomic", *(["errors.429"] if refused_for_quota else [])]
        refused(self.run.contract, self.ledger, clauses, answer, "rate_limit_exceeded")
        found = self.left(answer)
        self.ledger.judge("quota.batch.atomic", answer, f"{left} left, as before", found, holds=found == left)
        now = left if found is None else min(found, left)
        passed = min(self.passed(answer), left + 1) if answer.response.succeeded else 0
        return now, passed

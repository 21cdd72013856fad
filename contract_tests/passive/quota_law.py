"""The quota's arithmetic, read off the headers of everything that was sent, at no request of its own."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from contract_tests.contract.document import Contract
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger
from contract_tests.pacing import whole_number
from contract_tests.resets import is_absolute, reset_at

_SAME_WINDOW_SECONDS = 20.0  # windows that end further apart are different windows
_ROUNDING_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class QuotaReading:
    """What the headers of one answer said: how many are left, and until when (Unix seconds)."""

    exchange: Exchange
    remaining: int
    reset: str
    ends_at: float


@dataclass(frozen=True, slots=True)
class Fall:
    """How far Remaining fell from one answer to the next of the same key, and how far it should have.

    `between` is what was sent from one to the other, and `own` what of it, with the later one, had the key: what was
    not read costs what is assumed.
    """

    before: QuotaReading
    after: QuotaReading
    expected: int
    between: tuple[Exchange, ...]
    own: tuple[Exchange, ...] = ()

    @property
    def found(self) -> int:
        return self.before.remaining - self.after.remaining

    @property
    def steady(self) -> bool:
        """Whether Reset stood still and was not near, so that no limiter that tells when it gives back did so."""
        before, after = self.before, self.after
        moved = (
            before.reset != after.reset
            if is_absolute(before.reset)
            else abs(after.ends_at - before.ends_at) > _ROUNDING_SECONDS
        )
        return not moved and after.exchange.at < before.ends_at - _ROUNDING_SECONDS


@dataclass(frozen=True, slots=True)
class Charge:
    """What one answer cost, with the clause that says what it should."""

    clause: str
    fall: Fall

    @property
    def right(self) -> bool:
        return self.fall.found == self.fall.expected

    @property
    def expected(self) -> str:
        """What should have been told, in words."""
        unread = len(self.fall.own) - 1
        between = f", with {unread} unread in between" if unread > 0 else ""
        return f"Remaining to fall by {self.fall.expected} from {self.fall.before.remaining}{between}"

    @property
    def found(self) -> str:
        return f"{self.fall.after.remaining}"


def check_counting(contract: Contract, ledger: Ledger, exchanges: Sequence[Exchange]) -> list[list[Charge]]:
    """Enters where answers were charged as the contract says; answers the charges that look like breaches.

    Charges of a kind are judged together, and most of them must be right: a window may end in between. Those that are
    not may be another client's of the key, so whoever asked must look again before it is told.
    """
    doubtful: list[list[Charge]] = []
    kinds: dict[tuple[object, ...], list[Charge]] = {}
    for fall in falls(contract, exchanges):
        for clause, kind in _clauses(contract, fall):
            kinds.setdefault((clause, *kind), []).append(Charge(clause, fall))
    for charges in kinds.values():
        bad = [each for each in charges if not each.right]
        if (bad and 2 * len(bad) >= len(charges)) or any(
            surely(contract, each) or _risen(contract, each.fall) for each in bad
        ):
            doubtful.append(charges)
        else:
            ledger.hold(charges[0].clause, charges[0].fall.after.exchange)
    return doubtful


def surely(contract: Contract, charge: Charge) -> bool:
    """Whether a charge by itself is too little: no limiter gives back as much, and nobody else can make it smaller."""
    return charge.fall.steady and too_little(contract, [charge]) is True


def _risen(contract: Contract, fall: Fall) -> bool:
    """Whether more is left than before, and more than comes back bit by bit, though Reset stood still."""
    return fall.steady and fall.found < -given_back(contract, fall) - 1


def shared(contract: Contract, exchanges: Sequence[Exchange]) -> bool:
    """Whether somebody else seems to spend the key's quota: lookups cost what they should, and now and then more."""
    lookups = [each.fall for each in seen_costs(contract, exchanges).get("quota.cost", [])]
    return any(each.found > each.expected for each in lookups) and any(each.found == each.expected for each in lookups)


def too_little(contract: Contract, charges: Sequence[Charge]) -> bool | None:
    """Whether less was charged than any limiter could have given back meanwhile; None if that can't be told.

    The page does not say what kind of window a minute is: a token bucket gives back all the time.
    """
    due = sum(each.fall.expected for each in charges)
    taken = sum(each.fall.found for each in charges)
    back = sum(given_back(contract, each.fall) for each in charges) + 1
    return None if back >= due else taken < due - back


def given_back(contract: Contract, fall: Fall) -> float:
    """What a limiter gives back at most between two answers, if it does so bit by bit."""
    key = fall.after.exchange.key
    plan = contract.plans.get(key.plan or "") if key else None
    rates = (
        [plan.per_minute] if plan and plan.per_minute else [each.per_minute or 0 for each in contract.plans.values()]
    )
    return max(rates) / 60 * 2 * max(0.0, fall.after.exchange.at - fall.before.exchange.at)


def seen_costs(contract: Contract, exchanges: Sequence[Exchange]) -> dict[str, list[Charge]]:
    """What these answers cost, by the clauses that say what they should."""
    found: dict[str, list[Charge]] = {}
    for fall in falls(contract, exchanges):
        for clause, _ in _clauses(contract, fall):
            found.setdefault(clause, []).append(Charge(clause, fall))
    return found


def check_resets(contract: Contract, ledger: Ledger, exchanges: Sequence[Exchange]) -> None:
    """Enters whether Reset stood still until it was reached, however slowly it may have moved."""
    for series in _series(contract, exchanges):
        first = series[0]
        for before, after in pairwise(series):
            reached = after.exchange.at >= before.ends_at - _ROUNDING_SECONDS
            if reached or not after.exchange.follows or abs(after.ends_at - before.ends_at) > 60:
                first = after  # a new window, or the other window has fewer requests left now
                continue
            unix = is_absolute(before.reset)
            holds = first.reset == after.reset if unix else abs(after.ends_at - first.ends_at) <= _ROUNDING_SECONDS
            ledger.judge("quota.reset.steady", after.exchange, f"Reset {first.reset}", after.reset, holds=holds)


def readings(contract: Contract, exchanges: Sequence[Exchange]) -> Iterator[QuotaReading]:
    """What each answer with both headers said."""
    remaining_header, reset_header = contract.header("remaining"), contract.header("reset")
    for each in exchanges:
        if not each.in_order:
            continue
        remaining = whole_number(each.response.header(remaining_header))
        reset = each.response.header(reset_header)
        ends_at = reset_at(reset, each.at)
        if remaining is not None and reset is not None and ends_at is not None:
            yield QuotaReading(each, remaining, reset, ends_at)


def falls(contract: Contract, exchanges: Sequence[Exchange]) -> Iterator[Fall]:
    """Neighbouring readings of one key inside one window, with the cost of what was sent from one to the other."""
    for before, after in _pairs(contract, exchanges):
        same = abs(after.ends_at - before.ends_at) <= _SAME_WINDOW_SECONDS and after.exchange.at < before.ends_at
        between = exchanges[before.exchange.number : after.exchange.number]
        own = [each for each in between if each.key == after.exchange.key]
        due = sum(each.cost for each in own)
        if same and all(each.follows for each in between) and due <= before.remaining:
            yield Fall(before, after, due, tuple(between[:-1]), tuple(own))


def _pairs(contract: Contract, exchanges: Sequence[Exchange]) -> Iterator[tuple[QuotaReading, QuotaReading]]:
    for series in _series(contract, exchanges):
        yield from pairwise(series)


def _series(contract: Contract, exchanges: Sequence[Exchange]) -> list[list[QuotaReading]]:
    """The readings of each key, but for those that have no limits, of which the page says nothing."""
    unlimited = {name for name, plan in contract.plans.items() if not plan.limited}
    by_key: dict[str, list[QuotaReading]] = {}
    for each in readings(contract, exchanges):
        if each.exchange.key is not None and each.exchange.key.plan not in unlimited:
            by_key.setdefault(each.exchange.key.text, []).append(each)
    return list(by_key.values())


def _clauses(contract: Contract, fall: Fall) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The clauses that say what the later answer costs, each with what makes a fall comparable with others."""
    strangers = sum(each.cost for each in fall.between if each.key and each.key != fall.after.exchange.key)
    if strangers and fall.found in {fall.expected, fall.expected + strangers}:
        yield "quota.per-key", ()
    if not strangers or fall.found != fall.expected + strangers:
        yield from _of_its_own(contract, fall)


def _of_its_own(contract: Contract, fall: Fall) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The clauses that say what an answer costs by itself."""
    exchange, previous = fall.after.exchange, fall.before.exchange
    operation, status, alone = exchange.operation, exchange.status, (exchange.number,)
    free = contract.document.get("x-quota", {}).get("free_statuses", {}).get("statuses", ())
    uncharged = sum(each.status in free for each in fall.between)
    if status in free or (uncharged and fall.found in {fall.expected, fall.expected + uncharged}):
        yield "quota.free", alone
        return
    unread = fall.own[:-1]
    if unread and fall.found != fall.expected:  # whoever of them cost too much or too little
        if not any(each.response.succeeded or each.operation is None for each in unread):
            yield "quota.cost.refusals", alone
        return
    if operation is None:
        return
    if status in contract.refusals["carrier_unavailable"].statuses:
        yield "quota.cost.unavailable", alone
    elif operation.id == "trackBatch" and exchange.response.succeeded:
        clause = _batch_clause(exchange)
        if clause != "quota.batch-cost" or len(fall.own) == 1:
            yield clause, (_repeats(exchange),)
    elif operation.id == "trackBatch":
        yield "quota.batch-cost.invalid", alone
    elif not exchange.response.succeeded:
        yield "quota.cost.refusals", alone
    elif previous.operation is operation and operation.id == "trackShipment":
        if len(fall.own) == 1:
            yield "quota.cost", ()
    else:
        yield "quota.cost.every-operation", (operation.id,)


def asked_for(exchange: Exchange) -> list[Any]:
    """The shipments that a batch asks for."""
    try:
        body = json.loads(exchange.request.body or b"")
    except ValueError:
        return []
    lists = [each for each in body.values() if isinstance(each, list)] if isinstance(body, dict) else []
    return [each for items in lists for each in items]


def _repeats(exchange: Exchange) -> bool:
    """Whether the batch asks for a shipment twice."""
    asked = asked_for(exchange)
    return any(each in asked[:place] for place, each in enumerate(asked))


def _batch_clause(exchange: Exchange) -> str:
    if not asked_for(exchange):
        return "quota.batch-cost.invalid"
    results = exchange.facts.get("results")
    refused = isinstance(results, list) and any(
        isinstance(each, dict) and each.get("success") is False for each in results
    )
    return "quota.batch-cost.refused" if refused else "quota.batch-cost"

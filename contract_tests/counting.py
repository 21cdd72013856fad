"""What the headers of everything that was sent say about the quota, looked at when all is sent."""

from collections.abc import Sequence

from contract_tests.burn import STEADY, WINDOW
from contract_tests.exchange import Exchange
from contract_tests.facts import UnverifiableError
from contract_tests.passive.quota_law import Charge, check_counting, check_resets, falls, readings, too_little
from contract_tests.run import Run

_TIMES = 3  # that a charge must be wrong in the same way, asked for on purpose
_ALONE_SECONDS = 2.0  # in which another client of the key would show
_PAUSES = 2  # that long: a window may end in one of them, and then does not in the next


def counted(run: Run) -> None:
    """Enters how Reset moved, what answers cost, and that no more is left than the plan has; asks again if in doubt."""
    run.session.budget.count()
    seen = run.session.exchanges
    check_resets(run.contract, run.ledger, seen)
    for charges in check_counting(run.contract, run.ledger, seen):
        _asked_again(run, charges)
    _within_the_plan(run)


def concluded(run: Run) -> None:
    """Enters what answers cost that came after the last count, whichever probes were selected; sends nothing."""
    check_resets(run.contract, run.ledger, run.session.exchanges)
    for charges in check_counting(run.contract, run.ledger, run.session.exchanges):
        run.ledger.obstacle(charges[0].clause, "some answers cost too much or too little, and it is not known why")
    _within_the_plan(run)


def _within_the_plan(run: Run) -> None:
    for each in readings(run.contract, run.session.exchanges):
        plan = run.contract.plans.get(each.exchange.key.plan or "") if each.exchange.key else None
        lookup = each.exchange.operation is not None and each.exchange.operation.id == "trackShipment"
        if plan is None or plan.per_minute is None or not lookup or not each.exchange.response.succeeded:
            continue  # the page sells requests and lookups; only a lookup surely is both
        most = plan.per_minute - each.exchange.cost
        if each.remaining > most:
            of_the_day = plan.per_day is not None and each.remaining < plan.per_day
            given = WINDOW if of_the_day else ()
            run.ledger.breach(plan.clause, each.exchange, f"at most {most} left", each.remaining, given=given)


def _asked_again(run: Run, charges: Sequence[Charge]) -> None:
    """Enters what the same request costs when it is sent several times, with nothing but a lookup between."""
    wrong_ones = [each for each in charges if not each.right]
    surely = next((each for each in wrong_ones if too_little(run.contract, [each])), None)
    if surely:  # no limiter gives back as much, and nobody else can make a charge smaller
        _entered(run, [surely], surely.fall.after.exchange)
        return
    clause, odd = charges[0].clause, min((each.fall.after.exchange for each in wrong_ones), key=lambda one: one.cost)
    since = len(run.session.exchanges)
    for _ in range(_TIMES):
        run.api.track(run.facts.known(), key=odd.key)
        _repeated(run, odd)
    again = [
        Charge(clause, each)
        for each in falls(run.contract, run.session.exchanges)
        if each.after.exchange.number > since + 1 and len(each.own) == 1 and each.after.exchange.request == odd.request
    ]
    wrong = [each for each in again if not each.right]
    if len(again) < _TIMES - 1:
        run.ledger.obstacle(clause, "the headers did not tell what the same request costs again")
    elif len(wrong) < len(again):
        run.ledger.hold(clause, next(each for each in again if each.right).fall.after.exchange)
    else:
        _entered(run, again, odd)


def _entered(run: Run, again: Sequence[Charge], odd: Exchange) -> None:
    """Enters a charge that was wrong every time, unless somebody else spends, or it may have come back."""
    clause, first = again[0].clause, again[0].fall
    seen, found = first.after.exchange, first.after.remaining
    expected = f"Remaining to fall by {first.expected} from {first.before.remaining}"
    more = {each.fall.found - each.fall.expected for each in again}
    if max(more) <= 0:
        lacking = too_little(run.contract, again)
        if lacking is False:
            run.ledger.obstacle(clause, "a limiter that gives back all the time may charge as this one does")
        run.ledger.breach(clause, seen, expected, found, given=() if lacking else STEADY)
    elif len(more) == 1 and _alone(run, odd, more.pop() if clause == "quota.cost" else 0):
        run.ledger.breach(clause, seen, expected, found)
    else:
        run.ledger.obstacle(clause, "somebody else uses the key too, so what a request costs can't be read off")


def _repeated(run: Run, odd: Exchange) -> None:
    headers = tuple(each for each in odd.request.headers if each[0] == "Content-Type")
    target, method = odd.request.url.removeprefix(run.session.base_url), odd.request.method
    run.api.call(
        odd.operation, target, method=method, key=odd.key, headers=headers, body=odd.request.body, cost=odd.cost
    )  # fmt: skip


def _alone(run: Run, odd: Exchange, more: int) -> bool:
    """Whether Remaining falls no further in a pause than without one, so that nobody else spends."""
    try:
        before = run.api.track(run.facts.known(), key=odd.key)
        for _ in range(_PAUSES):
            run.sleeper.clock.sleep(_ALONE_SECONDS)
            after = run.api.track(run.facts.known(), key=odd.key)
            seen = falls(run.contract, run.session.exchanges)
            fall = next((each for each in seen if each.after.exchange is after), None)
            if fall is not None:
                return fall.before.exchange is before and fall.found <= 1 + more
            before = after
    except UnverifiableError:
        return False
    return False

"""What the headers of everything that was sent say about the quota, looked at when all is sent."""

from collections.abc import Sequence

from contract_tests.exchange import Exchange
from contract_tests.passive.quota_law import (
    Charge,
    Fall,
    check_counting,
    check_resets,
    falls,
    given_back,
    readings,
    shared,
    surely,
    too_little,
)
from contract_tests.quota_burn import STEADY, WINDOW, whole_minute
from contract_tests.run import Run

_TIMES = 3  # that a charge must be wrong in the same way, asked for on purpose
_MORE_TIMES = 2  # that are asked for where a window ended in between
_PAUSE_SECONDS = (2.0, 5.0)  # in which another client of the key would show, at least and at most
_INTERVALS = 3  # of asking that the pause is as long as: who spends in each of them spends in the pause, and more
_UNKNOWN = "some answers cost too much or too little, and it is not known why"
SOMEBODY = "somebody else uses the key too, so what a request costs can't be read off"
_UNTOLD = "the headers did not tell what the same request costs again"
_GIVES_BACK = "a limiter that gives back all the time may charge as this one does"


def counted(run: Run) -> None:
    """Enters how Reset moved, what answers cost, and that no more is left than the plan has; asks again if in doubt."""
    documented, assumed = _doubtful(run)
    known = {each.clause for each in run.ledger.breaches()}
    for charges in documented:
        if charges[0].clause not in known:
            _asked_again(run, charges)
    _assumed(run, assumed)
    _within_the_plan(run)


def concluded(run: Run) -> None:
    """Enters what answers cost that came after the last count, whichever probes were selected; sends nothing."""
    documented, assumed = _doubtful(run)
    for charges in documented:
        run.ledger.obstacle(charges[0].clause, _UNKNOWN)
    _assumed(run, assumed)
    _within_the_plan(run)


def _doubtful(run: Run) -> tuple[list[list[Charge]], list[list[Charge]]]:
    """The charges that look like breaches, of documented clauses and of assumed ones; enters what is beyond doubt."""
    check_resets(run.contract, run.ledger, run.session.exchanges)
    documented: list[list[Charge]] = []
    assumed: list[list[Charge]] = []
    for charges in check_counting(run.contract, run.ledger, run.session.exchanges):
        (documented if run.contract.clauses[charges[0].clause].documented else assumed).append(charges)
    return documented, assumed


def _assumed(run: Run, doubtful: Sequence[Sequence[Charge]]) -> None:
    """Enters what is only assumed of costs, unless somebody else was seen to spend."""
    run.shared = run.shared or shared(run.contract, run.session.exchanges)
    for charges in doubtful:
        wrong = next(each for each in charges if not each.right)
        if run.shared and wrong.fall.found > wrong.fall.expected:
            run.ledger.obstacle(wrong.clause, SOMEBODY)
        else:
            run.ledger.breach(wrong.clause, wrong.fall.after.exchange, wrong.expected, wrong.found)


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
    """Enters what the same request costs when it is sent several times, with nothing but a lookup between.

    It begins with a minute in which nothing was sent, so that no kind of limiter gives back much meanwhile, and has a
    pause before the last time, in which somebody else who spends would show.
    """
    wrong = [each for each in charges if not each.right]
    first = next((each for each in wrong if surely(run.contract, each)), None)
    if first is not None:
        run.ledger.breach(first.clause, first.fall.after.exchange, first.expected, first.found)
        return
    clause, usual = charges[0].clause, run.facts.known().tracking_number
    # A cheap one, and one that is not the lookup that is sent between, if there is such a one.
    odd = min((each.fall.after.exchange for each in wrong), key=lambda one: (one.cost, usual in one.request.url))
    whole_minute(run, run.api.track(run.facts.known(), key=odd.key))
    since = len(run.session.exchanges)
    again = _repeated(run, clause, odd, since, _TIMES - 1)
    right = next((each for each in again if each.right), None)
    if again and right is None:
        undisturbed = alone(run, odd, since)
        again += _repeated(run, clause, odd, len(run.session.exchanges), 1)
        right = next((each for each in again if each.right), None)
        if len(again) >= _TIMES and right is None:
            _entered(run, again, undisturbed=undisturbed)
            return
    if right is not None:
        run.ledger.hold(clause, right.fall.after.exchange)
    else:
        run.ledger.obstacle(clause, _UNTOLD)


def _entered(run: Run, again: Sequence[Charge], *, undisturbed: bool) -> None:
    """Enters a charge that was wrong every time, unless somebody else spends, or it may have come back."""
    clause, first = again[0].clause, again[0]
    seen = first.fall.after.exchange
    more = {each.fall.found - each.fall.expected for each in again}
    if not undisturbed or (len(more) > 1 and max(more) > 0):
        run.shared = True
        run.ledger.obstacle(clause, SOMEBODY)
    elif max(more) > 0:
        run.ledger.breach(clause, seen, first.expected, first.found)
    else:
        lacking = too_little(run.contract, again)
        if lacking is False:
            run.ledger.obstacle(clause, _GIVES_BACK)
        run.ledger.breach(clause, seen, first.expected, first.found, given=() if lacking else STEADY)


def _repeated(run: Run, clause: str, odd: Exchange, since: int, times: int) -> list[Charge]:
    """The charges of the same request since then, after sending it until there are so many of them."""
    headers = tuple(each for each in odd.request.headers if each[0] == "Content-Type")
    target, method = odd.request.url.removeprefix(run.session.base_url), odd.request.method
    again = _charges(run, clause, odd, since)
    for _ in range(times - len(again) + _MORE_TIMES):
        if len(again) >= times:
            break
        run.api.track(run.facts.known(), key=odd.key)
        run.api.call(
            odd.operation, target, method=method, key=odd.key, headers=headers, body=odd.request.body, cost=odd.cost
        )  # fmt: skip
        again = _charges(run, clause, odd, since)
    return again


def _charges(run: Run, clause: str, odd: Exchange, since: int) -> list[Charge]:
    return [Charge(clause, each) for each in _told(run, since) if each.after.exchange.request == odd.request]


def alone(run: Run, odd: Exchange, since: int) -> bool:
    """Whether a lookup after a pause costs what lookups cost without one, so that nobody else spends.

    Where lookups cost too much as well, that may be why the other request does. The pause is as long as Remaining
    says, so that two runs that keep step with one another do not pause together.
    """
    track = run.api.operation("trackShipment")
    lookups = [each for each in _told(run, since) if each.after.exchange.operation is track]
    if odd.operation is not track and any(each.found > each.expected for each in lookups):
        return False
    usual = [each.found for each in lookups] or [1]
    seen = [each for each in run.session.exchanges if each.number > since]
    interval = (seen[-1].at - seen[0].at) / max(1, len(seen) - 1)
    least, most = _PAUSE_SECONDS
    pause = min(max(least, _INTERVALS * interval), most)
    before = run.api.track(run.facts.known(), key=odd.key)
    for _ in range(_MORE_TIMES):  # a window may end in the pause
        told = next(readings(run.contract, [before]), None)
        run.sleeper.clock.sleep(pause * (1 + (told.remaining if told else 0) % _INTERVALS))
        after = run.api.track(run.facts.known(), key=odd.key)
        fall = next((each for each in _told(run, before.number - 1) if each.after.exchange is after), None)
        if fall is not None:
            return min(usual) - given_back(run.contract, fall) - 1 < fall.found <= max(usual)
        before = after
    return False


def _told(run: Run, since: int) -> list[Fall]:
    """What single answers since then cost."""
    found = falls(run.contract, run.session.exchanges)
    return [each for each in found if each.before.exchange.number > since and len(each.own) == 1]

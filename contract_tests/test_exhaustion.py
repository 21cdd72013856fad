"""The quota used up on purpose: exactly as far as promised, and back again."""

from contract_tests.api import Api
from contract_tests.exchange import Exchange
from contract_tests.expect import described, refused, refused_as
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.keyring import Need
from contract_tests.ledger import Ledger
from contract_tests.pacing import whole_number
from contract_tests.passive.quota_law import QuotaReading
from contract_tests.proving import proves
from contract_tests.quota_burn import ALIGNED, LAST, STEADY, TOO_MANY, WINDOW, WITHIN, QuotaBurn, Spent
from contract_tests.quota_day import DAY, LARGEST, MINUTE, QuotaDay
from contract_tests.resets import is_absolute
from contract_tests.run import Run

_ATTEMPTS = 3
_MARGIN = 2.5  # seconds by which a Reset in whole seconds may lie too early, and an answer be late
_OF_THE_PLANS = dict.fromkeys(("plans.free", "plans.starter", "plans.growth", "plans.enterprise"), (*WINDOW, *ALIGNED))


@proves(
    "quota.exact", *_OF_THE_PLANS, "errors.429", "quota.remaining.zero", "quota.no-store", "quota.retry-after",
    "quota.retry-after.instant", "quota.batch.atomic", "order.method-before-quota", "order.quota-before-request",
    rank=85, minutes=2, given={"quota.exact": (*STEADY, *WINDOW, *ALIGNED), **_OF_THE_PLANS},
)  # fmt: skip
def test_exactly_as_many_requests_pass_as_promised(run: Run, ledger: Ledger) -> None:
    burn = _burn(run)
    spent = burn.burst()
    if spent.told is None:
        _untold(burn, spent.first)
        return
    for _ in range(_ATTEMPTS - 1):
        if spent.clean and spent.last.status == TOO_MANY:
            break
        spent = burn.burst()
    if not spent.clean:
        raise UnverifiableError("each time that the quota was used up, an answer was spoilt or a window ended")
    _as_promised(burn, spent)
    if spent.last.status == TOO_MANY:
        _refusal(burn, spent.last)
        told = burn.reading(spent.last)
        if told is not None and told.ends_at - spent.last.at > MINUTE + 1:
            ledger.breach("quota.headers.window", spent.last, "Reset at the end of the minute", told.reset)
        _orders(burn)


@proves("quota.reset.true", "quota.minute", rank=86, minutes=1)
def test_requests_pass_again_after_reset(run: Run, ledger: Ledger) -> None:
    burn = _burn(run)
    refusal = burn.used_up()
    if refusal.status != TOO_MANY:
        raise UnverifiableError("the quota could not be used up")
    again = _after_reset(burn, refusal)
    if again.status == TOO_MANY and _moved_on(burn, refusal, again):
        again = _after_none_was_refused(burn, _after_reset(burn, again))  # a limiter may count what it refuses
    passed = again.status != TOO_MANY
    if ledger.judge("quota.reset.true", again, "an answer after Reset", described(again), holds=passed):
        left, fresh, told = burn.left(again), (burn.plan.per_minute or 0) - 1, burn.reading(again)
        whole = told is not None and is_absolute(told.reset) and told.ends_at % MINUTE == 0
        found = f"{left} left until {told.reset}" if told else left
        expected = f"{fresh} left until a full minute"
        ledger.judge("quota.minute", again, expected, found, holds=left == fresh and whole)


@proves("quota.concurrent", "quota.exact", rank=87, minutes=1, given={"quota.exact": STEADY})
def test_requests_sent_at_once_do_not_pass_the_quota(api: Api, run: Run, facts: Facts, ledger: Ledger) -> None:
    burn = _burn(run)
    first, since = burn.fresh_since()
    left = burn.left(first)
    if left is None:
        raise UnverifiableError("the answers carry no rate-limit headers")
    left, _, _ = burn.down(left, stop_at=LAST + 1)
    operation, number = api.operation("trackShipment"), facts.known()
    target = operation.target({operation.path_parameter: number.tracking_number}, number.query)
    answers = run.session.send_together(operation, target, 2 * left + 2, key=burn.key)
    passed = sum(each.status != TOO_MANY for each in answers)
    expected = f"{left} of {len(answers)} to pass"
    ledger.judge("quota.concurrent", answers[-1], expected, passed, holds=passed == left)
    if since is not None and answers[-1].at < since + WITHIN:  # no kind of limiter gives back more
        most = left + burn.given_back(answers[-1].at - first.at) + 1
        ledger.judge("quota.exact", answers[-1], f"{expected} at once", passed, holds=passed <= most)


@proves(
    "plans.free", "plans.starter", "plans.growth", "plans.enterprise", "batch.size",
    rank=88, minutes=3, given=_OF_THE_PLANS,
)  # fmt: skip
def test_each_plan_has_its_limits(run: Run, facts: Facts, ledger: Ledger) -> None:
    _burn(run)
    for plan in run.contract.plans.values():
        try:
            burn = QuotaBurn(run, *facts.key_for(Need(plan=plan.name)))
        except UnverifiableError as error:
            ledger.obstacle(plan.clause, str(error))
            continue
        for limit in (burn.batch_size, burn.minute if plan.limited else burn.unlimited):
            try:
                limit()
            except UnverifiableError as error:
                ledger.obstacle(plan.clause, str(error))


@proves(
    "quota.day", "quota.headers.window", "quota.both-windows", "quota.reset.true", *_OF_THE_PLANS, "errors.429",
    rank=94, given=_OF_THE_PLANS,
)  # fmt: skip
def test_the_day_has_its_own_limit(run: Run) -> None:
    burn = _burn(run)
    burn.fresh()
    later, day = _nearly_used_up(burn), QuotaDay(burn)
    if later is not None and later.status == TOO_MANY:
        if day.ends(later):
            day.is_counted(fresh=True)
        else:
            day.is_counted_after_quiet()
    else:  # the state has used up the minute alone, or there is none
        day.begins()
        last = day.is_counted(fresh=False)
        if last is None or last.status != TOO_MANY:
            raise UnverifiableError("the day could not be used up")
        _headers_of_the_day(burn, last)
        day.ends(last)
    run.sleeper.move(DAY)


@proves("plans.starter", rank=89, given={"plans.starter": ALIGNED})
def test_a_larger_day_is_counted_too(run: Run, facts: Facts, ledger: Ledger) -> None:
    smallest = _burn(run)
    broken = {each.clause for each in ledger.breaches()}
    for plan in run.contract.plans.values():
        if plan is smallest.plan or plan.per_day is None or plan.per_day > LARGEST or plan.clause in broken:
            continue
        try:
            day = QuotaDay(QuotaBurn(run, *facts.key_for(Need(plan=plan.name))))
            day.begins()
            day.is_counted(fresh=False)
        except UnverifiableError as error:
            ledger.obstacle(plan.clause, str(error))
    run.sleeper.move(DAY)


def _nearly_used_up(burn: QuotaBurn) -> Exchange | None:
    """An answer after the state 'quota used' and the end of a minute or of a Reset; None if there is no such state."""
    run = burn.run
    try:
        run.states.ask("quota used", key=burn.key.text, remaining=2)
    except UnverifiableError:
        if not run.states.available("time passes"):
            raise
        return None
    run.session.disturbed()
    answers = [burn.track() for _ in range(3)]
    told = burn.reading(answers[-1])
    if [each.status == TOO_MANY for each in answers] != [False, False, True] or told is None:
        raise UnverifiableError("the state 'quota used' did not leave two requests")
    _refusal(burn, answers[-1])
    if told.ends_at - run.sleeper.now() > MINUTE:
        run.sleeper.move(MINUTE)
        return _still_refused(burn, told)
    return _past_reset(burn, told)


def _still_refused(burn: QuotaBurn, told: QuotaReading) -> Exchange:
    """Enters that a new minute does not help when the day is used up, and that the headers say so."""
    ledger, later = burn.ledger, burn.track()
    shown = burn.reading(later)
    still = later.status == TOO_MANY
    ledger.judge("quota.both-windows", later, "a 429 until the day ends", described(later), holds=still)
    expected, found = f"0 left until {told.reset}", shown and (shown.remaining, shown.reset)
    unix = is_absolute(told.reset)
    holds = shown is not None and shown.remaining == 0 and abs(shown.ends_at - told.ends_at) <= (0 if unix else 2)
    ledger.judge("quota.headers.window", later, expected, found, holds=holds)
    return later


def _past_reset(burn: QuotaBurn, told: QuotaReading) -> Exchange:
    """Enters whether requests pass after a Reset that names the end of the minute; the day may be used up as well."""
    later = _after_reset(burn, told.exchange)
    passed = later.status != TOO_MANY
    burn.ledger.judge("quota.reset.true", later, "an answer after Reset", described(later), holds=passed)
    if not passed:
        expected = "the Reset of the window that refuses"
        burn.ledger.breach("quota.headers.window", told.exchange, expected, f"{told.reset}, the end of the minute")
    return later


def _headers_of_the_day(burn: QuotaBurn, refusal: Exchange) -> None:
    """Enters whether a refusal of the day says that it is the day's."""
    told = burn.reading(refusal)
    if told is not None:
        holds = told.remaining == 0 and told.ends_at - refusal.at > MINUTE + 1
        expected, found = "0 left until the day ends", f"{told.remaining} left until {told.reset}"
        burn.ledger.judge("quota.headers.window", refusal, expected, found, holds=holds)


def _untold(burn: QuotaBurn, first: Exchange) -> None:
    """Enters why Remaining tells nothing of how many will pass."""
    name, most = burn.run.contract.header("remaining"), (burn.plan.per_minute or 0) - 1
    told = first.response.header(name)
    if told is None or whole_number(told) is None:
        raise UnverifiableError(f"the answers tell no number of requests by {name}")
    burn.ledger.breach(
        "quota.exact", first, f"at most {most} left of {most + 1} after the first", told, given=WINDOW
    )  # fmt: skip


def _as_promised(burn: QuotaBurn, spent: Spent) -> None:
    """Enters whether as many requests passed as were said to be left, and as the plan has."""
    ledger, plan, told = burn.ledger, burn.plan, spent.told or 0
    limit, more = plan.per_minute or 0, burn.given_back(spent.seconds) + 1
    expected = f"{limit - 1} left after the first of {limit} requests"
    for clause in ("quota.exact", plan.clause):
        ledger.judge(clause, spent.first, expected, told, holds=told == limit - 1, given=(*WINDOW, *ALIGNED))
    refused_then = spent.last.status == TOO_MANY
    holds = refused_then and told + 1 <= spent.granted + spent.lost and spent.granted <= told + 1 + more
    expected, found = f"{told + 1} requests granted in the minute", f"{spent.granted}, then {spent.last.status}"
    ledger.judge("quota.exact", spent.last, expected, found, holds=holds)
    ledger.judge(
        "quota.exact",
        spent.last,
        expected,
        found,
        holds=spent.granted <= told + 1 <= spent.granted + spent.lost,
        given=STEADY,
    )
    if not refused_then:
        ledger.breach("errors.429", spent.last, "a 429 when nothing is left", described(spent.last))
    expected = f"{limit} requests granted in the minute"
    within = refused_then and limit <= spent.granted + spent.lost and spent.granted <= limit + more
    ledger.judge(plan.clause, spent.last, expected, found, holds=within)
    ledger.judge(
        plan.clause,
        spent.last,
        expected,
        found,
        holds=spent.granted <= limit <= spent.granted + spent.lost,
        given=ALIGNED,
    )


def _after_reset(burn: QuotaBurn, refusal: Exchange) -> Exchange:
    """The answer to a request after the Reset that the refusal told.

    Where the minute before counts in part, one request comes back a moment after the minute's end that Reset names.
    """
    told, sleeper = burn.reading(refusal), burn.run.sleeper
    wait = max(told.ends_at - sleeper.now(), 0) if told else float(MINUTE)
    sleeper.pass_time(wait + _MARGIN, f"waiting {wait:.0f} s for the minute window")
    answer = burn.track()
    if answer.status == TOO_MANY:
        one = MINUTE / (burn.plan.per_minute or 1)
        sleeper.pass_time(one, f"waiting {one:.0f} s for one request to come back")
        answer = burn.track()
    return answer


def _after_none_was_refused(burn: QuotaBurn, first: Exchange) -> Exchange:
    """The answer after the Reset told when nothing was left, before anything was refused that could count as well."""
    last, left = first, burn.left(first) or 0
    while last.status != TOO_MANY and left > 0:
        size = max(1, min(burn.plan.batch_size, left))
        last = burn.send(size)
        left = burn.left(last) or 0
    if last.status == TOO_MANY or last.again:
        return first
    return _after_reset(burn, last)


def _moved_on(burn: QuotaBurn, refusal: Exchange, again: Exchange) -> bool:
    before, after = burn.reading(refusal), burn.reading(again)
    return before is not None and after is not None and after.ends_at > before.ends_at + _MARGIN


def _burn(run: Run) -> QuotaBurn:
    """The smallest key there is, with a budget to use it up."""
    return QuotaBurn(run, *run.facts.to_be_used_up())


def _refusal(burn: QuotaBurn, refusal: Exchange) -> None:
    """Enters everything that a refusal over the quota should say."""
    if not refused(burn.run.contract, burn.ledger, ["errors.429"], refusal, "rate_limit_exceeded"):
        return
    found = burn.left(refusal)
    burn.ledger.judge("quota.remaining.zero", refusal, "0 left", found, holds=found == 0)
    told, wait = burn.reading(refusal), whole_number(refusal.response.header(burn.run.contract.header("retry_after")))
    if told is not None and wait is not None:
        ahead = told.ends_at - refusal.at
        holds = abs(ahead - wait) <= 2  # both are rounded to seconds
        burn.ledger.judge("quota.retry-after.instant", refusal, f"{ahead:.0f} s, as Reset has it", wait, holds=holds)


def _orders(burn: QuotaBurn) -> None:
    """Enters what is looked at before the quota, and what after."""
    api, ledger, key = burn.api, burn.ledger, burn.key
    carriers = api.operation("listCarriers")
    wrong = api.call(carriers, carriers.path, method="PUT", key=key, wanting_429=True)
    for clause in ("order.method-before-quota", "errors.405"):
        refused_as(api.contract, ledger, clause, wrong, like="errors.405")
    malformed = api.post(api.operation("trackBatch"), b"{", key=key, wanting_429=True)
    refused(api.contract, ledger, ["order.quota-before-request"], malformed, "rate_limit_exceeded")

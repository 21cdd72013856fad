"""The quota used up on purpose: exactly as far as promised, and back again."""

from contract_tests.api import Api
from contract_tests.burn import LAST, TOO_MANY, Burn
from contract_tests.day import DAY, LARGEST, MINUTE, Day
from contract_tests.exchange import Exchange
from contract_tests.expect import described, refused, refused_as
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.ledger import Ledger
from contract_tests.pacing import whole_number
from contract_tests.passive.quota_law import Reading
from contract_tests.proving import proves
from contract_tests.resets import is_absolute
from contract_tests.run import Run


@proves(
    "quota.exact", "errors.429", "quota.remaining.zero", "quota.no-store", "quota.retry-after",
    "quota.retry-after.instant", "quota.batch.atomic", "order.method-before-quota", "order.quota-before-request",
    rank=85, minutes=1,
)  # fmt: skip
def test_exactly_as_many_requests_pass_as_promised(run: Run, ledger: Ledger) -> None:
    burn = _burn(run)
    first, limit = burn.fresh(), burn.plan.per_minute or 0
    left = burn.left(first)
    ledger.judge("quota.exact", first, "Remaining on the answers", described(first), holds=left is not None)
    if left is None:
        return
    for clause in ("quota.exact", burn.plan.clause):
        expected = f"{limit - 1} left after the first of {limit} requests"
        ledger.judge(clause, first, expected, left, holds=left == limit - 1)
    left, spent = burn.down(left)
    refusal, granted = burn.track(), 1 + spent
    _refusal(burn, refusal)
    told = burn.reading(refusal)
    if refusal.status == TOO_MANY and told is not None and told.ends_at - refusal.at > MINUTE + 1:
        ledger.breach("quota.headers.window", refusal, "Reset at the end of the minute", told.reset)
    granted += refusal.status != TOO_MANY
    for clause in ("quota.exact", burn.plan.clause):
        expected = f"{limit} requests granted in the minute"
        ledger.judge(clause, refusal, expected, granted, holds=granted == limit)
    if refusal.status == TOO_MANY:
        _orders(burn)


@proves("quota.reset.true", "quota.minute", rank=86, minutes=1)
def test_requests_pass_again_after_reset(run: Run, ledger: Ledger) -> None:
    burn = _burn(run)
    refusal = burn.used_up()
    if refusal.status != TOO_MANY:
        raise UnverifiableError("the quota could not be used up")
    told = burn.reading(refusal)
    wait = max(told.ends_at - run.sleeper.now(), 0) if told else 60.0
    run.sleeper.pass_time(wait + 0.5, f"waiting {wait:.0f} s for the minute window")
    again = burn.track()
    passed = again.status != TOO_MANY
    if ledger.judge("quota.reset.true", again, "an answer after Reset", described(again), holds=passed):
        left, fresh = burn.left(again), (burn.plan.per_minute or 0) - 1
        ledger.judge("quota.minute", again, f"{fresh} left", left, holds=left == fresh)


@proves("quota.concurrent", rank=87, minutes=1)
def test_requests_sent_at_once_do_not_pass_the_quota(api: Api, run: Run, facts: Facts, ledger: Ledger) -> None:
    burn = _burn(run)
    left = burn.left(burn.fresh())
    if left is None:
        raise UnverifiableError("the answers carry no rate-limit headers")
    left, _ = burn.down(left, stop_at=LAST + 1)
    operation, number = api.operation("trackShipment"), facts.known()
    target = operation.target({operation.path_parameter: number.tracking_number}, number.query)
    answers = run.session.send_together(operation, target, 2 * left + 2, key=burn.key)
    passed = sum(each.status != TOO_MANY for each in answers)
    expected = f"{left} of {len(answers)} to pass"
    ledger.judge("quota.concurrent", answers[-1], expected, passed, holds=passed == left)


@proves("plans.free", "plans.starter", "plans.growth", "plans.enterprise", rank=88, minutes=3)
def test_each_plan_has_its_limits(run: Run, facts: Facts, ledger: Ledger) -> None:
    smallest = _burn(run)
    for plan in run.contract.plans.values():
        try:
            burn = Burn(run, facts.key_of(plan.name), plan)
        except UnverifiableError as error:
            ledger.obstacle(plan.clause, str(error))
            continue
        burn.batch_size()
        if not plan.limited:
            burn.unlimited()
        elif burn.key != smallest.key:
            burn.minute()


@proves("quota.day", "quota.headers.window", "quota.both-windows", rank=94)
def test_the_day_has_its_own_limit(run: Run) -> None:
    burn = _burn(run)
    burn.fresh()
    run.states.ask("quota used", key=burn.key.text, remaining=2)
    run.session.disturbed()
    answers = [burn.track() for _ in range(3)]
    told = burn.reading(answers[-1])
    if [each.status == TOO_MANY for each in answers] != [False, False, True] or told is None:
        raise UnverifiableError("the state 'quota used' did not leave two requests")
    _refusal(burn, answers[-1])
    if told.ends_at - run.sleeper.now() > MINUTE:
        run.sleeper.move(MINUTE)
        later = _still_refused(burn, told)
    else:
        later = _past_reset(burn, told)
    day = Day(burn)
    if later.status == TOO_MANY:
        if day.ends(later):
            day.is_counted(fresh=True)
    else:  # the state has used up the minute alone
        day.begins()
        last = day.is_counted(fresh=False)
        if last is None or last.status != TOO_MANY:
            raise UnverifiableError("the day could not be used up")
        _headers_of_the_day(burn, last)
        day.ends(last)
    run.sleeper.move(DAY)


@proves("plans.starter", rank=89)
def test_a_larger_day_is_counted_too(run: Run, facts: Facts, ledger: Ledger) -> None:
    smallest = _burn(run)
    broken = {each.clause for each in ledger.breaches()}
    for plan in run.contract.plans.values():
        if plan is smallest.plan or plan.per_day is None or plan.per_day > LARGEST or plan.clause in broken:
            continue
        try:
            day = Day(Burn(run, facts.key_of(plan.name), plan))
            day.begins()
            day.is_counted(fresh=False)
        except UnverifiableError as error:
            ledger.obstacle(plan.clause, str(error))
    run.sleeper.move(DAY)


def _still_refused(burn: Burn, told: Reading) -> Exchange:
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


def _past_reset(burn: Burn, told: Reading) -> Exchange:
    """Enters whether requests pass after a Reset that names the end of the minute; the day may be used up as well."""
    burn.run.sleeper.move(told.ends_at - burn.run.sleeper.now() + 1)
    later = burn.track()
    passed = later.status != TOO_MANY
    burn.ledger.judge("quota.reset.true", later, "an answer after Reset", described(later), holds=passed)
    if not passed:
        expected = "the Reset of the window that refuses"
        burn.ledger.breach("quota.headers.window", told.exchange, expected, f"{told.reset}, the end of the minute")
    return later


def _headers_of_the_day(burn: Burn, refusal: Exchange) -> None:
    """Enters whether a refusal of the day says that it is the day's."""
    told = burn.reading(refusal)
    if told is not None:
        holds = told.remaining == 0 and told.ends_at - refusal.at > MINUTE + 1
        expected, found = "0 left until the day ends", f"{told.remaining} left until {told.reset}"
        burn.ledger.judge("quota.headers.window", refusal, expected, found, holds=holds)


def _burn(run: Run) -> Burn:
    """The smallest key there is, with a budget to use it up."""
    key, plan = run.facts.smallest()
    return Burn(run, key, plan)


def _refusal(burn: Burn, refusal: Exchange) -> None:
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


def _orders(burn: Burn) -> None:
    """Enters what is looked at before the quota, and what after."""
    api, ledger, key = burn.api, burn.ledger, burn.key
    carriers = api.operation("listCarriers")
    wrong = api.call(carriers, carriers.path, method="PUT", key=key, wanting_429=True)
    for clause in ("order.method-before-quota", "errors.405"):
        refused_as(api.contract, ledger, clause, wrong, like="errors.405")
    malformed = api.post(api.operation("trackBatch"), b"{", key=key, wanting_429=True)
    refused(api.contract, ledger, ["order.quota-before-request"], malformed, "rate_limit_exceeded")

"""What the headers say about the quota, without using it up."""

from contract_tests.api import Api
from contract_tests.contract.document import PlanLimits
from contract_tests.costs import Counted, show_costs
from contract_tests.counting import SOMEBODY, alone, counted
from contract_tests.exchange import Exchange
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.keyring import Need
from contract_tests.ledger import Ledger
from contract_tests.passive.quota_law import QuotaReading, readings
from contract_tests.proving import proves
from contract_tests.quota_burn import MINUTE, STEADY, whole_minute
from contract_tests.resets import LATE, is_absolute
from contract_tests.run import Run

_OF_A_MINUTE, _UNLIMITED = Need(minute=True), Need(limited=False)
_COSTS = (
    "quota.cost", "quota.batch-cost", "quota.free", "quota.cost.every-operation", "quota.cost.refusals",
    "quota.cost.unavailable", "quota.batch-cost.refused", "quota.batch-cost.invalid", "quota.per-key",
)  # fmt: skip
_GIVEN = {"quota.cost": STEADY, "quota.batch-cost": STEADY}
_MINUTES = 3  # that are looked at until one begins whole
_NEARLY = 0.9  # of a plan's minute: who finds less than that at its beginning looks again
_TIMES = 2


@proves("quota.minute", rank=47)
def test_the_minute_ends_with_the_utc_minute(run: Run, facts: Facts, ledger: Ledger) -> None:
    key, plan = facts.key_for(_OF_A_MINUTE)
    before = Counted(run, key, plan).told() or reading(run, run.api.track(facts.known(), key=key))
    if before is None:
        raise UnverifiableError("the answers carry no rate-limit headers")
    whole = is_absolute(before.reset) and before.ends_at % 60 == 0
    ledger.judge("quota.minute", before.exchange, "Reset at a full minute", before.reset, holds=whole)
    fresh, found = (plan.per_minute or 0) - 1, []
    for _ in range(_MINUTES):
        run.sleeper.move(before.ends_at - run.sleeper.now() + 1)
        after = reading(run, run.api.track(facts.known(), key=key))
        if after is None:
            return
        before = after
        found.append(after)
        if after.remaining == fresh:
            ledger.hold("quota.minute", after.exchange)
            break
    else:
        _never_whole(run, found, fresh)
    if found[0].remaining < fresh * _NEARLY:
        _smaller(run, found[0], plan)


@proves("quota.headers.unlimited", rank=41)
def test_an_unlimited_plan_has_no_rate_limit_headers(api: Api, facts: Facts) -> None:
    """The passive checks look at the headers of every answer to a key of such a plan."""
    api.carriers(key=facts.key_for(_UNLIMITED)[0])


@proves(*_COSTS, "quota.reset.steady", rank=40, given=_GIVEN)
def test_every_answer_is_counted(run: Run, ledger: Ledger) -> None:
    """Sends what shows a cost that nothing has shown yet; the headers of everything tell the rest.

    What is kept for asking again is free for others when it was not needed.
    """
    run.session.budget.count()
    _counted(run, ledger)


@proves(*_COSTS, "quota.reset.steady", rank=97, given=_GIVEN)
def test_every_later_answer_is_counted(run: Run, ledger: Ledger) -> None:
    _counted(run, ledger)


def _counted(run: Run, ledger: Ledger) -> None:
    show_costs(run, ledger)
    if not any(True for _ in readings(run.contract, run.session.exchanges)):
        raise UnverifiableError(
            "no answer carried a Remaining with a Reset that lies ahead of the target's Date by a day at most"
        )
    counted(run)


def _never_whole(run: Run, found: list[QuotaReading], fresh: int) -> None:
    """Enters that a new minute begins with less than all of it, unless somebody else may have spent what is missing."""
    last = found[-1]
    if last.remaining != found[-2].remaining or not alone(run, last.exchange, last.exchange.number - 1):
        run.ledger.obstacle("quota.minute", SOMEBODY)
    else:
        run.ledger.breach("quota.minute", last.exchange, f"{fresh} left in a new minute", last.remaining)


def _smaller(run: Run, first: QuotaReading, plan: PlanLimits) -> None:
    """Enters that a minute has less than the plan, if one in which nothing else was sent begins with as little again.

    Somebody else may spend as well, and a sliding window does not begin anew where Reset says.
    """
    fresh = (plan.per_minute or 0) - 1
    for _ in range(_TIMES):
        whole_minute(run, first.exchange)
        again = reading(run, run.api.track(run.facts.known(), key=first.exchange.key))
        if again is None or again.remaining != first.remaining or again.ends_at > again.exchange.at + MINUTE + LATE:
            return
    run.ledger.breach(
        plan.clause, first.exchange, f"{fresh} left after the first request of a minute", first.remaining
    )  # fmt: skip


def reading(run: Run, exchange: Exchange) -> QuotaReading | None:
    """What the answer's headers say."""
    return next(readings(run.contract, [exchange]), None)

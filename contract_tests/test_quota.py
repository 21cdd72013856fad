"""What the headers say about the quota, without using it up."""

from contract_tests.api import Api, shipments
from contract_tests.burn import MINUTE, STEADY, whole_minute
from contract_tests.contract.document import Plan
from contract_tests.counting import counted
from contract_tests.exchange import Exchange
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.ledger import Ledger
from contract_tests.passive.quota_law import Reading, readings, seen_costs
from contract_tests.proving import proves
from contract_tests.resets import LATE, is_absolute
from contract_tests.run import Run

_NEARLY = 0.9  # of a plan's minute: who finds less than that at its beginning looks again
_TIMES = 2


@proves("quota.per-key", rank=50)
def test_each_key_has_a_quota_of_its_own(api: Api, run: Run, facts: Facts, ledger: Ledger) -> None:
    other, number = facts.second_key(), facts.known()
    before = reading(run, api.track(number, key=other))
    api.track(number)
    after = reading(run, api.track(number, key=other))
    if before is None or after is None:
        raise UnverifiableError("the second key's answers carry no rate-limit headers")
    if after.reset == before.reset:
        found = before.remaining - after.remaining
        ledger.judge("quota.per-key", after.exchange, "a fall by 1, its own request", found, holds=found == 1)


@proves("quota.minute", rank=47)
def test_the_minute_ends_with_the_utc_minute(api: Api, run: Run, facts: Facts, ledger: Ledger) -> None:
    plan, number = facts.limited(), facts.known()
    before = reading(run, api.track(number))
    if before is None:
        raise UnverifiableError("the answers carry no rate-limit headers")
    whole = is_absolute(before.reset) and before.ends_at % 60 == 0
    ledger.judge("quota.minute", before.exchange, "Reset at a full minute", before.reset, holds=whole)
    run.sleeper.move(before.ends_at - run.sleeper.now() + 1)
    after = reading(run, api.track(number))
    if after is None or plan.per_minute is None:
        return
    fresh = plan.per_minute - 1
    holds = after.remaining == fresh
    ledger.judge("quota.minute", after.exchange, f"{fresh} left in a new minute", after.remaining, holds=holds)
    if after.remaining < fresh * _NEARLY:
        _smaller(run, after, plan)


@proves("quota.headers.unlimited", rank=41)
def test_an_unlimited_plan_has_no_rate_limit_headers(api: Api, facts: Facts) -> None:
    """The passive checks look at the headers of every answer to a key of such a plan."""
    unlimited = next((each.name for each in api.contract.plans.values() if not each.limited), "")
    api.carriers(key=facts.key_of(unlimited))


@proves(
    "quota.cost", "quota.batch-cost", "quota.free", "quota.reset.steady",
    rank=40, given={"quota.cost": STEADY, "quota.batch-cost": STEADY},
)  # fmt: skip
def test_every_answer_is_counted(run: Run) -> None:
    """Sends nothing where enough was sent, unless an answer is odd: the headers of everything tell.

    What is kept for asking again is free for others when it was not needed.
    """
    run.session.budget.count()
    _counted(run)


@proves(
    "quota.cost", "quota.batch-cost", "quota.free", "quota.reset.steady",
    rank=97, given={"quota.cost": STEADY, "quota.batch-cost": STEADY},
)  # fmt: skip
def test_every_later_answer_is_counted(run: Run) -> None:
    _counted(run)


def _counted(run: Run) -> None:
    seen = run.session.exchanges
    if not {"quota.cost", "quota.batch-cost", "quota.free"} <= seen_costs(run.contract, seen):
        _spend(run)
    if not any(True for _ in readings(run.contract, seen)):
        raise UnverifiableError(
            "no answer carried a Remaining with a Reset that lies ahead of the target's Date by a day at most"
        )
    counted(run)


def _smaller(run: Run, first: Reading, plan: Plan) -> None:
    """Enters that a minute has less than the plan, if one in which nothing else was sent begins with as little again.

    Somebody else may spend as well, and a sliding window does not begin anew where Reset says.
    """
    fresh = (plan.per_minute or 0) - 1
    for _ in range(_TIMES):
        whole_minute(run, first.exchange)
        again = reading(run, run.api.track(run.facts.known()))
        if again is None or again.remaining != first.remaining or again.ends_at > again.exchange.at + MINUTE + LATE:
            return
    run.ledger.breach(
        plan.clause, first.exchange, f"{fresh} left after the first request of a minute", first.remaining
    )  # fmt: skip


def _spend(run: Run) -> None:
    """Sends one of each that is counted: a lookup after a lookup, a batch, and what costs nothing."""
    api, number = run.api, run.facts.known()
    api.track(number)
    api.track(number)
    if not run.options.safe:
        api.batch(shipments([number, number]))
    api.track(number, keyless=True)
    api.track(number)


def reading(run: Run, exchange: Exchange) -> Reading | None:
    """What the answer's headers say."""
    return next(readings(run.contract, [exchange]), None)

import json
from collections.abc import Sequence
from dataclasses import replace

from contract_tests.contract.document import Contract
from contract_tests.exchange import Exchange, Key, SentRequest
from contract_tests.ledger import Ledger
from contract_tests.passive.quota_law import Charge, check_counting, check_resets, too_little
from contract_tests.tests.fakes import reply

NOW = 1_781_514_000.0
FREE, GROWTH = Key("tf_live_free_1", plan="free"), Key("tf_live_growth_1", plan="growth")
TRACK, BATCH, LIST = "trackShipment", "trackBatch", "listCarriers"
TRACKING = SentRequest("GET", "http://target")


def story(
    contract: Contract, *told: tuple[str, int, int, int], reset: int = int(NOW) + 60, after: int = 0, later: float = 0.0
) -> list[Exchange]:
    """Exchanges of (operation, status, cost, remaining), a tenth of a second apart; -1 is no header."""
    found = []
    for number, (operation, status, cost, remaining) in enumerate(told, after + 1):
        headers = {"X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": str(reset)} if remaining >= 0 else {}
        found.append(
            Exchange(
                number=number,
                request=SentRequest("POST", "http://target", body=asking(cost)) if operation == BATCH else TRACKING,
                response=reply(status, {}, headers),
                operation=contract.operations[operation],
                key=FREE if status != 401 else None,
                cost=cost,
                probe="",
                at=NOW + later + number / 10,
            )
        )
    return found


def asking(size: int) -> bytes:
    """The body of a batch of different shipments."""
    return json.dumps({"shipments": [{"tracking_number": f"1Z{number}"} for number in range(size)]}).encode()


def judged(contract: Contract, exchanges: Sequence[Exchange]) -> tuple[set[str], set[str]]:
    """Clauses that held, and clauses that broke, or look as if they did."""
    ledger = Ledger(contract.clauses, all_levels_fail=True)
    ledger.lives()
    doubtful = {each[0].clause for each in check_counting(contract, ledger, exchanges)}
    check_resets(contract, ledger, exchanges)
    verdicts = {each.clause.id: each.verdict for each in ledger.verdicts()}
    return {n for n, v in verdicts.items() if v == "passed"}, doubtful | {
        n for n, v in verdicts.items() if v == "failed"
    }


def test_each_kind_of_answer_is_judged_at_its_clause(contract: Contract) -> None:
    held, broken = judged(
        contract,
        story(
            contract, (TRACK, 200, 1, 9), (TRACK, 200, 1, 8), (BATCH, 200, 3, 5), (LIST, 200, 1, 4),
            (TRACK, 404, 1, 3), (TRACK, 503, 1, 2), (BATCH, 400, 1, 1),
        ),
    )  # fmt: skip
    assert broken == set()
    assert held >= {
        "quota.cost", "quota.batch-cost", "quota.cost.every-operation", "quota.cost.refusals",
        "quota.cost.unavailable", "quota.batch-cost.invalid", "quota.reset.steady",
    }  # fmt: skip


def doubtful(contract: Contract, *told: tuple[str, int, int, int]) -> list[Charge]:
    """The charges that must be asked for again, all of one clause."""
    ledger = Ledger(contract.clauses, all_levels_fail=True)
    (charges,) = check_counting(contract, ledger, story(contract, *told))
    assert ledger.breaches() == []
    return charges


def test_a_remaining_that_does_not_fall_is_asked_again(contract: Contract) -> None:
    charges = doubtful(contract, *[(TRACK, 200, 1, 9)] * 5)
    assert {each.clause for each in charges} == {"quota.cost"}
    assert too_little(contract, charges) is True


def test_a_batch_that_costs_one_is_asked_again(contract: Contract) -> None:
    charges = doubtful(contract, (TRACK, 200, 1, 9), (BATCH, 200, 3, 8), (BATCH, 200, 2, 7))
    assert {each.clause for each in charges} == {"quota.batch-cost"}
    assert too_little(contract, charges) is True


def test_what_a_plan_without_limits_tells_is_not_counted(contract: Contract) -> None:
    told = story(contract, (TRACK, 200, 1, 1_000_000), (TRACK, 200, 1, 1_000_000), (BATCH, 200, 3, 1_000_000))
    assert judged(contract, told)[1] == {"quota.cost", "quota.batch-cost"}
    (unlimited,) = (name for name, plan in contract.plans.items() if not plan.limited)
    key = Key("tf_live_unlimited", plan=unlimited)
    assert judged(contract, [replace(each, key=key) for each in told]) == (set(), set())


def test_what_a_bucket_gives_back_meanwhile_is_not_too_little(contract: Contract) -> None:
    """Free gives back one in six seconds; so near to one another, one of two may be a token that came back."""
    charges = doubtful(contract, (TRACK, 200, 1, 9), (TRACK, 200, 1, 8), (TRACK, 200, 1, 8))
    assert too_little(contract, charges) is False
    (charge,) = doubtful(contract, (TRACK, 200, 1, 9), (TRACK, 200, 1, 9))
    assert too_little(contract, [charge]) is None


def test_what_refusals_without_headers_cost_is_said_of_them_and_not_of_what_came_after(contract: Contract) -> None:
    told = [(TRACK, 200, 1, 9), (TRACK, 404, 1, -1), (TRACK, 200, 1, 8), (TRACK, 404, 1, -1), (BATCH, 200, 3, 5)]
    doubtful = check_counting(contract, Ledger(contract.clauses, all_levels_fail=True), story(contract, *told))
    charges = [each for group in doubtful for each in group]
    assert {each.clause for each in charges} == {"quota.cost.refusals"}
    assert charges[0].expected == "Remaining to fall by 2 from 9, with 1 unread in between"


def test_nothing_falls_from_zero(contract: Contract) -> None:
    told = story(contract, (TRACK, 200, 1, 0), (TRACK, 200, 1, 0), (TRACK, 200, 1, 0))
    assert judged(contract, told)[1] == set()


def test_an_empty_batch_that_is_answered_is_no_batch_of_shipments(contract: Contract) -> None:
    told = [story(contract, (TRACK, 200, 1, 9)), story(contract, (BATCH, 200, 0, 9), after=1)]
    held, broken = judged(contract, [replace(each, cost=1) for each in (*told[0], *told[1])])
    assert held & {"quota.batch-cost"} == set()
    assert broken == {"quota.batch-cost.invalid"}


def test_one_odd_fall_among_many_is_another_client(contract: Contract) -> None:
    told = [(TRACK, 200, 1, left) for left in (9, 8, 7, 4, 3, 2)]
    assert judged(contract, story(contract, *told))[1] == set()


def test_a_new_window_is_no_fall(contract: Contract) -> None:
    early = story(contract, (TRACK, 200, 1, 1))
    late = story(contract, (TRACK, 200, 1, 9), reset=int(NOW) + 120, after=1, later=61)
    assert judged(contract, [*early, *late])[1] == set()


def test_a_stranger_who_spends_the_quota_is_noticed(contract: Contract) -> None:
    _, broken = judged(contract, story(contract, (TRACK, 200, 1, 9), (TRACK, 401, 0, -1), (TRACK, 200, 1, 7)))
    assert broken == {"quota.free"}


def test_a_reset_that_slides_is_noticed(contract: Contract) -> None:
    told = [story(contract, (TRACK, 200, 1, 9 - n), reset=int(NOW) + 60 + n, after=n)[0] for n in range(3)]
    assert judged(contract, told)[1] == {"quota.reset.steady"}

"""What the headers of everything that was sent say about the quota, looked at once more when all is sent."""

from contract_tests.passive.quota_law import check_counting, check_resets, readings
from contract_tests.run import Run


def counted(run: Run) -> None:
    """Enters how Reset moved, and that nothing was left beyond the plan."""
    seen = run.session.exchanges
    check_resets(run.contract, run.ledger, seen)
    for each in readings(run.contract, seen):
        plan = run.contract.plans.get(each.exchange.key.plan or "") if each.exchange.key else None
        lookup = each.exchange.operation is not None and each.exchange.operation.id == "trackShipment"
        if plan is None or plan.per_minute is None or not lookup or not each.exchange.response.succeeded:
            continue  # the page sells requests and lookups; only a lookup surely is both
        most = plan.per_minute - each.exchange.cost
        if each.remaining > most:
            run.ledger.breach(plan.clause, each.exchange, f"at most {most} left after this request", each.remaining)


def concluded(run: Run) -> None:
    """Enters what answers cost that came after the last count, whichever probes were selected."""
    check_counting(run.contract, run.ledger, run.session.exchanges)
    counted(run)

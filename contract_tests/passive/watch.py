"""One exchange through every passive check."""

from contract_tests.contract.document import Contract, PlanLimits
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger
from contract_tests.passive.bodies import check_body, check_number, check_utf8
from contract_tests.passive.directory import carriers_of, check_directory
from contract_tests.passive.headers import check_cache, check_headers, check_quota_headers, check_reset
from contract_tests.passive.history import check_history
from contract_tests.passive.refusals import check_refusal
from contract_tests.subscriptions import webhook_id


def check_place(contract: Contract, ledger: Ledger, exchange: Exchange) -> None:
    """Enters that an operation is at the path that the contract assumes: JSON of it came from there with success."""
    operation = exchange.operation
    place = contract.assumed_places.get(operation.path) if operation else None
    if operation is None or place is None:
        return
    if operation.id == "listCarriers":
        shown = bool(carriers_of(exchange))
    elif operation.id == "createWebhook":
        shown = webhook_id(exchange.facts) is not None
    else:
        shown = True
    if shown:
        ledger.hold(place, exchange)


def watch(
    contract: Contract, ledger: Ledger, exchange: Exchange, plan: PlanLimits | None, now: float, *, body: bool = True
) -> None:
    """Enters everything that this response shows by itself; what its body shows only if that is asked for."""
    if exchange.response.succeeded:
        ledger.lives()
    if exchange.key and exchange.key.good and exchange.status in contract.refusals["unauthorized"].statuses:
        ledger.breach("auth.header", exchange, "the key to be accepted", f"{exchange.status}")
    if body:
        check_body(contract, ledger, exchange)
        check_utf8(ledger, exchange)
    check_headers(contract, ledger, exchange, plan)
    check_quota_headers(contract, ledger, exchange, plan, now)
    if plan is None or plan.limited:
        check_reset(contract, ledger, exchange, now)
    check_refusal(contract, ledger, exchange)
    if exchange.operation is None or not exchange.response.succeeded:
        return
    check_place(contract, ledger, exchange)
    if exchange.operation.id == "trackShipment":
        place = exchange.operation.success.schema_place
        told = contract.read(place, exchange.facts) if place else exchange.facts
        check_history(contract, ledger, exchange, told)
        check_number(ledger, exchange, told)
        check_cache(ledger, exchange)
    if exchange.operation.id == "listCarriers":
        check_directory(ledger, exchange)

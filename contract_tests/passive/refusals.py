"""Refusals: the code that belongs to the status, somewhere in the body."""

from contract_tests.contract.document import Contract
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger


def check_refusal(contract: Contract, ledger: Ledger, exchange: Exchange) -> None:
    """Enters whether a status of the page's table comes with its code, wherever in the body."""
    if exchange.operation is None or exchange.response.succeeded:
        return
    documented = [each for each in contract.refusals.values() if each.documented and exchange.status in each.statuses]
    known = [each.code for each in contract.refusals.values() if exchange.status in each.statuses]
    answer = exchange.operation.answer(exchange.status)
    # A 404 of another operation than the lookup, or any malformed request's 400, has no line on the page.
    if not documented or len(known) > 1 or answer is None or not _documented(contract, answer.clause):
        return
    code = documented[0].code
    ledger.judge(
        "errors.codes", exchange, f"the code {code} in the body of a {exchange.status}", exchange.response.text,
        holds=has_code(exchange, code),
    )  # fmt: skip


def has_code(exchange: Exchange, code: str) -> bool:
    """Whether the code stands in the body as a word of its own, wherever that is."""
    return code in exchange.response.text


def _documented(contract: Contract, clause: str | None) -> bool:
    found = contract.clauses.get(clause or "")
    return found is not None and found.documented

"""Refusals: the code that belongs to the status, somewhere in the body."""

import re

from contract_tests.contract.document import Contract
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger


def check_refusal(contract: Contract, ledger: Ledger, exchange: Exchange) -> None:
    """Enters whether a status of the page's table comes with its code, wherever in the body.

    A status that several codes share, such as 400, says too little by itself and is left to the probes.
    """
    if exchange.operation is None or exchange.response.succeeded:
        return
    codes = [each for each in contract.refusals.values() if exchange.status in each.statuses]
    answer = exchange.operation.answer(exchange.status)
    if len(codes) == 1 and answer is not None and answer.clause:
        code = codes[0].code
        expected, found = f"the code {code} in the body of a {exchange.status}", exchange.response.text
        ledger.judge(answer.clause, exchange, expected, found, holds=has_code(exchange, code))


def of_the_page(contract: Contract, exchange: Exchange) -> bool:
    """Whether the page has this refusal for the operation, told by its status, or by its code if several share it."""
    answer = exchange.operation.answer(exchange.status) if exchange.operation else None
    if answer is None or not answer.clause or not contract.clauses[answer.clause].documented:
        return False
    codes = [each for each in contract.refusals.values() if exchange.status in each.statuses]
    return len(codes) == 1 or any(each.documented and has_code(exchange, each.code) for each in codes)


def has_code(exchange: Exchange, code: str) -> bool:
    """Whether the code stands in the body as a word of its own, wherever that is."""
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(code)}(?![A-Za-z0-9_])", exchange.response.text) is not None

"""What probes expect, in the words of the contract."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from contract_tests.api import Api
from contract_tests.contract.document import Contract
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger
from contract_tests.passive.refusals import has_code


def succeeds(ledger: Ledger, clauses: Sequence[str], exchange: Exchange, *, given: Sequence[str] = ()) -> bool:
    """Enters that the answer is a success; any 2xx, because the page names one status for reading and none else."""
    for clause in clauses:
        ledger.judge(clause, exchange, "a 2xx", described(exchange), holds=exchange.response.succeeded, given=given)
    return exchange.response.succeeded


def is_there(ledger: Ledger, clause: str, exchange: Exchange) -> bool:
    """Enters that something answers at that path and method, whatever it says."""
    holds = exchange.status not in {404, 405, 501}
    return ledger.judge(clause, exchange, "an answer of the operation", described(exchange), holds=holds)


def is_at_its_place(api: Api, ledger: Ledger, exchange: Exchange) -> bool:
    """Enters whether the operation is where the contract assumes it: there, where nothing is, the answer is another."""
    operation = exchange.operation
    clause = api.contract.assumed_places.get(operation.path) if operation else None
    if clause is None:
        return True
    nothing = api.nowhere(exchange)
    holds = exchange.status != nothing.status or _words(exchange) != _words(nothing)
    return ledger.judge(clause, exchange, "another answer than where nothing is", described(exchange), holds=holds)


def _words(exchange: Exchange) -> str:
    """The body without what only repeats the request's path."""
    text = exchange.response.text
    path = urlsplit(exchange.request.url).path
    for each in (path, path.removeprefix("/"), *sorted(path.split("/"), key=len, reverse=True)):
        text = text.replace(each, "") if len(each) > 2 else text
    return re.sub(r"[0-9a-f]{8,}|\d+", "", text)  # a trace id, a time


def has_status(ledger: Ledger, clause: str, exchange: Exchange) -> bool:
    """Enters that a success has the very status that the contract declares for it."""
    declared = exchange.operation.success.status if exchange.operation else ""
    return ledger.judge(
        clause, exchange, f"status {declared}", described(exchange), holds=str(exchange.status) == declared
    )


def refused(
    contract: Contract,
    ledger: Ledger,
    clauses: Sequence[str],
    exchange: Exchange,
    code: str,
    *,
    given: Sequence[str] = (),
) -> bool:
    """Enters that the answer is the refusal of that code: its status, and the code somewhere in the body."""
    refusal = contract.refusals[code]
    # A code with several statuses answers a malformed request with the first of them.
    holds = exchange.status == refusal.statuses[0] and has_code(exchange, refusal.code)
    for clause in clauses:
        ledger.judge(
            clause, exchange, f"{refusal.statuses[0]} with the code {refusal.code}", described(exchange), holds=holds,
            given=given,
        )  # fmt: skip
    return holds


def refused_as(contract: Contract, ledger: Ledger, clause: str, exchange: Exchange, *, like: str) -> bool:
    """Enters that a malformed request has the status of the answer that is the clause `like`, and the code."""
    answers = (each for operation in contract.operations.values() for each in operation.answers.values())
    status = next((each.status for each in answers if each.clause == like), "")
    code = contract.refusals["invalid_request"].code
    holds = str(exchange.status) == status and has_code(exchange, code)
    return ledger.judge(clause, exchange, f"{status} with the code {code}", described(exchange), holds=holds)


def declined(ledger: Ledger, clause: str, exchange: Exchange) -> bool:
    """Enters that the request is refused as the client's fault, however."""
    holds = 400 <= exchange.status < 500 and exchange.status not in {401, 429}
    return ledger.judge(clause, exchange, "a refusal (4xx)", described(exchange), holds=holds)


def described(exchange: Exchange) -> str:
    """Status and body."""
    return f"{exchange.status} {exchange.response.text}".strip()

"""Batches of a given size, of numbers that no batch should be refused for."""

from typing import Any

from contract_tests.api import Api, shipments
from contract_tests.contract.document import PlanLimits
from contract_tests.exchange import Exchange, Key
from contract_tests.expect import described
from contract_tests.facts import UnverifiableError
from contract_tests.ledger import Ledger
from contract_tests.numbers import number_like
from contract_tests.passive.refusals import has_code
from contract_tests.target import Number

_NOT_FOR_THE_BATCH = {401, 429}  # refusals that say nothing about what the batch asked for


def filling(api: Api, size: int) -> list[Number]:
    """So many numbers: the known one again and again, for an invented one may cost nothing, or fail the whole batch.

    Where a batch may not ask for a shipment twice, they are invented.
    """
    known = api.facts.known()
    return [known] * size if api.repeats is not False else _different(api, size)


def largest(api: Api, size: int, *, key: Key | None = None, wanting_429: bool = False) -> tuple[Exchange, Exchange]:
    """A batch of that size and one that is larger by one; UnverifiableError if neither kind of number fits a batch."""

    def ask(numbers: list[Number], cost: int) -> Exchange:
        return api.batch(shipments(numbers), key=key, wanting_429=wanting_429, expected_cost=cost)

    full = ask(filling(api, size), size)
    if full.response.succeeded and api.repeats is None:
        api.repeats = True
    elif turned_down(full) and api.repeats is None:
        different = ask(_different(api, size), size)
        if different.response.succeeded:
            api.repeats, full = False, different
        elif _for_its_numbers(api, different) and turned_down(ask(filling(api, 2), 2)):
            raise UnverifiableError(f"no batch of {size} can be made up: {described(different)}")
    return full, ask(filling(api, size + 1), 1)


def check_room(plan: PlanLimits, size: int) -> None:
    """UnverifiableError for a batch that a whole window of the plan could not hold, and that may be refused for it."""
    if not plan.holds(size):
        raise UnverifiableError(f"no minute or no day of the plan {plan.name} has room for a batch of {size}")


def learn_repetition(api: Api, key: Key) -> None:
    """Finds out, at two lookups, whether a batch may ask for a shipment twice."""
    if api.repeats is None:
        answer = api.batch(shipments(filling(api, 2)), key=key, wanting_429=True)
        if answer.response.succeeded or turned_down(answer):
            api.repeats = answer.response.succeeded


def paired(api: Api, ledger: Ledger, exchange: Exchange, numbers: list[str]) -> None:
    """Enters that results and shipments pair up by position."""
    body, results = api.read(exchange), results_of(api, exchange)
    ledger.judge("batch.length", exchange, f"{len(numbers)} results", len(results), holds=len(results) == len(numbers))
    count = body.get("count")
    ledger.judge("batch.count", exchange, f"count {len(results)}", count, holds=count == len(results))
    if len(results) == len(numbers) and len(set(numbers)) > 1:
        found = [each.get("tracking_number") for each in results]
        ledger.judge("batch.order", exchange, f"results for {numbers}", found, holds=found == numbers)


def results_of(api: Api, exchange: Exchange) -> list[dict[str, Any]]:
    """What a batch answers, one for each shipment; empty where it answers no list."""
    results = api.read(exchange).get("results")
    return [each if isinstance(each, dict) else {} for each in results] if isinstance(results, list) else []


def _different(api: Api, size: int) -> list[Number]:
    known = api.facts.known()
    return [known, *(number_like(api, known, f"batch {count}") for count in range(1, size))]


def turned_down(exchange: Exchange) -> bool:
    """Whether a batch was refused for what it asks for."""
    return 400 <= exchange.status < 500 and exchange.status not in _NOT_FOR_THE_BATCH


def _for_its_numbers(api: Api, exchange: Exchange) -> bool:
    codes = (api.contract.refusals[name].code for name in ("not_found", "invalid_tracking_number"))
    return any(has_code(exchange, code) for code in codes)

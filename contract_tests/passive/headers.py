"""Headers that the contract gives to an answer, and the rate-limit headers of the key's plan."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from contract_tests.contract.document import Contract, PlanLimits
from contract_tests.contract.loading import resolve
from contract_tests.contract.pointers import follow, pointer
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger
from contract_tests.pacing import whole_number
from contract_tests.resets import reset_at, told_time


def check_headers(contract: Contract, ledger: Ledger, exchange: Exchange, plan: PlanLimits | None) -> None:
    """Enters whether the declared headers are there, if required, and keep their schemas.

    What a plan without limits tells of them is left open: many say so in a word, or by a number that none can have.
    """
    answer = exchange.operation.answer(exchange.status) if exchange.operation else None
    nearest = answer or (exchange.operation.nearest(exchange.status) if exchange.operation else None)
    if nearest is None:
        return
    counted = exchange.key is None or (exchange.key.good and (plan is None or plan.limited))
    of_the_quota = {contract.header("remaining"), contract.header("reset")}
    for name, place, node in _declared(contract.document, nearest.node, nearest.place):
        if name in of_the_quota and not counted:
            continue
        value, clause = exchange.response.header(name), node.get("x-clause")
        if value is None:
            if node.get("required") and answer is not None:
                ledger.breach(clause, exchange, f"a header {name}", "none")
            continue
        read = typed(value, resolve(contract.document, node["schema"]))
        complaints = contract.schemas.complaints(read, place + "/schema", clause)
        for each in complaints:
            ledger.breach(each.clause, exchange, f"{name}: {each.expected}", value)
        held = contract.schemas.exercised(read, place + "/schema") | {clause}
        for each_clause in held - {each.clause for each in complaints}:
            ledger.hold(each_clause, exchange)


def check_quota_headers(
    contract: Contract, ledger: Ledger, exchange: Exchange, plan: PlanLimits | None, now: float
) -> None:
    """Enters whether a limited plan's answers carry the two headers, an unlimited plan's neither, and no third."""
    if exchange.operation is None or exchange.key is None or exchange.status == 401:
        return
    names = [contract.header("remaining"), contract.header("reset")]
    sent = [name for name in names if exchange.response.header(name) is not None]
    told = exchange.response.header(names[0])
    limited = plan.limited if plan else (bool(sent) and (told is None or whole_number(told) is not None)) or None
    if limited is False:
        found = ", ".join(sent)
        ledger.judge("quota.headers.unlimited", exchange, "neither rate-limit header", found, holds=not sent)
        return
    if limited is None:
        return
    if exchange.response.succeeded:
        clause = "quota.headers"
    elif exchange.status in {400, 404, 429}:
        clause = "quota.headers.refusals"
    else:
        return
    missing = [name for name in names if name not in sent]
    ledger.judge(
        clause, exchange, f"the headers {' and '.join(names)}", f"no {', no '.join(missing)}", holds=not missing
    )
    third = names[0].replace("Remaining", "Limit")
    extra = exchange.response.header(third)
    ledger.judge("quota.headers.limit", exchange, f"no {third}", f"{third}: {extra}", holds=extra is None)
    reset = exchange.response.header(names[1])
    if reset is not None:
        ahead = reset_at(reset, now)
        ledger.judge(
            "quota.reset.future",
            exchange,
            "a time ahead, by a day at most",
            f"{names[1]}: {reset}",
            holds=ahead is not None,
        )


def check_cache(ledger: Ledger, exchange: Exchange) -> None:
    """Enters that a shipment is not offered to caches that serve others too."""
    told = exchange.response.header("Cache-Control") or "none"
    words = {each.strip().lower() for each in told.split(",")}
    ledger.judge("track.private", exchange, "no Cache-Control: public", told, holds="public" not in words)


def check_reset(contract: Contract, ledger: Ledger, exchange: Exchange, now: float) -> None:
    """Enters whether Reset is a time in one of the forms that times have."""
    name = contract.header("reset")
    value = exchange.response.header(name)
    if value is not None and exchange.operation is not None:
        expected = f"{name}: a number of seconds, a duration or a date"
        ledger.judge("quota.reset", exchange, expected, value, holds=told_time(value, now) is not None)


def typed(text: str, schema: Mapping[str, Any]) -> Any:
    """The header's text as the kind of value its schema speaks of."""
    if any(each.get("type") == "integer" for each in (schema, *schema.get("allOf", ()))):
        digits = text.strip()
        return int(digits) if digits.removeprefix("-").isdigit() and digits.isascii() else text
    return text


def _declared(
    document: Mapping[str, Any], answer: Mapping[str, Any], place: str
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, node in answer.get("headers", {}).items():
        at = unquote(node["$ref"].removeprefix("#")) if "$ref" in node else place + pointer(("headers", name))
        yield name, at, follow(document, at)

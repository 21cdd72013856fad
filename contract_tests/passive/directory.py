"""The directory of carriers: what is true of the whole list."""

from typing import Any

from contract_tests.contract.operations import Operation, examples
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger


def check_directory(ledger: Ledger, exchange: Exchange) -> None:
    """Enters count, uniqueness and the page's own rows."""
    body, rows = exchange.facts, carriers_of(exchange)
    if not rows or exchange.operation is None:
        return
    ledger.judge(
        "carriers.count.length", exchange, f"count {len(rows)}, the number of carriers", body.get("count"),
        holds=body.get("count") == len(rows),
    )  # fmt: skip
    codes = [each.get("code") for each in rows]
    twice = (
        sorted({str(each) for each in codes if codes.count(each) > 1}) if len(set(map(str, codes))) < len(codes) else []
    )
    ledger.judge("carriers.codes.unique", exchange, "each code once", f"twice: {twice[:5]}", holds=not twice)
    shown = page_rows(exchange.operation)
    lost = [each for each in shown if not any(each.items() <= row.items() for row in rows)]
    near = [row for row in rows if lost and row.get("code") == lost[0].get("code")]
    ledger.judge("carriers.rows.page", exchange, f"the page's row {lost[:1]}", near or "no such row", holds=not lost)
    first = [each.get("code") for each in rows[: len(shown)]]
    ledger.judge(
        "carriers.rows.first", exchange, f"first the page's {[each.get('code') for each in shown]}", first,
        holds=first == [each.get("code") for each in shown],
    )  # fmt: skip


def carriers_of(exchange: Exchange) -> list[dict[str, Any]]:
    """The rows of a directory; empty for anything else."""
    rows = exchange.facts.get("carriers")
    return [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []


def page_rows(operation: Operation) -> list[dict[str, Any]]:
    """The rows that the page shows."""
    content = operation.success.node["content"]["application/json"]
    rows: list[dict[str, Any]] = examples(content)["documented"]["carriers"]
    return rows

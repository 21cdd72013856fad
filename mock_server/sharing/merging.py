"""What several processes answer, as one answer."""

from collections.abc import Sequence
from typing import Any

from mock_server.domain.clients.report import overall
from mock_server.web.control.spread import Spread


def merged(values: Sequence[Any], spread: Spread, limit: int = 0) -> Any:
    """The answers as one; of a list so many rows, all for 0."""
    first = values[0]
    if not isinstance(first, dict):
        return first
    told = {**first, **_sums(values, spread)}
    parts = [value[spread.rows] for value in values if spread.rows in value]
    if parts and isinstance(parts[0], dict):
        told[spread.rows] = {name: value for part in parts for name, value in part.items()}
    elif parts:
        rows = _rows([row for part in parts for row in part], spread)
        if "meta" in first:
            totals = [value["meta"]["total"] for value in values]
            told["meta"] = {**first["meta"], "total": len(rows) if spread.same else sum(totals)}
        told[spread.rows] = rows[:limit] if limit else rows
    if "verdict" in first and spread.rows:
        told["verdict"] = overall([value["verdict"] for value in values])
    return told


def _rows(rows: list[dict[str, Any]], spread: Spread) -> list[dict[str, Any]]:
    if spread.same:
        alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for row in rows:
            alike.setdefault(tuple(row.get(name) for name in spread.same), []).append(row)
        rows = [{**same[0], **_sums(same, spread)} for same in alike.values()]
    if spread.newest:
        rows.sort(key=lambda row: _place(row[spread.newest]), reverse=True)
    return rows


def _sums(values: Sequence[dict[str, Any]], spread: Spread) -> dict[str, int]:
    return {name: sum(value.get(name, 0) for value in values) for name in spread.adds if name in values[0]}


def _place(value: Any) -> Any:
    """What a row is sorted by: numbers, which ids are although they are written as texts, before other texts."""
    return (1, float(value), "") if str(value).replace(".", "", 1).isdigit() else (0, 0.0, str(value))

"""The figures as text for people and as JSON for programs."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.figures import COMPARED, METRICS, ServerRecord, advantage, verdicts
from benchmarks.servers import MOCK


def as_text(records: Mapping[str, ServerRecord]) -> str:
    """Commands, medians, ratios, verdicts and what went wrong, in that order."""
    parts = [_commands(records), _medians(records)]
    if MOCK in records and len(records) > 1:
        parts += [_ratios(records), "\n".join(verdict.line for verdict in verdicts(records))]
    rounds = [each for record in records.values() for each in record.rounds if each]
    disturbed = sum(each.disturbed for each in rounds)
    if disturbed:
        parts.append(f"Disturbed by other work on the machine: {disturbed} of {len(rounds)} rounds. Do not quote them.")
    problems = [f"{name}: {problem}" for name, record in records.items() for problem in record.problems]
    if problems:
        parts.append("\n".join(["Could not be measured:", *problems]))
    return "\n\n".join(parts)


def as_json(records: Mapping[str, ServerRecord], conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Every single figure, with the ratios and verdicts drawn from them."""
    mock = records.get(MOCK)
    peers = {name: record for name, record in records.items() if name != MOCK}
    ratios = {
        name: {metric.title: asdict(ratio) for metric in COMPARED if (ratio := advantage(metric, mock, peer))}
        for name, peer in peers.items()
        if mock
    }
    return {
        "conditions": dict(conditions),
        "servers": {name: asdict(record) for name, record in records.items()},
        "ratios": ratios,
        "verdicts": [asdict(verdict) for verdict in verdicts(records)],
    }


def _commands(records: Mapping[str, ServerRecord]) -> str:
    lines = (f"  {name} ({record.about}):\n    {shlex.join(record.command)}" for name, record in records.items())
    return "\n".join(["Started as:", *lines])


def _medians(records: Mapping[str, ServerRecord]) -> str:
    rows = [["medians", *records]]
    for metric in METRICS:
        found = [metric.median(record) for record in records.values()]
        rows.append([metric.title, *("-" if value is None else format(value, metric.style) for value in found)])
    return _table(rows)


def _ratios(records: Mapping[str, ServerRecord]) -> str:
    """How many times the mock is better, as lowest, median and highest of the rounds."""
    mock, peers = records[MOCK], [name for name in records if name != MOCK]
    rows = [["mock better, times", *peers]]
    for metric in COMPARED:
        found = [advantage(metric, mock, records[name]) for name in peers]
        rows.append([metric.title, *("-" if ratio is None else str(ratio) for ratio in found)])
    return _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        figures = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  ".join([row[0].ljust(widths[0]), *figures]))
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])

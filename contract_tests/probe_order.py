"""Which probes are sent, and in which order."""

from collections.abc import Sequence

import pytest

from contract_tests.run import Run


def deselect(run: Run, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out probes that can say nothing about the clauses of --only and --except.

    What every answer is checked for has no probe of its own; for that, those of the same subject are sent.
    """
    marks = {each: clauses_of(each) for each in items}
    judged = {each for each in run.contract.testable if run.ledger.judges(each)}
    lonely = judged - {clause for clauses in marks.values() for clause in clauses}
    subjects = {each.partition(".")[0] for each in lonely}
    subjects |= {"track"} if subjects & {"api", "errors"} else set()
    kept = [
        each
        for each, clauses in marks.items()
        if not clauses or judged & clauses or any(clause.partition(".")[0] in subjects for clause in clauses)
    ]
    dropped = [each for each in items if each not in kept]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def ordered(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The probes by rank, then all else as it was."""
    probes = [each for each in items if each.get_closest_marker("proves")]
    probes.sort(key=lambda each: (_rank(each), each.location[0], each.location[1] or 0))
    return probes + [each for each in items if not each.get_closest_marker("proves")]


def clauses_of(item: pytest.Item) -> set[str]:
    marker = item.get_closest_marker("proves")
    return set(marker.args) if marker else set()


def _rank(item: pytest.Item) -> int:
    marker = item.get_closest_marker("proves")
    return int(marker.kwargs["rank"]) if marker else 0

"""The generated tables of README and docs/: `python -m mock_server.tests.doc_tables` writes them anew."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields
from typing import Any

from contract_tests.contract.clauses import Clause
from contract_tests.contract.document import load
from contract_tests.contract.files import read
from contract_tests.contract.loading import FIXTURES
from mock_server.faults.fault import spelling
from mock_server.faults.kinds import TYPES
from mock_server.settings import Settings
from mock_server.tests.pages import PAGES
from mock_server.world import Foundation

TABLE = re.compile(r"(<!-- table: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rewritten(text: str) -> str:
    """The page's text with every marked table as it should be now."""
    foundation = Foundation(Settings())
    return TABLE.sub(lambda found: f"{found[1]}{TABLES[found['name']](foundation)}{found[3]}", text)


def errors(foundation: Foundation) -> str:
    rows = (
        (kind.status, f"`{kind.code}`", kind.message, source(kind.fixed)) for kind in foundation.specification.errors
    )
    return table(("Status", "Code", "Message", "Source"), rows)


def plans(foundation: Foundation) -> str:
    rows = (
        (plan["name"], count(plan["requests_per_minute"]), count(plan["requests_per_day"]), plan["batch_size"])
        for plan in foundation.specification.plans
    )
    return table(("Plan", "Requests / min", "Requests / day", "Batch size"), rows)


def numbers(foundation: Foundation) -> str:
    rows = ((row.scenario or "", f"`{row.number}`", row.does) for row in foundation.magic.magic_numbers("ups"))
    return table(("Scenario", "UPS number", "What it does"), rows)


def faults(_: Foundation) -> str:
    rows = (
        (f"`{name}`", ", ".join(f"`{spelling(field)}`" for field in fields(kind)), kind.__doc__)
        for name, kind in TYPES.items()
    )
    return table(("Type", "Parameters", "What goes wrong"), rows)


def scenarios(_: Foundation) -> str:
    files = sorted((FIXTURES / "scenarios").glob("*.yaml"))
    return table(("Scenario", "What it is"), ((f"`{file.stem}`", read(file)["description"]) for file in files))


def settings(_: Foundation) -> str:
    rows = (
        (
            f"`--{field.name.replace('_', '-')}`",
            f"`TRACKFLOW_MOCK_{field.name.upper()}`",
            f"`{field.default}`" if field.default not in (None, ()) else "",
            field.metadata["help"],
        )
        for field in fields(Settings)
    )
    return table(("Flag of `serve`", "Variable", "Default", "Meaning"), rows)


def assumptions(foundation: Foundation) -> str:
    found = {row[0]: row for row in _assumed(foundation.specification.document)}
    return table(("Clause", "What we assume", "Why"), found.values())


def _assumed(node: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, dict):
        name = node.get("x-clause", node.get("id") if "x-title" not in node else None)
        title = node.get("x-title", node.get("title"))
        if node.get("x-source") == "assumed" and isinstance(name, str) and isinstance(title, str):
            yield f"`{name}`", title, node.get("x-reason", "")
        for each in node.values():
            yield from _assumed(each)
    elif isinstance(node, list):
        for each in node:
            yield from _assumed(each)


def coverage(_: Foundation) -> str:
    """How many clauses of each part of the contract the suite can judge, as its --list has them."""
    groups: dict[str, list[Clause]] = {}
    for each in load().clauses.values():
        groups.setdefault(each.id.partition(".")[0], []).append(each)
    rows = [(f"`{name}`", *_counted(found)) for name, found in sorted(groups.items())]
    every = [each for found in groups.values() for each in found]
    return table(("Clauses", "Documented", "Assumed", "Not to be seen over HTTP"), [*rows, ("all", *_counted(every))])


def _counted(clauses: Collection[Clause]) -> tuple[int, int, int]:
    seen = [each.documented for each in clauses if each.beyond_http is None]
    return sum(seen), len(seen) - sum(seen), sum(each.beyond_http is not None for each in clauses)


TABLES: dict[str, Callable[[Foundation], str]] = {
    "errors": errors,
    "plans": plans,
    "numbers": numbers,
    "faults": faults,
    "scenarios": scenarios,
    "settings": settings,
    "assumptions": assumptions,
    "coverage": coverage,
}


def table(names: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    cells = [list(names), ["---"] * len(list(names)), *(list(map(str, row)) for row in rows)]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |\n" for row in cells
    )


def count(limit: int | None) -> str:
    return "unlimited" if limit is None else f"{limit:,}"


def source(documented: bool) -> str:
    return "documented" if documented else "assumed"


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(rewritten(page.read_text(encoding="utf-8")), encoding="utf-8")

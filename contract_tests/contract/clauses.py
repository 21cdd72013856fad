"""The ledger's entries: every promise of the contract, with its source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests.contract.pointers import pointer

DOCUMENTED = "documented"
ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise that can be kept or broken."""

    id: str
    title: str
    level: str
    source: str
    needs: tuple[str, ...]
    place: str
    beyond_http: str | None = None
    mock_only: bool = False

    @property
    def documented(self) -> bool:
        return self.level == DOCUMENTED


def clauses_of(document: Mapping[str, Any]) -> dict[str, Clause]:
    """Every clause by its id: those at schemas and responses in the order of the document, then the named ones."""
    found = {each.id: each for each in _in_place(document, (), {})}
    for index, entry in enumerate(document.get("x-clauses", {}).get("clauses", [])):
        clause = _clause(entry["id"], entry["title"], entry, f"/x-clauses/clauses/{index}", entry.get("needs", ()))
        found.setdefault(clause.id, clause)
    return found


def _in_place(node: Any, steps: tuple[str | int, ...], inherited: Mapping[str, Any]) -> Iterator[Clause]:
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from _in_place(each, (*steps, index), inherited)
    elif isinstance(node, dict):
        source = node if "x-source" in node else inherited
        if isinstance(node.get("x-clause"), str):
            title = str(node.get("x-title", node["x-clause"]))
            yield _clause(node["x-clause"], title, {**source, **node}, pointer(steps), node.get("x-needs", ()))
        for name, each in node.items():
            if name not in {"value", "example", "x-clauses"}:
                yield from _in_place(each, (*steps, name), source)


def _clause(identifier: str, title: str, fields: Mapping[str, Any], place: str, needs: Sequence[str]) -> Clause:
    level = fields.get("x-source", ASSUMED)
    return Clause(
        id=identifier,
        title=title,
        level=level,
        source=str(fields.get("x-quote" if level == DOCUMENTED else "x-reason", "")),
        needs=tuple(needs),
        place=place,
        beyond_http=fields.get("why", "") if fields.get("verifiable") is False else None,
        mock_only=bool(fields.get("x-mock-only")),
    )

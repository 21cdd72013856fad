"""The contract as the suite uses it: operations, clauses, error codes, plans and schemas of one document."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.contract.clauses import DOCUMENTED, Clause, clauses_of
from contract_tests.contract.loading import resolve
from contract_tests.contract.operations import Operation, base_path, operations_of
from contract_tests.contract.pointers import follow, named
from contract_tests.contract.reading import read as read_as
from contract_tests.contract.schemas import Schemas
from contract_tests.contract.soundness import sound_document

_OURS = "x-value"  # our name for what an overlay calls otherwise


@dataclass(frozen=True, slots=True)
class DeclaredRefusal:
    """An error code: our own name for it, the word on the wire, its statuses and message, and if the page knows it."""

    name: str
    code: str
    statuses: tuple[int, ...]
    message: str
    documented: bool


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """A row of the table of plans; None is unlimited."""

    name: str
    per_minute: int | None
    per_day: int | None
    batch_size: int
    clause: str

    @property
    def limited(self) -> bool:
        return self.per_minute is not None or self.per_day is not None

    def holds(self, batch: int) -> bool:
        """Whether a fresh minute and a fresh day have room for a batch of that size."""
        return all(limit is None or batch <= limit for limit in (self.per_minute, self.per_day))


@dataclass(frozen=True, slots=True, repr=False)
class Contract:
    """Everything that schemas/ says, with a user's overlays applied."""

    document: Mapping[str, Any]
    clauses: Mapping[str, Clause]
    operations: Mapping[str, Operation]
    refusals: Mapping[str, DeclaredRefusal]
    plans: Mapping[str, PlanLimits]
    schemas: Schemas
    idle: tuple[str, ...] = ()
    renames: bool = True

    @property
    def base_path(self) -> str:
        return base_path(self.document)

    @property
    def testable(self) -> dict[str, Clause]:
        """The clauses that some request can tell about."""
        return {name: each for name, each in self.clauses.items() if each.beyond_http is None}

    @property
    def assumed_places(self) -> dict[str, str]:
        """The paths that the page does not give, each with the clause that says it."""
        paths = self.document["paths"].items()
        clauses = {path: item["x-clause"] for path, item in paths if "x-clause" in item}
        return {path: name for path, name in clauses.items() if not self.clauses[name].documented}

    @property
    def key_header(self) -> str:
        return str(self.document["components"]["securitySchemes"]["apiKey"]["name"])

    def plan_of_key(self, key: str) -> PlanLimits | None:
        """The plan that the key's own form names, where it has the form of a mock's keys."""
        forms = self.document["components"]["securitySchemes"]["apiKey"].get("x-keys", {})
        found = re.search(forms.get("pattern", r"(?!)"), key)
        return self.plans.get(found.group(2)) if found else None

    def read(self, place: str, value: Any) -> Any:
        """The value under our own names, whatever an overlay calls them at that schema."""
        return read_as(self.document, follow(self.document, place), value) if self.renames else value

    def wire(self, name: str, *places: str) -> str:
        """What an overlay calls the constant of that name in one of the choices at these places."""
        for place in places:
            for each in follow(self.document, place):
                if each.get(_OURS, each.get("const")) == name:
                    return str(each["const"])
        return name

    def header(self, value: str) -> str:
        """The name of the response header that carries the value called so (`remaining`, `retry_after`)."""
        for operation in self.operations.values():
            for answer in operation.answers.values():
                for name, node in answer.node.get("headers", {}).items():
                    if resolve(self.document, node).get(_OURS) == value:
                        return str(name)
        return ""


def placed(contract: Contract, paths: Mapping[str, str]) -> Contract:
    """The contract with the operations of `carriers` and `webhooks` where an implementation has them.

    The page gives neither path, so the clauses about them say nothing of such an implementation.
    """
    if not paths:
        return contract
    roots = {
        contract.operations[identifier].path: paths[name]
        for name, identifier in (("carriers", "listCarriers"), ("webhooks", "createWebhook"))
        if name in paths and identifier in contract.operations
    }
    moved = {}
    for path, item in contract.document["paths"].items():
        root = next((each for each in roots if path == each or path.startswith(f"{each}/")), None)
        left = {name: each for name, each in item.items() if root is None or name != "x-clause"}
        moved[path if root is None else roots[root] + path.removeprefix(root)] = left
    return contract_of({**contract.document, "paths": moved}, contract.idle)


def load(overlays: Sequence[Path] = ()) -> Contract:
    """The shipped contract with the overlays applied in order; DocumentError for a file that cannot be used."""
    idle: list[str] = []
    document = sound_document(overlays, idle=idle.append)
    return contract_of(document, tuple(idle))


def contract_of(document: Mapping[str, Any], idle: tuple[str, ...] = ()) -> Contract:
    """The contract that a bundled document says."""
    clauses = clauses_of(document)
    return Contract(
        document=document,
        clauses=clauses,
        operations=operations_of(document),
        refusals={each.name: each for each in _refusals(document)},
        plans={each["name"]: _plan(each) for each in document["x-plans"]["plans"]},
        schemas=Schemas(document, frozenset(name for name, each in clauses.items() if not each.documented)),
        idle=idle,
        renames=_renames(document),
    )


def _renames(document: Mapping[str, Any]) -> bool:
    """Whether a body may call something otherwise than we do; as shipped, only headers have names of ours."""
    components = {name: part for name, part in document["components"].items() if name != "headers"}
    parts = (components, document["paths"], document.get("webhooks", {}))
    return any(True for part in parts for _ in named(part, _OURS))


def _refusals(document: Mapping[str, Any]) -> list[DeclaredRefusal]:
    codes = document["components"]["schemas"]["Error"]["$defs"]["code"]
    return [
        DeclaredRefusal(
            name=each.get(_OURS, each["const"]),
            code=each["const"],
            statuses=tuple(each.get("x-statuses", [each["x-status"]])),
            message=each["x-message"],
            documented=each.get("x-source", codes.get("x-source")) == DOCUMENTED,
        )
        for each in codes["oneOf"]
    ]


def _plan(row: Mapping[str, Any]) -> PlanLimits:
    return PlanLimits(
        row["name"], row["requests_per_minute"], row["requests_per_day"], row["batch_size"], row.get("x-clause", "")
    )  # fmt: skip

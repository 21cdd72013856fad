"""Scenarios: how a sandbox starts, written down in YAML and shared by name or file."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from contract_tests.contract.files import DocumentError, parse, text_of, wrong
from contract_tests.contract.loading import FIXTURES
from mock_server.contract.forms import FormError, told_at
from mock_server.domain.clock import Course, SandboxClock, from_text
from mock_server.domain.shipments.pinned import Pin
from mock_server.faults.rules import Rule, Vocabulary, check_name

FORM = "scenario.schema.json"
SHIPPED = FIXTURES / "scenarios"
SUFFIX = ".yaml"
MOST_VALUES = 200_000  # in one scenario
LONGEST_STEM = 50  # characters of a scenario's name in the ids of its rules


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a sandbox starts; what is None or empty is as it would be without a scenario.

    `start` is Unix seconds, `scale` and `auto_advance` are a clock's. `plans` has the limits that differ from the
    contract's, by plan; `shipments` and `webhooks` are still documents of the published form.
    """

    name: str
    document: Mapping[str, Any] = field(default_factory=dict)
    start: float | None = None
    scale: float | None = None
    auto_advance: float | None = None
    seed: int | None = None
    rules: tuple[Rule, ...] = ()
    plans: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)
    shipments: Sequence[Mapping[str, Any]] = ()
    webhooks: Sequence[Mapping[str, Any]] = ()
    pins: Sequence[Pin] | None = field(default=None, compare=False)
    """The shipments once they were read; None before."""

    @classmethod
    def from_document(cls, name: str, document: Any, vocabulary: Vocabulary) -> Self:
        """The scenario that a document of the published form describes; FormError says where it is not one."""
        vocabulary.forms.take(FORM, document)
        clock = document.get("clock", {})
        if isinstance(clock, str):
            clock = {"instant": clock}
        with told_at("/clock"):
            Course(0.0, 0.0, clock.get("scale", 1.0), clock.get("auto_advance", 0.0))
        for plan in document.get("plans", {}):
            check_name(f"/plans/{plan}", plan, vocabulary.plans, "plan")
        return cls(
            name,
            document,
            start=from_text(clock["instant"]) if "instant" in clock else None,
            scale=clock.get("scale"),
            auto_advance=clock.get("auto_advance"),
            seed=document.get("seed"),
            rules=tuple(_rules(name, document.get("faults", ()), vocabulary)),
            plans=document.get("plans", {}),
            shipments=document.get("shipments", ()),
            webhooks=document.get("webhooks", ()),
        )

    def set(self, clock: SandboxClock) -> None:
        """Set the clock to where the scenario starts, if it says."""
        if self.start is not None:
            clock.set(self.start)
        if self.scale is not None:
            clock.run(self.scale)
        if self.auto_advance is not None:
            advance = float(self.auto_advance)
            clock.change(lambda course, _: replace(course, auto_advance=advance))


NONE = Scenario("none")


def shipped() -> list[str]:
    """The names of the scenarios that come with the mock."""
    return sorted(path.stem for path in SHIPPED.glob(f"*{SUFFIX}"))


Stage = Callable[[str, Any], Scenario]
"""Makes a scenario of a name and a document, once it is sure that a world could start so; raises FormError."""


def load(name: str, stage: Stage) -> Scenario:
    """The shipped scenario of that name; DocumentError with the names there are for another."""
    if name not in shipped():
        raise DocumentError(name, "", f"is no shipped scenario; those are {', '.join(shipped())}")
    path = SHIPPED / f"{name}{SUFFIX}"
    return read(text_of(path), name, stage, source=path)


def load_or_read(name_or_file: str, stage: Stage) -> Scenario:
    """A shipped scenario by its name, or that of a file; DocumentError names file, line, column, value and fix."""
    path = Path(name_or_file)
    if name_or_file not in shipped() and (path.exists() or path.suffix):
        return read(text_of(path), path.stem, stage, source=path)
    return load(name_or_file, stage)


def read(text: str, name: str, stage: Stage, *, source: Path | str) -> Scenario:
    """The scenario that a YAML text describes; DocumentError as for `load`, with `source` as the file."""
    document = parse(text, source, most_values=MOST_VALUES)
    try:
        return stage(name, {} if document is None else document)
    except FormError as error:
        raise wrong(source, text, error.flaw.pointer, error.flaw.detail) from None


def _rules(name: str, documents: Sequence[Any], vocabulary: Vocabulary) -> Iterator[Rule]:
    """The rules, one without an id named after the scenario and its place."""
    taken = set()
    stem = re.sub(r"[^A-Za-z0-9._-]", "-", name)[:LONGEST_STEM].lstrip("._-") or "scenario"
    for place, document in enumerate(documents):
        try:
            rule = Rule.from_document(document, f"{stem}-{place + 1}", vocabulary)
        except FormError as error:
            raise FormError(error.flaw.below(f"/faults/{place}")) from None
        if rule.id in taken:
            complaint = f"{rule.id!r} is the id of an earlier rule too; choose another"
            raise FormError.at(f"/faults/{place}/id", "uniqueItems", complaint)
        taken.add(rule.id)
        yield rule

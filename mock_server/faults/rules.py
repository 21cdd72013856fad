"""Rules: which fault, for which calls, when and how often."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from math import inf
from random import Random
from typing import Any, Self

from contract_tests.contract.files import DEEPEST
from contract_tests.contract.violations import LONGEST, shown
from mock_server.contract.forms import FormError, Forms
from mock_server.contract.specification import Specification
from mock_server.domain.clock import from_text
from mock_server.domain.shipments.carriers import CarrierDirectory
from mock_server.faults.fault import Fault, Phase, ReplyFault
from mock_server.faults.matching import WILDCARDS, Glob, Match

FORM = "fault.schema.json"
MOST_CHOICES = 12  # names that a refusal lists


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The forms of one mock's rules, and the names that they can use."""

    forms: Forms
    operations: Collection[str]
    carriers: Collection[str]
    errors: Collection[str]
    plans: Collection[str]

    @classmethod
    def of(cls, specification: Specification, carriers: CarrierDirectory) -> Self:
        """The contract's operations (deliveries too), errors and plans, and the directory's carriers."""
        deliveries = (item[verb] for item in specification.document.get("webhooks", {}).values() for verb in item)
        return cls(
            Forms(specification.document),
            (*specification.operations, *(each["operationId"] for each in deliveries if "operationId" in each)),
            tuple(carrier.code for carrier in carriers.all()),
            tuple(kind.name for kind in specification.errors),
            tuple(plan["name"] for plan in specification.plans),
        )

    def check(self, document: Mapping[str, Any]) -> None:
        """FormError for a name that could never match or be answered, with the nearest one that could."""
        match, fault = document.get("match", {}), document["fault"]
        check_name("/match/operation", match.get("operation"), self.operations, "operation")
        check_name("/match/carrier", match.get("carrier"), self.carriers, "carrier code")
        check_name("/fault/code", fault.get("code"), self.errors, "error code")


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One fault with its conditions. Instants are Unix seconds; the rule holds from `opens` until before `closes`."""

    id: str
    fault: Fault
    match: Match
    after: int = 0
    times: float = inf
    every: int = 1
    probability: float = 1.0
    opens: float = -inf
    closes: float = inf
    phase: Phase | None = None
    paused: bool = False
    document: Mapping[str, Any] = field(default_factory=dict)
    tally: object = field(default_factory=object)
    """What its counts are kept under; a copy that goes on counting has the same."""

    @classmethod
    def from_document(cls, document: Any, identifier: str, vocabulary: Vocabulary) -> Self:
        """The rule that a document of the published form describes; `identifier` if it has no id of its own.

        FormError names the place, the value, what it broke and the fix.
        """
        from mock_server.faults.kinds import build  # noqa: PLC0415 - a mock that does no wrong starts without them

        vocabulary.forms.take(FORM, document)
        if _deeper(document, DEEPEST):
            raise FormError.at("/fault", "depth", f"is nested more than {DEEPEST} levels deep; use a simpler value")
        vocabulary.check(document)
        fault = build(document["fault"])
        _check_phase(document, fault)
        _check_bounds(document["fault"].get("distribution", {}))
        given = {
            name: document[name] for name in ("after", "times", "every", "probability", "paused") if name in document
        }
        rule = cls(
            document.get("id", identifier),
            fault,
            Match.from_document(document.get("match", {})),
            opens=from_text(document["from"]) if "from" in document else -inf,
            closes=from_text(document["until"]) if "until" in document else inf,
            phase=Phase(document["phase"]) if "phase" in document else next(iter(fault.phases), None),
            document=document,
            **given,
        )
        if rule.match.status is not None and not (isinstance(fault, ReplyFault) and rule.phase is Phase.AFTER):
            complaint = (
                f"is for faults that spoil an answer, and this {fault.type} comes before there is one; leave it out"
            )
            raise FormError.at("/match/status", "status", complaint)
        if rule.closes <= rule.opens:
            complaint = f"{document['until']} is not after from, {document['from']}, so no call would ever match"
            raise FormError.at("/until", "from", complaint)
        return rule

    @property
    def timed(self) -> bool:
        """Whether it depends on the time if the rule holds."""
        return self.opens > -inf or self.closes < inf

    def holds(self, now: float) -> bool:
        """Whether the instant is in the rule's window."""
        return self.opens <= now < self.closes

    def resting(self, *, paused: bool) -> Self:
        """The same rule, its counts included, that strikes nothing, or does so again."""
        document = {name: value for name, value in self.document.items() if name != "paused"}
        return replace(self, paused=paused, document={**document, "paused": True} if paused else document)

    def to_json(self) -> dict[str, Any]:
        """The rule as it was given, with its id."""
        return {**self.document, "id": self.id}


@dataclass(slots=True)
class Count:
    """How many calls a rule has seen, and for how many it went wrong. Not safe under threads: its owner locks."""

    seen: int = 0
    applied: int = 0

    def turn(self, rule: Rule, stream_of: Callable[[int], Random]) -> Random | None:
        """Count one more matching call; None if it passes, else the fault's own chance, of the stream of its number."""
        if self.applied >= rule.times:
            return None
        self.seen += 1
        if self.seen <= rule.after or (self.seen - rule.after) % rule.every:
            return None
        chance = stream_of(self.seen)
        if rule.probability < 1 and chance.random() >= rule.probability:
            return None
        self.applied += 1
        return chance


def check_name(place: str, name: str | None, known: Collection[str], noun: str) -> None:
    """FormError for a name, or a pattern of names, that fits none of the known ones."""
    if name is None or name in known or (WILDCARDS & set(name) and any(map(Glob.of(name).accepts, known))):
        return
    near = [each for each in known if each.lower() == name.lower()] or _close(name, known)
    choices = ", ".join(islice(known, MOST_CHOICES)) + (", ..." if len(known) > MOST_CHOICES else "")
    fix = f"did you mean {near[0]}?" if near else f"there are {choices}"
    raise FormError.at(place, "enum", f"{shown(name)} is no {noun}; {fix}")


def _close(name: str, known: Collection[str]) -> list[str]:
    return get_close_matches(name, known, 1) if len(name) <= LONGEST else []


def _check_phase(document: Mapping[str, Any], fault: Fault) -> None:
    """FormError for a phase in which that kind of fault cannot strike."""
    phase = document.get("phase")
    if phase is None or phase in fault.phases:
        return
    if not fault.phases:
        raise FormError.at(
            "/phase", "phase", f"is for faults of calls, and {fault.type} is one of deliveries; leave it out"
        )
    complaint = f"cannot be {phase}: {fault.type} spoils an answer, so the call has had its effect; leave it out"
    raise FormError.at("/phase", "phase", complaint)


def _check_bounds(distribution: Mapping[str, Any]) -> None:
    """FormError for bounds between which nothing is."""
    if "lower" in distribution and distribution["upper"] < distribution["lower"]:
        complaint = f"{distribution['upper']} is less than lower, {distribution['lower']}; exchange the two"
        raise FormError.at("/fault/distribution/upper", "lower", complaint)


def _deeper(value: Any, levels: int) -> bool:
    """Whether the value is nested deeper than that; a body that says it could not be written."""
    if not isinstance(value, (list, dict)):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper(member, levels - 1) for member in members)

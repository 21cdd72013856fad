"""Lies: every way in which an answer can break the contract, one promise at a time."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from operator import delitem
from typing import Any

from contract_tests.contract.document import Contract
from contract_tests.contract.loading import resolve
from contract_tests.contract.operations import Answer, examples
from contract_tests.contract.pointers import follow, pointer
from contract_tests.contract.schemas import Complaint
from mock_server.contract.media import JSON
from mock_server.domain.webhooks.terms import delivery_operation, delivery_place
from mock_server.faults.bodies import Edit, places
from mock_server.lab.fields import Field, fields_of, shortened

Rule = Mapping[str, Any]

DELIVERIES = "deliveries"
UNHEARD_OF = "unheard_of"  # a word of no list
CHOICES = frozenset({"enum", "const", "oneOf", "anyOf"})
HTML = "text/html"
NOT_JSON, NOT_JSON_REFUSAL = "api.json", "errors.body"  # the clauses of media types
COUNTED: Mapping[str, Sequence[int]] = {"remaining": (1,), "reset": (60,), "retry_after": (-1,)}
"""By how much the numbers of a quota are wrong; a wait gets shorter, as no test should have to sit out a longer one."""
DELIVERY_WORDS = {
    "bad_signature": "a signature with a digit wrong",
    "missing_signature": "no signature",
    "foreign_signature": "the signature of another webhook",
    "duplicate": "delivered twice",
    "reorder": "the next event delivered first",
    "drop": "never delivered",
}


@dataclass(frozen=True, slots=True)
class Lie:
    """Something that is not so about the answers of an operation, or about deliveries.

    `forms` are worlds in which it is told, each in another way: who notices one of them notices it. `asked` says that
    the tests have seen such an answer, `rank` when it is tried: the lower, the sooner.
    """

    subject: str
    place: str
    what: str
    clause: str
    forms: tuple[tuple[Rule, ...], ...]
    rank: int = 0
    asked: bool = True

    @property
    def id(self) -> str:
        return f"{self.subject} {self.place} {self.what}"


@dataclass(frozen=True, slots=True)
class Heard:
    """What an operation answered: a status, headers by their names in lower case, and the body's value if it has one.

    `whole` is false for a body of which only the beginning is known.
    """

    operation: str
    status: int
    headers: Mapping[str, str]
    value: Any = None
    whole: bool = True


def lies_of(
    contract: Contract, heard: Iterable[Heard], deliveries: Mapping[str, str], events: Sequence[Any] = ()
) -> list[Lie]:
    """Every lie there is, those that are told to the tests by what they heard, in the order in which to try them.

    `deliveries` are the faults of deliveries, each with the clause that it breaks; `events` what receivers were told.
    """
    answers: dict[tuple[str, int], list[Heard]] = {}
    for each in heard:
        answers.setdefault((each.operation, each.status), []).append(each)
    found: dict[str, Lie] = {}
    bodies = Bodies(contract)
    for operation in contract.operations.values():
        for status, answer in operation.answers.items():
            if status.isdigit():
                place = (operation.id, int(status))
                for lie in _Answer(contract, *place, answer, answers.get(place, ()), bodies).lies():
                    found.setdefault(lie.id, lie)
    for name, clause in deliveries.items():
        rule = {"fault": {"type": name}}
        lie = Lie(DELIVERIES, name, DELIVERY_WORDS.get(name, name), clause, ((rule,),), 0, bool(events))
        found[lie.id] = lie
    for lie in _about_events(contract, events, bodies):
        found.setdefault(lie.id, lie)
    return sorted(found.values(), key=lambda lie: lie.rank)


def _about_events(contract: Contract, events: Sequence[Any], bodies: "Bodies") -> Iterator[Lie]:
    """Lies about what is delivered, as examples have it where nothing was."""
    operation = delivery_operation(contract.document)
    place = delivery_place(contract.document) + pointer(("requestBody", "content", JSON))
    content = follow(contract.document, place)
    for event in events or examples(content).values():
        about = bodies.about(content["schema"], f"{place}/schema", str(operation["x-clause"]), shortened(event))
        for where, what, clause, fault, rank in about:
            rule = {"fault": fault, "match": {"operation": operation["operationId"]}}
            yield Lie(DELIVERIES, where, what, clause, ((rule,),), rank, bool(events))


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of an operation, and what of it was heard."""

    contract: Contract
    operation: str
    status: int
    answer: Answer
    heard: Sequence[Heard]
    bodies: "Bodies"

    def lies(self) -> Iterator[Lie]:
        yield from self._about_status()
        yield from self._about_headers()
        if self.answer.schema_place:
            yield from self._about_bodies(self.answer.schema_place)

    def _lie(self, place: str, what: str, clause: str, *faults: Mapping[str, Any], **more: Any) -> Lie:
        match = {"operation": self.operation, "status": self.status}
        forms = tuple(({"fault": fault, "match": match},) for fault in faults)
        return Lie(f"{self.operation} {self.status}", place, what, clause, forms, **{"asked": bool(self.heard), **more})

    @property
    def _clause(self) -> str:
        if self.answer.clause:
            return self.answer.clause
        node = self.contract.operations[self.operation].node
        return str(node.get("x-clause", NOT_JSON))

    def _about_status(self) -> Iterator[Lie]:
        declared = {int(name) for each in self.contract.operations.values() for name in each.answers if name.isdigit()}
        own = {int(name) for name in self.contract.operations[self.operation].answers if name.isdigit()}
        kind = self.status // 100
        others = [each for known in (sorted(own), sorted(declared)) for each in known if each // 100 == kind]
        other = next((each for each in others if each not in {self.status, HTTPStatus.NO_CONTENT}), None)
        if other is not None:
            fault = {"type": "wrong_status", "status": other}
            yield self._lie("status", f"is {other}", self._clause, fault)

    def _about_headers(self) -> Iterator[Lie]:
        for name, node in self.answer.node.get("headers", {}).items():
            spec = resolve(self.contract.document, node)
            if "x-clause" not in spec:
                continue
            asked = any(name.lower() in each.headers for each in self.heard)
            dropped = {"type": "drop_header", "name": name}
            yield self._lie(name, "is missing", spec["x-clause"], dropped, asked=asked)
            yield from self._about_number(name, spec, asked=asked)
        if self.answer.schema_place:
            clause = NOT_JSON if self.status < HTTPStatus.BAD_REQUEST else NOT_JSON_REFUSAL
            yield self._lie("Content-Type", f"is {HTML}", clause, {"type": "wrong_content_type", "value": HTML})

    def _about_number(self, name: str, spec: Mapping[str, Any], *, asked: bool) -> Iterator[Lie]:
        fact = str(spec.get("x-value"))
        for by in COUNTED.get(fact, ()):
            lie = self._lie(
                name, f"is {by:+} off", spec["x-clause"], {"type": "miscount_quota", "by": by, "of": fact}, asked=asked
            )
            # One who compares with the limit and one who compares two answers both notice that it is wrong.
            later = tuple({**rule, "after": 1} for rule in lie.forms[0])
            yield replace(lie, forms=(*lie.forms, later))

    def _about_bodies(self, place: str) -> Iterator[Lie]:
        heard = [each.value for each in self.heard if each.whole and isinstance(each.value, dict)]
        bodies = heard if heard and all(each.whole for each in self.heard) else [*heard, *self._examples()]
        for body in map(shortened, bodies):
            schema = self.answer.node["content"][JSON]["schema"]
            for where, what, clause, fault, rank in self.bodies.about(schema, place, self._clause, body):
                yield self._lie(where, what, clause, fault, rank=rank)

    def _examples(self) -> Iterator[Any]:
        content = self.answer.node["content"][JSON]
        given = {name: resolve(self.contract.document, each) for name, each in content.get("examples", {}).items()}
        yield from examples({"examples": given}).values()


BodyLie = tuple[str, str, str, Mapping[str, Any], int]
"""Where in the body, what is not so, the clause that breaks, the fault, the rank."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """What can be wrong with bodies of the contract; the same body is looked at once."""

    contract: Contract
    _known: dict[tuple[str, str, str], list[BodyLie]] = field(default_factory=dict)

    def about(self, schema: Any, place: str, clause: str, body: Any) -> list[BodyLie]:
        """Every lie about a body that keeps the schema, which is at the place; `clause` is the one of last resort."""
        known = (place, clause, json.dumps(body, sort_keys=True))
        if known not in self._known:
            told = _Body(self.contract, place, clause, body)
            fields = fields_of(self.contract.document, schema, body)
            self._known[known] = [lie for each in fields for lie in told.about(each)]
        return self._known[known]


@dataclass(frozen=True)
class _Body:
    """One body, and what breaks when a field of it is another."""

    contract: Contract
    place: str
    clause: str
    body: Any

    def about(self, field: Field) -> Iterator[BodyLie]:
        at = {"pointer": field.pointer}
        name, (kind, other) = _renamed(field.name), _of_another_type(field.value)
        edits: list[tuple[str, Mapping[str, Any], Edit]] = [
            ("is missing", {"type": "missing_field", **at}, delitem),
            (f"is {kind}", {"type": "wrong_value", **at, "value": other}, _set_to(other)),
            ("is null", {"type": "wrong_value", **at, "value": None}, _set_to(None)),
            (f"is called {name}", {"type": "renamed_field", **at, "name": name}, delitem),
        ]
        for rank, (what, fault, edit) in enumerate(edits, 1):
            clause, _ = self._broken(field, edit)
            if clause and not (field.value is None and fault["type"] == "wrong_value"):
                yield field.pointer, what, clause, fault, rank
        yield from self._about_word(field)
        yield from self._about_list(field)

    def _about_word(self, field: Field) -> Iterator[BodyLie]:
        """Another word, of those that only some words are good for."""
        value = field.value
        if not isinstance(value, str | bool):
            return
        at = {"type": "wrong_value", "pointer": field.pointer}
        codes = [each.code for each in self.contract.refusals.values()]
        if value in codes and any("x-status" in each for node in field.schemas for each in node.get("oneOf", ())):
            other = codes[(codes.index(str(value)) + 1) % len(codes)]
            yield field.pointer, "is another code", self.clause, {**at, "value": other}, 0
            return
        if (clause := field.note("x-determined")) and isinstance(value, str):
            yield field.pointer, "is another one", clause, {**at, "value": _another(field)}, 0
        told = (not value) if isinstance(value, bool) else UNHEARD_OF
        clause, keyword = self._broken(field, _set_to(told))
        if clause and keyword in CHOICES:
            what = f"is {str(told).lower()}" if isinstance(told, bool) else "is a word of no list"
            yield field.pointer, what, clause, {**at, "value": told}, 1

    def _about_list(self, field: Field) -> Iterator[BodyLie]:
        at = {"pointer": field.pointer}
        if clause := field.note("x-ordered"):
            yield field.pointer, "is in the opposite order", clause, {"type": "reversed_list", **at}, 0
        if clause := field.note("x-complete"):
            lacking = {"type": "missing_field", "pointer": f"{field.pointer}/0"}
            yield field.pointer, "lacks its first item", clause, lacking, 0
        if clause := field.note("x-counts"):
            other = {"type": "wrong_value", **at, "value": int(field.value) + 1}
            yield field.pointer, "is not the number there are", clause, other, 0

    @cached_property
    def _already(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._complaints(self.body).keys())

    def _complaints(self, body: Any) -> dict[tuple[str, str], Complaint]:
        found = self.contract.schemas.complaints(body, self.place, self.clause)
        return {(each.place, each.expected): each for each in found}

    def _broken(self, field: Field, edit: Edit) -> tuple[str | None, str]:
        """The clause that the body breaks with the field edited, and the keyword; none if it keeps the contract."""
        told = deepcopy(self.body)
        for container, name in reversed(list(places(told, field.steps))):
            edit(container, name)
        for place, each in self._complaints(told).items():
            if place not in self._already:
                return each.clause or self.clause, each.keyword
        return None, ""


def _set_to(value: Any) -> Edit:
    def edit(container: Any, name: Any) -> None:
        container[name] = value

    return edit


def _another(field: Field) -> str:
    """Another value that the schemas of a text allow: the next of a choice, or a word with another end."""
    choices = [each["const"] for node in field.schemas for each in node.get("oneOf", ()) if "const" in each]
    if field.value in choices:
        return str(choices[(choices.index(field.value) + 1) % len(choices)])
    return str(field.value)[:-1] + ("1" if str(field.value).endswith("0") else "0")


def _renamed(name: str) -> str:
    """The name as another convention has it."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest)) if rest else name.capitalize()


def _of_another_type(value: Any) -> tuple[str, Any]:
    """A value of another type than that one, and what it is called."""
    if isinstance(value, bool):
        return "a text", str(value).lower()
    if isinstance(value, str):
        return "a number", 7
    if isinstance(value, int | float):
        return "a text", str(value)
    return "a text", "none"

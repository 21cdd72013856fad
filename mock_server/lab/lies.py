"""Lies: every way in which an answer can break the contract, one promise at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from contract_tests.contract.document import Contract
from contract_tests.contract.loading import resolve
from contract_tests.contract.operations import DeclaredResponse, examples
from contract_tests.contract.pointers import follow, pointer
from mock_server.contract.media import JSON
from mock_server.domain.webhooks.terms import delivery_operation, delivery_place
from mock_server.lab.body_lies import SAME, Bodies
from mock_server.lab.fields import shortened

Rule = Mapping[str, Any]

DELIVERIES = "deliveries"
HTML = "text/html"
NOT_JSON, NOT_JSON_REFUSAL, NOT_JSON_EVENT = "api.json", "errors.body", "delivery.content-type"  # of media types
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
AGAIN = "delivery.id.stable"
RENAMED = {"type": "duplicate", "renamed": True}  # an event that comes again as if it were another


@dataclass(frozen=True, slots=True)
class Lie:
    """Something that is not so about the answers of an operation, or about deliveries.

    `forms` are worlds in which it is told, each in another way: who notices one of them notices it. `asked` says that
    the tests have seen such an answer, `rank` when it is tried: the lower, the sooner. It takes at `least` so many
    answers to be no longer true.
    """

    subject: str
    place: str
    what: str
    clause: str
    forms: tuple[tuple[Rule, ...], ...]
    rank: int = 0
    asked: bool = True
    least: int = 1

    @property
    def id(self) -> str:
        return f"{self.subject} {self.place} {self.what}"


@dataclass(frozen=True, slots=True)
class Heard:
    """What an operation answered: a status, headers by their names in lower case, and the body's value if it has one.

    `whole` is false for a body of which only the beginning is known. `typed` are the texts that it was asked with.
    """

    operation: str
    status: int
    headers: Mapping[str, str]
    value: Any = None
    whole: bool = True
    typed: frozenset[str] = frozenset()


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
                    _add(lie, found)
    for name, clause in deliveries.items():
        rule = {"fault": {"type": name}}
        lie = Lie(DELIVERIES, name, DELIVERY_WORDS.get(name, name), clause, ((rule,),), 0, bool(events))
        found[lie.id] = lie
    again = Lie(
        DELIVERIES, "duplicate", "delivered twice, with two ids", AGAIN, (({"fault": RENAMED},),), 0, bool(events)
    )
    found[again.id] = again
    for lie in _about_events(contract, events, bodies):
        _add(lie, found)
    return sorted(found.values(), key=lambda lie: lie.rank)


def _add(lie: Lie, found: dict[str, Lie]) -> None:
    """Put the lie to those that were found; one that can be told takes the place of the same one that cannot."""
    if lie.asked > found.setdefault(lie.id, lie).asked:
        found[lie.id] = lie


def _about_events(contract: Contract, events: Sequence[Any], bodies: Bodies) -> Iterator[Lie]:
    """Lies about what is delivered, as examples have it where nothing was."""
    operation = delivery_operation(contract.document)
    place = delivery_place(contract.document) + pointer(("requestBody", "content", JSON))
    content = follow(contract.document, place)
    match = {"operation": operation["operationId"]}
    html = {"fault": {"type": "wrong_content_type", "value": HTML}, "match": match}
    yield Lie(DELIVERIES, "Content-Type", f"is {HTML}", NOT_JSON_EVENT, ((html,),), 0, bool(events))
    for event in events or examples(content).values():
        about = bodies.about(content["schema"], f"{place}/schema", str(operation["x-clause"]), shortened(event))
        for told in about:
            forms = (({"fault": told.fault, "match": match},),)
            asked = told.changes and bool(events)
            least = 2 if told.what == SAME else 1
            yield Lie(DELIVERIES, told.place, told.what, told.clause, forms, told.rank, asked, least)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of an operation, and what of it was heard."""

    contract: Contract
    operation: str
    status: int
    answer: DeclaredResponse
    heard: Sequence[Heard]
    bodies: Bodies

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
        schema = self.answer.node["content"][JSON]["schema"]
        told = [lie for body in bodies for lie in self.bodies.about(schema, place, self._clause, shortened(body))]
        for each in self.heard:
            if each.whole and isinstance(each.value, dict):
                told += self.bodies.as_typed(schema, place, self._clause, shortened(each.value), each.typed)
        for lie in told:
            asked = lie.changes and bool(self.heard)
            yield self._lie(lie.place, lie.what, lie.clause, lie.fault, rank=lie.rank, asked=asked)

    def _examples(self) -> Iterator[Any]:
        content = self.answer.node["content"][JSON]
        given = {name: resolve(self.contract.document, each) for name, each in content.get("examples", {}).items()}
        yield from examples({"examples": given}).values()

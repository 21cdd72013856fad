"""Lies about bodies: what the contract promises of each field, and how it is broken."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property, partial
from operator import delitem
from typing import Any, NamedTuple

from contract_tests.contract.document import Contract
from contract_tests.contract.schemas import Complaint
from mock_server.domain.shipments.numbers import normalise
from mock_server.faults.bodies import EVERY, Edit, places
from mock_server.lab.fields import Field, fields_of

UNHEARD_OF = "unheard_of"  # a word of no list
SAME = "is the same in all"
CHOICES = frozenset({"enum", "const", "oneOf", "anyOf"})


class BodyLie(NamedTuple):
    """Where in a body, what is not so, the clause that breaks, the fault, the rank, whether it changes that body."""

    place: str
    what: str
    clause: str
    fault: Mapping[str, Any]
    rank: int
    changes: bool = True


@dataclass(frozen=True, slots=True)
class Bodies:
    """What can be wrong with bodies of the contract; the same body is looked at once."""

    contract: Contract
    _known: dict[tuple[str, str, str, frozenset[str] | None], list[BodyLie]] = field(default_factory=dict)

    def about(self, schema: Any, place: str, clause: str, body: Any) -> list[BodyLie]:
        """Every lie about a body that keeps the schema, which is at the place; `clause` is the one of last resort."""
        return self._told(schema, place, clause, body, None)

    def as_typed(self, schema: Any, place: str, clause: str, body: Any, typed: frozenset[str]) -> list[BodyLie]:
        """Every lie about a number in the body that was typed in another form, and is repeated so."""
        return self._told(schema, place, clause, body, typed)

    def _told(self, schema: Any, place: str, clause: str, body: Any, typed: frozenset[str] | None) -> list[BodyLie]:
        known = (place, clause, json.dumps(body, sort_keys=True), typed)
        if known not in self._known:
            lies = _BodyLies(self.contract, place, clause, body)
            about = lies.about if typed is None else partial(lies.as_typed, typed=typed)
            fields = fields_of(self.contract.document, schema, body)
            self._known[known] = [lie for each in fields for lie in about(each)]
        return self._known[known]


@dataclass(frozen=True)
class _BodyLies:
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
                yield BodyLie(field.pointer, what, clause, fault, rank)
        yield from self._about_word(field)
        yield from self._about_list(field)

    def as_typed(self, field: Field, typed: frozenset[str]) -> Iterator[BodyLie]:
        """The number in the field as one of the texts has it, of a list in the first item."""
        for text in sorted(typed):
            if normalise(text) == field.value != text:
                clause, _ = self._broken(field, _set_to(text))
                if clause:
                    fault = {"type": "wrong_value", "pointer": field.pointer.replace(EVERY, "0"), "value": text}
                    yield BodyLie(field.pointer, "is as it was typed", clause, fault, 1)

    def _about_word(self, field: Field) -> Iterator[BodyLie]:
        """Another word, of those that only some words are good for."""
        value = field.value
        if not isinstance(value, str | bool):
            return
        at = {"type": "wrong_value", "pointer": field.pointer}
        codes = [each.code for each in self.contract.refusals.values()]
        if value in codes and any("x-status" in each for node in field.schemas for each in node.get("oneOf", ())):
            other = codes[(codes.index(str(value)) + 1) % len(codes)]
            yield BodyLie(field.pointer, "is another code", self.clause, {**at, "value": other}, 0)
            return
        if (clause := field.note("x-determined")) and isinstance(value, str):
            yield BodyLie(field.pointer, "is another one", clause, {**at, "value": _another(field)}, 0)
        if (clause := field.note("x-distinct")) and isinstance(value, str):
            yield BodyLie(field.pointer, SAME, clause, {**at, "value": value}, 0)
        told = (not value) if isinstance(value, bool) else UNHEARD_OF
        clause, keyword = self._broken(field, _set_to(told))
        if clause and keyword in CHOICES:
            what = f"is {str(told).lower()}" if isinstance(told, bool) else "is a word of no list"
            yield BodyLie(field.pointer, what, clause, {**at, "value": told}, 1)

    def _about_list(self, field: Field) -> Iterator[BodyLie]:
        at = {"pointer": field.pointer}
        items = field.value if isinstance(field.value, list) else []
        if clause := field.note("x-ordered"):
            reverse = {"type": "reversed_list", **at}
            yield BodyLie(field.pointer, "is in the opposite order", clause, reverse, 0, items != items[::-1])
        if clause := field.note("x-complete"):
            lacking = {"type": "missing_field", "pointer": f"{field.pointer}/0"}
            yield BodyLie(field.pointer, "lacks its first item", clause, lacking, 0, bool(items))
        if clause := field.note("x-counts"):
            other = {"type": "wrong_value", **at, "value": int(field.value) + 1}
            yield BodyLie(field.pointer, "is not the number there are", clause, other, 0)

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

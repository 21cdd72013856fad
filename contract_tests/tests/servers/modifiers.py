"""Mutants, each of which breaks one clause, and variants, which break none that is documented."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Literal, TypeAlias, TypeVar

from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.parts import Parts

Level: TypeAlias = Literal["documented", "assumed"]
Edit: TypeAlias = Callable[[Body], None]
Rewrite: TypeAlias = Callable[[Call, Reply], Reply]
Apply: TypeAlias = Callable[[Parts], Parts]
Named: TypeAlias = type | Callable[..., object]
M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One deliberate defect. A report is right if it names one of `clauses`, the first of them best."""

    name: str
    group: str
    level: Level
    clauses: tuple[str, ...]
    description: str
    apply: Apply


@dataclass(frozen=True, slots=True)
class Variant:
    """One legitimate difference; `keeps_assumed` if it keeps the assumed clauses too."""

    name: str
    keeps_assumed: bool
    description: str
    apply: Apply


@dataclass(frozen=True, slots=True)
class Breaking:
    """Decorators that make mutants of one group and level out of functions and classes."""

    group: str
    level: Level

    def part(self, *clauses: str) -> Callable[[type], Mutant]:
        """A class that derives from a part of the server and takes its place."""
        return lambda part: self._mutant(part, clauses, exchanging(part))

    def reply(
        self, *clauses: str, on: Collection[str] = (), status: Collection[int] = ()
    ) -> Callable[[Rewrite], Mutant]:
        """A function from call and reply to another reply, for these operations and statuses."""
        return lambda rewrite: self._mutant(rewrite, clauses, rewriting(rewrite, on, status))

    def body(self, *clauses: str, on: Collection[str] = (), status: Collection[int] = ()) -> Callable[[Edit], Mutant]:
        """A function that changes an answer's JSON in place."""
        return lambda edit: self._mutant(edit, clauses, rewriting(editing(edit), on, status))

    def tracking(self, *clauses: str) -> Callable[[Edit], Mutant]:
        """A function that changes every tracking body in place: single, in batches and in deliveries."""
        return lambda edit: self._mutant(edit, clauses, editing_trackings(edit))

    def payload(self, *clauses: str) -> Callable[[Edit], Mutant]:
        """A function that changes the payload of a delivery in place, before it is signed."""
        return lambda edit: self._mutant(edit, clauses, editing_payloads(edit))

    def _mutant(self, thing: Named, clauses: tuple[str, ...], apply: Apply) -> Mutant:
        return Mutant(kebab(thing.__name__), self.group, self.level, clauses, first_line(thing), apply)


@dataclass(frozen=True, slots=True)
class Differing:
    """Decorators that make variants, in the ways of Breaking."""

    keeps_assumed: bool

    def part(self, part: type) -> Variant:
        return self._variant(part, exchanging(part))

    def reply(self, on: Collection[str] = (), status: Collection[int] = ()) -> Callable[[Rewrite], Variant]:
        return lambda rewrite: self._variant(rewrite, rewriting(rewrite, on, status))

    def body(self, on: Collection[str] = (), status: Collection[int] = ()) -> Callable[[Edit], Variant]:
        return lambda edit: self._variant(edit, rewriting(editing(edit), on, status))

    def tracking(self, edit: Edit) -> Variant:
        return self._variant(edit, editing_trackings(edit))

    def payload(self, edit: Edit) -> Variant:
        return self._variant(edit, editing_payloads(edit))

    def _variant(self, thing: Named, apply: Apply) -> Variant:
        return Variant(kebab(thing.__name__), self.keeps_assumed, first_line(thing), apply)


def exchanging(part: type) -> Apply:
    return lambda parts: parts.with_part(part)


def editing_trackings(edit: Edit) -> Apply:
    return lambda parts: replace(parts, trackings=(*parts.trackings, edit))


def editing_payloads(edit: Edit) -> Apply:
    return lambda parts: replace(parts, payloads=(*parts.payloads, edit))


def rewriting(rewrite: Rewrite, on: Collection[str], status: Collection[int]) -> Apply:
    """Rewrites the replies to these operations with these statuses; none given means all."""

    def only_there(call: Call, reply: Reply) -> Reply:
        concerned = (not on or call.operation in on) and (not status or reply.status in status)
        return rewrite(call, reply) if concerned else reply

    return lambda parts: replace(parts, replies=(*parts.replies, only_there))


def editing(edit: Edit) -> Rewrite:
    def rewrite(call: Call, reply: Reply) -> Reply:
        if not reply.body:
            return reply
        value = reply.value()
        edit(value)
        return reply.with_value(value)

    return rewrite


def kebab(name: str) -> str:
    """`count_is_wrong` and `CountIsWrong` are count-is-wrong."""
    return (
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])", "-", name)
        .replace("_", "-")
        .lower()
    )


def first_line(thing: Named) -> str:
    return (thing.__doc__ or "").strip().split("\n")[0]


def members(kind: type[M], *modules: ModuleType) -> tuple[M, ...]:
    """Everything of a kind that the modules define, in their order."""
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, kind))

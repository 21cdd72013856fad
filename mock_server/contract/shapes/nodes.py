"""The parts a shape is compiled to: each writes facts as its schema has them, and reads values back."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from operator import is_
from random import Random
from typing import Any, Protocol

_MISSING = object()


class Node(Protocol):
    def write(self, facts: Any, random: Random, /) -> Any: ...
    def read(self, value: Any, /) -> Any: ...


class Plain:
    """Whatever the fact is."""

    def write(self, facts: Any, _: Random) -> Any:
        return facts

    def read(self, value: Any) -> Any:
        return value


class Constant(Plain):
    """The schema's value, whatever the fact is."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def write(self, facts: Any, _: Random) -> Any:
        return facts if self.allows(facts) else self.value

    def allows(self, fact: Any) -> bool:
        return type(fact) is type(self.value) and fact == self.value


class Words:
    """A list of constants of which some have another name in the mock."""

    def __init__(self, by_fact: Mapping[str, Any]) -> None:
        self._by_fact = by_fact
        self._by_value = {value: fact for fact, value in by_fact.items()}

    def write(self, facts: Any, _: Random) -> Any:
        return self._by_fact.get(facts, facts) if isinstance(facts, str) else facts

    def read(self, value: Any) -> Any:
        return self._by_value.get(value, value) if isinstance(value, str) else value


class Items:
    """Each item in the shape of the schema's items."""

    def __init__(self, item: Node) -> None:
        self._item = item

    def write(self, facts: Any, random: Random) -> Any:
        if not isinstance(facts, (list, tuple)):
            return facts
        write = self._item.write
        values = [write(fact, random) for fact in facts]
        return facts if all(map(is_, values, facts)) else values

    def read(self, value: Any) -> Any:
        return [self._item.read(each) for each in value] if isinstance(value, list) else value


class Property:
    """One property of an object, filled from the fact of that name or path, or else by `sample`."""

    def __init__(self, name: str, fact: str, node: Node, sample: Callable[[Random], Any]) -> None:
        self.name = name
        self.fact = fact
        self.node = node
        self._path = fact.split(".")
        self._sample = sample
        self._record = isinstance(node, Record)

    def write(self, facts: Mapping[str, Any], random: Random) -> Any:
        fact = self.find(facts)
        if fact is not _MISSING:
            return self.fitted(fact, facts, random)
        if isinstance(self.node, Constant):
            return self.node.value
        return self.node.write(facts, random) if isinstance(self.node, (Record, Choice)) else self._sample(random)

    def fitted(self, fact: Any, facts: Mapping[str, Any], random: Random) -> Any:
        """The fact in shape; where an object is wanted and it is none, the facts around it fill the object."""
        around = self._record and fact is not None and not isinstance(fact, Mapping)
        return self.node.write(facts if around else fact, random)

    def missing(self, facts: Mapping[str, Any]) -> bool:
        return self.find(facts) is _MISSING

    def find(self, facts: Mapping[str, Any]) -> Any:
        """The field's fact, or _MISSING."""
        if self.fact in facts:
            return facts[self.fact]
        value: Any = facts
        for step in self._path:
            if not isinstance(value, Mapping) or step not in value:
                return _MISSING
            value = value[step]
        return value

    def put(self, facts: dict[str, Any], value: Any) -> None:
        """Store the value where `find` would look for it."""
        for step in self._path[:-1]:
            facts = facts.setdefault(step, {})
        facts[self._path[-1]] = self.node.read(value)


class Record:
    """An object's properties."""

    def __init__(self, fields: Sequence[Property], required: frozenset[str]) -> None:
        self.fields = fields
        self._by_name = {field.name: field for field in fields}
        self._names = list(self._by_name)
        self._required = required
        self._constants = [(field, field.node) for field in fields if isinstance(field.node, Constant)]
        self._same_names = all(field.name == field.fact for field in fields)
        self._deep = [field for field in fields if type(field.node) is not Plain]

    def write(self, facts: Any, random: Random) -> Any:
        if not isinstance(facts, Mapping):
            return facts
        if not self._same_names or list(facts) != self._names:
            return {field.name: field.write(facts, random) for field in self.fields}
        changed = {}
        for field in self._deep:
            fact = facts[field.name]
            value = field.fitted(fact, facts, random)
            if value is not fact:
                changed[field.name] = value
        return {**facts, **changed} if changed else facts

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        facts = {name: each for name, each in value.items() if name not in self._by_name}
        for name, field in self._by_name.items():
            if name in value:
                field.put(facts, value[name])
        return facts

    def contradicts(self, facts: Mapping[str, Any]) -> bool:
        """Whether the facts have another value for a constant property."""
        return any(not field.missing(facts) and not node.allows(field.find(facts)) for field, node in self._constants)

    def lacks(self, facts: Mapping[str, Any]) -> tuple[int, int]:
        """How many of the required properties, and of all, have no fact."""
        without = [field for field in self.fields if field.missing(facts)]
        return sum(field.name in self._required for field in without), len(without)

    def knows(self, value: Mapping[str, Any]) -> int:
        """How many names of the value are properties."""
        return len(self._by_name.keys() & value.keys())


class Choice:
    """The branch that suits the facts best; of two that suit alike, the earlier."""

    def __init__(self, records: Sequence[Record], other: Node) -> None:
        self.nodes: list[Node] = [*records, other]
        self._records = records
        self._other = other

    def write(self, facts: Any, random: Random) -> Any:
        if not isinstance(facts, Mapping):
            return self._other.write(facts, random)
        fitting = [record for record in self._records if not record.contradicts(facts)] or self._records
        best = fitting[0] if len(fitting) == 1 else min(fitting, key=lambda record: record.lacks(facts))
        return best.write(facts, random)

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return self._other.read(value)
        return max(self._records, key=lambda record: record.knows(value)).read(value)


class Again:
    """A schema inside itself, known only when the outer one is compiled."""

    def __init__(self, find: Callable[[], Node]) -> None:
        self._find = find

    @cached_property
    def node(self) -> Node:
        found = self._find()
        return found.node if isinstance(found, Again) else found

    def write(self, facts: Any, random: Random) -> Any:
        return self.node.write(facts, random)

    def read(self, value: Any) -> Any:
        return self.node.read(value)

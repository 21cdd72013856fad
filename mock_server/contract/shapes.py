"""The mock's facts in the shape a schema gives them, and a client's values as the mock's facts.

Facts carry the mock's own names. A property takes the fact that its `x-value` names, or else the one of its own name,
so an overlay can rename, nest or flatten what the API says without a line of code. `x-value: carrier.code` reaches
into a fact that is an object.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from json import dumps
from operator import is_
from random import Random
from typing import Any, Protocol

from mock_server.contract.folding import CHOICES, both, folded
from mock_server.contract.samples import sample

_MISSING = object()


class Shape:
    """One schema, compiled for writing and reading."""

    def __init__(self, schema: Any, document: Mapping[str, Any]) -> None:
        self._node = _Compiler(document).node(schema)

    def write(self, facts: Any, random: Random) -> Any:
        """The facts as the schema has them: its properties, in its order, and no others.

        A constant is itself; None is a fact. A property without a fact is filled from the facts around it if it is an
        object, and with a sample drawn from `random` if not. Facts that are already in shape come back themselves,
        not a copy.
        """
        return self._node.write(facts, random)

    def read(self, value: Any) -> Any:
        """The value under the mock's own names; properties that the schema does not know stay as they are."""
        return self._node.read(value)


class _Node(Protocol):
    def write(self, facts: Any, random: Random, /) -> Any: ...
    def read(self, value: Any, /) -> Any: ...


class _Plain:
    """Whatever the fact is."""

    def write(self, facts: Any, _: Random) -> Any:
        return facts

    def read(self, value: Any) -> Any:
        return value


class _Constant(_Plain):
    """The schema's value, whatever the fact is."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def write(self, facts: Any, _: Random) -> Any:
        return facts if self.allows(facts) else self.value

    def allows(self, fact: Any) -> bool:
        return type(fact) is type(self.value) and fact == self.value


class _List:
    """Each item in the shape of the schema's items."""

    def __init__(self, item: _Node) -> None:
        self._item = item

    def write(self, facts: Any, random: Random) -> Any:
        if not isinstance(facts, (list, tuple)):
            return facts
        write = self._item.write
        values = [write(fact, random) for fact in facts]
        return facts if all(map(is_, values, facts)) else values

    def read(self, value: Any) -> Any:
        return [self._item.read(each) for each in value] if isinstance(value, list) else value


class _Field:
    """One property of an object."""

    def __init__(self, name: str, fact: str, node: _Node, schema: Any, document: Mapping[str, Any]) -> None:
        self.name = name
        self.node = node
        self.fact = fact
        self._path = fact.split(".")
        self._schema = schema
        self._document = document

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

    def write(self, facts: Mapping[str, Any], random: Random) -> Any:
        fact = self.find(facts)
        if fact is not _MISSING:
            return self.node.write(fact, random)
        if isinstance(self.node, _Constant):
            return self.node.value
        if isinstance(self.node, (_Record, _Choice)):
            return self.node.write(facts, random)
        return sample(self._schema, self._document, random, place=self.name)

    def put(self, facts: dict[str, Any], value: Any) -> None:
        """Store the value where `find` would look for it."""
        for step in self._path[:-1]:
            facts = facts.setdefault(step, {})
        facts[self._path[-1]] = self.node.read(value)


class _Record:
    """An object's properties."""

    def __init__(self, fields: list[_Field], required: frozenset[str]) -> None:
        self._fields = fields
        self._by_name = {field.name: field for field in fields}
        self._names = list(self._by_name)
        self._required = required
        self._constants = [(field, field.node) for field in fields if isinstance(field.node, _Constant)]
        self._same_names = all(field.name == field.fact for field in fields)
        self._deep = [(field.name, field.node) for field in fields if type(field.node) is not _Plain]

    def write(self, facts: Any, random: Random) -> Any:
        if not isinstance(facts, Mapping):
            return facts
        if not self._same_names or list(facts) != self._names:
            return {field.name: field.write(facts, random) for field in self._fields}
        changed = {}
        for name, node in self._deep:
            fact = facts[name]
            value = node.write(fact, random)
            if value is not fact:
                changed[name] = value
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
        """Whether a constant property has another value among the facts."""
        return any(
            (fact := field.find(facts)) is not _MISSING and not node.allows(fact) for field, node in self._constants
        )

    def lacks(self, facts: Mapping[str, Any]) -> tuple[int, int]:
        """How many required properties, and how many of all, have no fact."""
        without = [field for field in self._fields if field.find(facts) is _MISSING]
        return sum(field.name in self._required for field in without), len(without)

    def knows(self, value: Mapping[str, Any]) -> int:
        """How many names of the value are properties."""
        return len(self._by_name.keys() & value.keys())


class _Choice:
    """The branch of a oneOf or anyOf that suits the facts best; the earlier of two that suit alike."""

    def __init__(self, records: list[_Record], other: _Node) -> None:
        self.nodes = [*records, other]
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


class _Again(_Plain):
    """A schema inside itself; known only when the outer one is compiled."""

    def __init__(self, nodes: Mapping[str, _Node], key: str) -> None:
        self._nodes = nodes
        self._key = key

    def write(self, facts: Any, random: Random) -> Any:
        return self._nodes[self._key].write(facts, random)

    def read(self, value: Any) -> Any:
        return self._nodes[self._key].read(value)


class _Compiler:
    """Schemas of one document as nodes, each reference compiled once."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._nodes: dict[str, _Node] = {}

    def node(self, schema: Any) -> _Node:
        if isinstance(schema, bool) or not schema.keys() & {"$ref", "allOf"}:
            return self._compiled(folded(schema, self._document))
        key = dumps(schema, sort_keys=True)
        if key not in self._nodes:
            self._nodes[key] = _Again(self._nodes, key)
            self._nodes[key] = self._compiled(folded(schema, self._document))
        return self._nodes[key]

    def _compiled(self, schema: Mapping[str, Any]) -> _Node:
        if "const" in schema:
            return _Constant(schema["const"])
        if CHOICES in schema:
            return self._choice(schema)
        if schema.get("properties"):
            return self._record(schema)
        item = self.node(schema["items"]) if "items" in schema else _Plain()
        return item if type(item) is _Plain else _List(item)

    def _record(self, schema: Mapping[str, Any]) -> _Record:
        fields = [self._field(name, each) for name, each in schema["properties"].items() if each is not False]
        return _Record(fields, frozenset(schema.get("required", ())))

    def _field(self, name: str, schema: Any) -> _Field:
        fact = folded(schema, self._document).get("x-value", name)
        return _Field(name, fact, self.node(schema), schema, self._document)

    def _choice(self, schema: Mapping[str, Any]) -> _Node:
        nodes = list(self._flat(self._compiled(variant) for variant in self._variants(schema)))
        records = [node for node in nodes if isinstance(node, _Record)]
        lists = [node for node in nodes if isinstance(node, _List)]
        other = lists[0] if lists else _Plain()
        return _Choice(records, other) if records else other

    def _variants(self, schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The schema with one branch of each choice added, for every combination."""
        base = {name: value for name, value in schema.items() if name != CHOICES}
        for branches in product(*schema[CHOICES]):
            variant = base
            for branch in branches:
                variant = both(variant, folded(branch, self._document))
            yield variant

    def _flat(self, nodes: Iterator[_Node]) -> Iterator[_Node]:
        for node in nodes:
            yield from node.nodes if isinstance(node, _Choice) else (node,)

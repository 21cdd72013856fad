"""The mock's facts in the shape a schema gives them, and a client's values as the mock's facts.

Facts carry the mock's own names. A property takes the fact that its `x-value` names, or else the one of its own name,
so an overlay can rename, nest or flatten what the API says without a line of code. `x-value: carrier.code` reaches
into a fact that is an object; `x-value` beside a `const` is the mock's own word for that constant.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from json import dumps
from random import Random
from typing import Any

from mock_server.contract.folding import CHOICES, Schema, both, folded
from mock_server.contract.samples import sample
from mock_server.contract.shapes.nodes import Again, Choice, Constant, Items, Node, Plain, Property, Record, Words


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

    def name_of(self, fact: str) -> str | None:
        """What the schema calls that fact, if it is a property of the value itself."""
        records = (node for node in _flat(self._node) if isinstance(node, Record))
        return next((field.name for record in records for field in record.fields if field.fact == fact), None)


class _Compiler:
    """Schemas of one document as nodes, each reference compiled once."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._nodes: dict[str, Node] = {}

    def node(self, schema: Any) -> Node:
        if isinstance(schema, bool) or not schema.keys() & {"$ref", "allOf"}:
            return self._compiled(folded(schema, self._document))
        return self._once(schema, lambda: folded(schema, self._document))

    def _once(self, schema: Any, whole: Callable[[], Schema]) -> Node:
        """The schema's node; while that is in the making, one that will find it."""
        key = dumps(schema, sort_keys=True)
        if key not in self._nodes:
            self._nodes[key] = Again(partial(self._nodes.__getitem__, key))
            self._nodes[key] = self._compiled(whole())
        return self._nodes[key]

    def _compiled(self, schema: Schema) -> Node:
        if "const" in schema:
            return Constant(schema["const"])
        if CHOICES in schema:
            return self._choice(schema)
        if schema.get("properties"):
            fields = [self._field(name, each) for name, each in schema["properties"].items() if each is not False]
            return Record(fields, frozenset(schema.get("required", ())))
        item = self.node(schema["items"]) if "items" in schema else Plain()
        return item if type(item) is Plain else Items(item)

    def _field(self, name: str, schema: Any) -> Property:
        fact = folded(schema, self._document).get("x-value", name)
        return Property(name, fact, self.node(schema), partial(self._sample, schema, name))

    def _sample(self, schema: Any, name: str, random: Random) -> Any:
        return sample(schema, self._document, random, place=f"#/properties/{name}")

    def _choice(self, schema: Schema) -> Node:
        words = dict(self._words(schema))
        if words:
            return Words(words)
        nodes = [self._once(variant, partial(dict, variant)) for variant in self._variants(schema)]
        if any(isinstance(node, Again) for node in nodes):
            return Again(lambda: _chosen(nodes))
        return _chosen(nodes)

    def _words(self, schema: Schema) -> Iterator[tuple[str, Any]]:
        """Constants of the choices that the mock knows by another name, by that name."""
        for branches in schema[CHOICES]:
            for branch in branches:
                entry = folded(branch, self._document)
                if "x-value" in entry and isinstance(entry.get("const"), str):
                    yield entry["x-value"], entry["const"]

    def _variants(self, schema: Schema) -> Iterator[dict[str, Any]]:
        """The schema with one branch of each choice added, for every combination."""
        base = {name: value for name, value in schema.items() if name != CHOICES}
        for branches in product(*schema[CHOICES]):
            variant = base
            for branch in branches:
                variant = both(variant, folded(branch, self._document))
            yield variant


def _chosen(variants: Iterable[Node]) -> Node:
    nodes = [flat for node in variants for flat in _flat(node)]
    records = [node for node in nodes if isinstance(node, Record)]
    other = next((node for node in nodes if isinstance(node, (Items, Words))), Plain())
    return Choice(records, other) if records else other


def _flat(node: Node) -> list[Node]:
    found = node.node if isinstance(node, Again) else node
    return found.nodes if isinstance(found, Choice) else [found]

"""JSON values against the contract's schemas, complaint by complaint, each at its clause."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from jsonschema import FormatChecker

from contract_tests.contract import alike
from contract_tests.contract.alike import AlikeValidator
from contract_tests.contract.dialects import reader
from contract_tests.contract.loading import lookup, resolve
from contract_tests.contract.pointers import follow, pointer
from contract_tests.contract.reading import fits
from contract_tests.contract.validation import validator

# Which keywords say something about which kind of value; a pattern says nothing about a null.
_TELLING = {
    "object": ("type", "required", "properties", "const", "enum", "oneOf", "anyOf"),
    "array": ("type", "items", "minItems", "maxItems", "const", "enum"),
    "string": ("type", "pattern", "format", "minLength", "maxLength", "const", "enum", "oneOf", "anyOf"),
    "number": ("type", "minimum", "maximum", "const", "enum", "oneOf", "anyOf"),
    "boolean": ("type", "const", "enum"),
    "null": (),
}

MOST_EXAMINED = 1000  # bodies; a process can read one contract for many runs


@dataclass(frozen=True, slots=True)
class Complaint:
    """One way in which a value breaks a schema: the clause nearest to the keyword, the place in the value."""

    clause: str | None
    place: str
    keyword: str
    expected: str
    found: Any

    @property
    def sentence(self) -> str:
        return f"{self.place or 'the body'}: {self.expected}"


class Schemas:
    """The schemas of one document."""

    def __init__(self, document: Mapping[str, Any], assumed: frozenset[str]) -> None:
        self._document = _for_everyone(document)
        self._assumed = assumed
        self._validators: dict[str, Any] = {}
        self._examined: dict[tuple[str, bytes], tuple[list[Complaint], set[str]]] = {}

    def complaints(self, value: Any, place: str, default: str | None = None) -> list[Complaint]:
        """What is wrong with the value under the schema at the JSON pointer; `default` is the clause of last resort."""
        found: dict[tuple[str, str | None, str], Complaint] = {}
        for error in self._validator(place).iter_errors(value):
            for each in self._told(error, place, default):
                found.setdefault((re.sub(r"/\d+", "/*", each.place), each.clause, each.expected), each)
        return list(found.values())

    def examined(self, value: Any, raw: bytes, place: str) -> tuple[list[Complaint], set[str]]:
        """Complaints, and the clauses that were exercised without one; the same bytes are looked at once."""
        body = place, blake2b(raw, digest_size=16).digest()
        if body not in self._examined:
            complaints = self.complaints(value, place)
            held = self.exercised(value, place) - {each.clause for each in complaints if each.clause}
            if len(self._examined) >= MOST_EXAMINED:
                del self._examined[next(iter(self._examined))]
            self._examined[body] = complaints, held
        return self._examined[body]

    def exercised(self, value: Any, place: str) -> set[str]:
        """The clauses that this value could have broken under the schema at the pointer."""
        found: set[str] = set()
        self._exercise(value, follow(self._document, place), found, None)
        return found

    def _validator(self, place: str) -> Any:
        if place not in self._validators:
            self._validators[place] = validator(
                {"$ref": f"#{place}"}, self._document, formats=_formats(), kind=AlikeValidator
            )
        return self._validators[place]

    def _told(self, error: Any, place: str, default: str | None) -> Iterator[Complaint]:
        """The error, or for a choice whose branch is plain the errors of that branch."""
        if error.validator in {"oneOf", "anyOf"} and error.context:
            chosen = _meant(error)
            if chosen:
                for each in chosen:
                    yield from self._told(each, place, default)
                return
        yield Complaint(
            clause=self._clause_at(error, place) or default or _first_clause(self._document, place),
            place=pointer(error.absolute_path),
            keyword=str(error.validator),
            expected=_sentence(error),
            found=error.instance,
        )

    def _clause_at(self, error: Any, place: str) -> str | None:
        """The clause of the innermost node on the way from the schema to the broken keyword.

        What is documented of a shipment is only assumed inside an assumed frame, such as a batch's results: there the
        frame's clause is broken. jsonschema's paths leave `$ref` out, so it is followed wherever a step is missing.
        """
        clause = frame = None
        node: Any = follow(self._document, place)
        for step in (*error.absolute_schema_path, None):
            while isinstance(node, dict):
                clause, frame = self._inner(node, clause, frame)
                if step is None or step in node or "$ref" not in node:
                    break
                node = lookup(self._document, node["$ref"])
            node = node[step] if step is not None else node
        return clause

    def _inner(self, node: Mapping[str, Any], clause: str | None, frame: str | None) -> tuple[str | None, str | None]:
        """The clause and the assumed frame that hold inside the node."""
        own = node.get("x-clause")
        if not isinstance(own, str):
            return clause, frame
        if own in self._assumed:
            return own, own
        return (frame or own), frame

    def _exercise(self, value: Any, schema: Any, found: set[str], frame: str | None) -> None:
        if not isinstance(schema, dict):
            return
        clause, frame = self._inner(schema, None, frame)
        if clause and self._tells(schema, value):
            found.add(clause)
        if "$ref" in schema:
            self._exercise(value, lookup(self._document, schema["$ref"]), found, frame)
        for each in schema.get("allOf", ()):
            self._exercise(value, each, found, frame)
        for branch in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
            if fits(resolve(self._document, branch), value):
                self._exercise(value, branch, found, frame)
        if isinstance(value, dict):
            for name, each in schema.get("properties", {}).items():
                if name in value:
                    self._exercise(value[name], each, found, frame)
        if isinstance(value, list) and "items" in schema:
            for each in alike.distinct(value):
                self._exercise(each, schema["items"], found, frame)

    def _tells(self, schema: Mapping[str, Any], value: Any) -> bool:
        telling = _TELLING[_kind(value)]
        own = {**(resolve(self._document, schema) if "$ref" in schema else {}), **schema}
        return any(name in own for name in telling)


def _for_everyone(node: Any) -> Any:
    """The document without the properties that only a mock answers."""
    if isinstance(node, list):
        return [_for_everyone(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _for_everyone(each) for name, each in node.items()}
    if isinstance(node.get("properties"), dict):
        mock_only = [
            name for name, each in node["properties"].items() if isinstance(each, dict) and each.get("x-mock-only")
        ]
        kept["properties"] = {name: each for name, each in kept["properties"].items() if name not in mock_only}
        kept["required"] = [name for name in node.get("required", ()) if name not in mock_only]
    return kept


def _first_clause(document: Mapping[str, Any], place: str) -> str | None:
    """The first clause beside a schema that has none itself: what it demands first."""
    schema = resolve(document, follow(document, place))
    beside = schema.get("allOf", ()) if isinstance(schema, dict) else ()
    return next((each["x-clause"] for each in beside if isinstance(each, dict) and "x-clause" in each), None)


def _meant(error: Any) -> list[Any]:
    """The errors of the one branch that the value was meant for; empty if no branch stands out."""
    branches: dict[Any, list[Any]] = {}
    for each in error.context:
        branches.setdefault(each.schema_path[0], []).append(each)
    plain = [errors for errors in branches.values() if not any(each.validator == "const" for each in errors)]
    return plain[0] if len(plain) == 1 and isinstance(error.instance, dict) else []


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names: tuple[tuple[type | tuple[type, ...], str], ...] = ((dict, "object"), (list, "array"), (str, "string"))
    return next((name for kind, name in names if isinstance(value, kind)), "number")


def _sentence(error: Any) -> str:
    if error.validator in {"oneOf", "anyOf"}:
        words = [each["const"] for each in error.validator_value if isinstance(each, dict) and "const" in each]
        if words:
            return f"one of {', '.join(map(str, words))}"
        return "one of the forms that the schema offers"
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"the key{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
    if error.validator == "type":
        kinds = error.validator_value
        return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    names = {
        "pattern": "a text that matches",
        "format": "a valid",
        "const": "exactly",
        "minimum": "at least",
        "maximum": "at most",
        "minLength": "a text no shorter than",
        "minItems": "a list no shorter than",
    }
    return f"{names.get(error.validator, error.validator)} {error.validator_value}"


def _formats() -> Any:
    checker = FormatChecker(formats=("uri",))
    checker.checks("regex", raises=re.error)(_is_expression)
    checker.checks("date-time", raises=ValueError)(_is_instant)
    return checker


def _is_expression(value: object) -> bool:
    """In any language's dialect."""
    return not isinstance(value, str) or bool(reader(value))


def _is_instant(value: object) -> bool:
    """RFC 3339, and a day that exists."""
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)", value):
            return False
        datetime.fromisoformat(value)
    return True

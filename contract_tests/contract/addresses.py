"""Schemas with a name of their own, an `$id` or an anchor: references to them become references to their places."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urljoin

from contract_tests.contract.pointers import follow, pointer
from contract_tests.contract.subschemas import subschemas

_ANCHORS = ("$anchor", "$dynamicAnchor")
_Based = tuple[str, str, dict[str, Any]]  # what references are relative to, the schema's pointer, the schema


def by_place(document: Mapping[str, Any], schemas: Iterable[tuple[str, Any]]) -> None:
    """Change references by name into `#/...`, and take the names away; `schemas` are the outermost, by their pointers.

    What leads nowhere stays, for whoever looks for that. So does a `$dynamicRef` that may mean several schemas.
    """
    found = [each for place, outer in schemas for each in _based(outer, place)]
    named = [each for place in found for each in _names(*place)]
    if not named and not any("$dynamicRef" in schema for _, _, schema in found):
        return
    places, dynamic = dict(named), [schema.get("$dynamicAnchor") for _, _, schema in found]
    for base, _, schema in found:
        if isinstance(schema.get("$ref"), str):
            schema["$ref"] = _placed(document, base, schema["$ref"], places)
        reference = schema.get("$dynamicRef")
        if isinstance(reference, str) and "$ref" not in schema and dynamic.count(reference.rpartition("#")[2]) < 2:
            schema["$ref"] = _placed(document, base, schema.pop("$dynamicRef"), places)
    for _, _, schema in found:
        for name in ("$id", *_ANCHORS):
            schema.pop(name, None)


def _based(outer: Any, place: str) -> Iterator[_Based]:
    """The schemas within, each with its base (JSON Schema 2020-12 section 8.2.1)."""
    bases: list[tuple[tuple[str | int, ...], str]] = [((), "")]
    for steps, schema in subschemas(outer):
        while steps[: len(bases[-1][0])] != bases[-1][0]:
            bases.pop()
        if isinstance(schema.get("$id"), str):
            bases.append((steps, _absolute(bases[-1][1], schema["$id"]).partition("#")[0]))
        if isinstance(schema, dict):
            yield bases[-1][1], place + pointer(steps), schema


def _names(base: str, place: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every name that the schema has, as a whole URI, and its place."""
    if isinstance(schema.get("$id"), str):
        yield base, place
    yield from ((f"{base}#{schema[name]}", place) for name in _ANCHORS if isinstance(schema.get(name), str))


def _placed(document: Mapping[str, Any], base: str, reference: str, places: Mapping[str, str]) -> str:
    """The reference as one to a place of the document; as it is where it is one, or where it leads nowhere."""
    whole = _absolute(base, reference)
    root, _, fragment = whole.partition("#")
    if whole.rstrip("#") in places:
        return f"#{places[whole.rstrip('#')]}"
    if root in places and fragment.startswith("/"):
        inside = places[root] + unquote(fragment)
        try:
            follow(document, inside)
        except LookupError:  # many mean the whole document by `#`, whatever is named around it
            return reference
        return f"#{inside}"
    return reference


def _absolute(base: str, reference: str) -> str:
    return f"{base}{reference}" if reference.startswith("#") else urljoin(base, reference)

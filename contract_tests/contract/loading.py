"""The contract's files as one checked document, and the fixtures beside them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from contract_tests.contract.addresses import by_place
from contract_tests.contract.bundle import bundle, copied, references
from contract_tests.contract.files import DocumentError, line_of, read
from contract_tests.contract.openapi_format import METHODS, misshapen
from contract_tests.contract.origins import Origins
from contract_tests.contract.overlay_format import OverlayError, warned
from contract_tests.contract.pointers import follow, pointer
from contract_tests.contract.schema_flaws import check_metaschema
from contract_tests.contract.subschemas import outermost
from contract_tests.contract.templates import Template

DATA = Path(__file__).resolve().parents[2]  # a wheel has the same folders beside each other as the repository
SCHEMAS = DATA / "schemas"
FIXTURES = DATA / "fixtures"

_LONGEST_CHAIN = 32  # references to references; more than any document written on purpose
_shipped = cache(bundle)


def load(
    overlays: Sequence[Path] = (),
    *,
    root: Path = SCHEMAS / "openapi.yaml",
    idle: Callable[[str], None] = warned,
    origins: Origins | None = None,
) -> dict[str, Any]:
    """The bundled OpenAPI document with the overlays applied in order; DocumentError names file, place and fix.

    `idle` hears a sentence for each action that changed nothing, `origins` who said what.

    The shipped contract is checked by the unit tests; here, only what an overlay may have changed is, because start-up
    should not pay for what cannot differ. It is read once in a process.
    """
    shipped = root.parent == SCHEMAS
    document = copied(_shipped(root)) if shipped else bundle(root)
    origins = origins or Origins()
    for path in overlays:
        document = _overlaid(document, path, idle, origins)
        for place, message in misshapen(document):
            raise origins.error(place, message, path)
        document = {**_with_items(document), "servers": [*map(_settled, document.get("servers", []))]}
        by_place(document, list(outermost(document)))
    for place, message in () if shipped and not overlays else faults(document, with_schemas=bool(overlays)):
        raise origins.error(place, message, overlays or root)
    return document


def fixture(name: str) -> Any:
    """The parsed file of that name in fixtures/; DocumentError if it is missing or unreadable."""
    return read(FIXTURES / name)


def resolve(document: Mapping[str, Any], node: Any) -> Any:
    """What a reference such as `#/components/schemas/Error` names, or a node with its `$ref` followed.

    A node without `$ref` comes back as it is; keywords beside a `$ref` are not merged. LookupError for a reference
    that leads nowhere, leaves the document, or runs in a circle.
    """
    if isinstance(node, str):
        node = lookup(document, node)
    for _ in range(_LONGEST_CHAIN):
        if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
            return node
        node = lookup(document, node["$ref"])
    raise LookupError(f"{node['$ref']} refers to itself")


def lookup(document: Mapping[str, Any], reference: str) -> Any:
    """What the reference names, a `$ref` found there not followed; LookupError as for `resolve`."""
    if not reference.startswith("#"):
        raise LookupError(f"{reference} is outside the document: it begins with no # and is no schema's $id")
    if reference[1:2] not in {"", "/"}:
        raise LookupError(f"{reference} names nothing: no schema has that $anchor")
    return follow(document, unquote(reference[1:]))


def _with_items(document: dict[str, Any]) -> dict[str, Any]:
    """The document with each path item that refers to one of `components` taken in."""
    paths = document.get("paths", {})
    if not any("$ref" in item for item in paths.values() if isinstance(item, Mapping)):
        return document
    taken = {}
    for path, item in paths.items():
        own = {name: each for name, each in item.items() if name != "$ref"}
        try:
            taken[path] = {**resolve(document, item), **own}
        except LookupError:
            taken[path] = item  # told with everything else that leads nowhere
    return {**document, "paths": taken}


def _settled(server: Mapping[str, Any]) -> Mapping[str, Any]:
    """The server with the defaults of its variables in its url (OpenAPI 3.1 section 4.8.5)."""
    variables = server.get("variables", {})
    url = re.sub(r"{([^{}]*)}", lambda part: variables.get(part[1], {}).get("default", part[0]), server["url"])
    return {**{name: each for name, each in server.items() if name != "variables"}, "url": url}


def _overlaid(document: Mapping[str, Any], path: Path, idle: Callable[[str], None], origins: Origins) -> dict[str, Any]:
    from contract_tests.contract.overlay import apply  # noqa: PLC0415 - python-jsonpath costs 30 ms that most runs save

    try:
        return apply(document, read(path), name=str(path), idle=idle, laid=partial(origins.note, path))
    except OverlayError as error:
        line = line_of(path, error.place)
        raise DocumentError(
            path, f"line {line} ({error.place or '/'})" if line else error.place, error.message
        ) from None


def faults(document: Mapping[str, Any], *, with_schemas: bool) -> Iterator[tuple[str, str]]:
    """Pointer and complaint for what could not be worked with, in the order in which fixing helps most."""
    yield from _dangling(document)
    yield from _unusable_operations(document)
    if with_schemas:
        yield from check_metaschema(document)


def _dangling(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = set()
    for place, reference in references(document):
        if reference in known:
            continue
        try:
            resolve(document, reference)
        except LookupError as error:
            yield place, f"$ref {error.args[0]}; change this $ref, or keep what it names"
        known.add(reference)


def _unusable_operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not str(document.get("openapi", "")).startswith("3.1"):
        yield (
            "/openapi",
            f"{document.get('openapi')!r} is not a version that is read; write OpenAPI 3.1",
        )
    for index, server in enumerate(document.get("servers", [])):
        if "{" in server["url"]:
            yield pointer(("servers", index, "url")), f"{server['url']} has a variable without a default; give it one"
    identifiers: dict[str, str] = {}
    templates: dict[str, str] = {}
    for path, item in document.get("paths", {}).items():
        place = pointer(("paths", path))
        other = templates.setdefault(Template(path).form, path)
        if other != path:
            yield place, f"{path} and {other} match the same requests; keep one path template"
        for method in (name for name in item if name in METHODS):
            identifier = item[method].get("operationId")
            here = f"{place}/{method}"
            if not identifier:
                yield here, "the operation has no operationId; give it one, handlers are found by it"
            elif identifiers.setdefault(identifier, here) != here:
                yield here, f"operationId {identifier!r} is taken by {identifiers[identifier]}; choose another"

"""What overlays may have broken though it is still JSON Schema: found at the start, before a request meets it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from contract_tests.contract.bundle import bundle
from contract_tests.contract.files import DocumentError
from contract_tests.contract.loading import SCHEMAS, load, resolve
from contract_tests.contract.openapi_format import METHODS
from contract_tests.contract.origins import Origins
from contract_tests.contract.overlay_format import warned
from contract_tests.contract.pointers import follow, named, pointer
from contract_tests.contract.providers import faked
from contract_tests.contract.security import unusable_security
from contract_tests.contract.validation import validator
from contract_tests.contract.violations import sentence, shown

Gap = tuple[str, str]  # where, as a JSON pointer, and what is wrong there

# Nodes that mock and suite read wherever they run, and keys that they look for anywhere.
NODES = (
    "/paths",
    "/servers/0/url",
    "/components/schemas/Error/$defs/code/oneOf",
    "/components/schemas/Tracking/$defs/eventType/oneOf",
    "/components/schemas/Tracking/$defs/status/oneOf",
    "/components/securitySchemes",
    "/x-plans/plans",
)
KEYS = ("x-quota", "x-keys", "x-detection-priority", "x-max-bytes")


def sound_document(
    overlays: Sequence[Path] = (), *, idle: Callable[[str], None] = warned, origins: Origins | None = None
) -> dict[str, Any]:
    """The shipped contract with the overlays applied, as `load` has it, and nothing missing that requests need."""
    origins = origins or Origins()
    document = load(overlays, idle=idle, origins=origins)
    for place, complaint in gaps(document) if overlays else ():
        raise origins.error(place, complaint, overlays)
    return document


def gaps(document: Mapping[str, Any]) -> Iterator[Gap]:
    """Place and complaint for everything that no request could be answered with; all of it names the fix."""
    missing = list(_missing(document))
    yield from missing
    if not missing:
        yield from _bad_plans(document)
        yield from unusable_security(document)
        yield from _unservable(document)
        yield from _unknown_providers(document, ())


def _missing(document: Mapping[str, Any]) -> Iterator[Gap]:
    for place in NODES:
        try:
            follow(document, place)
        except LookupError as error:
            yield place, f"{error.args[0]}; nothing works without it, so keep it"
    schemes = document.get("components", {}).get("securitySchemes", {})
    if schemes and not any(
        each.get("type") == "apiKey" and each.get("in") == "header" and "name" in each for each in schemes.values()
    ):
        yield (
            "/components/securitySchemes",
            "none is a key in a header; keep one: type apiKey, in header, with a name",
        )
    for key in KEYS:
        if next(named(document, key), None) is None:
            yield "", f"{key} is gone; put it back where schemas/openapi.yaml has it"


def _bad_plans(document: Mapping[str, Any]) -> Iterator[Gap]:
    form = bundle(SCHEMAS / "plan.schema.json")
    rows = validator(form["$defs"]["plan"], form)
    for place, plan in enumerate(document["x-plans"]["plans"]):
        # Who changes a plan need not say where it was read, as the published contract must.
        for error in rows.iter_errors({"x-source": "assumed", **plan} if isinstance(plan, dict) else plan):
            yield f"/x-plans/plans/{place}{pointer(error.absolute_path)}", sentence(error)


def _unservable(document: Mapping[str, Any]) -> Iterator[Gap]:
    for path, item in document["paths"].items():
        place = pointer(("paths", path))
        if not path.startswith("/"):
            yield place, f"{path!r} does not begin with a slash; write '/{path}'"
        for method in METHODS & item.keys():
            yield from _incomplete(document, path, item, method)


def _incomplete(document: Mapping[str, Any], path: str, item: Mapping[str, Any], method: str) -> Iterator[Gap]:
    place, operation = pointer(("paths", path, method)), item[method]
    parameters = [resolve(document, each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    for each in parameters:
        for key in ("name", "in"):
            if key not in each:
                yield place, f"a parameter ({shown(each)}) has no {key}; give it one"
    if "content" not in operation.get("requestBody", {"content": ()}) and "$ref" not in operation["requestBody"]:
        yield f"{place}/requestBody", "has no content; say which media types it takes"
    declared = {each.get("name") for each in parameters if each.get("in") == "path"}
    for name in re.findall(r"{([^{}]*)}", path):
        if name not in declared:
            yield place, f"{{{name}}} of the path is no parameter of the operation; declare it, with in: path"
    statuses = [str(status) for status in operation.get("responses", {})]
    if not any(re.fullmatch("[23][0-9][0-9]|[23]XX|default", status) for status in statuses):
        told = ", ".join(statuses) or "none"
        yield f"{place}/responses", f"there is no status of success such as 200 among them ({told}); add one"


def _unknown_providers(node: Any, steps: tuple[str | int, ...]) -> Iterator[Gap]:
    if isinstance(node, dict):
        if isinstance(node.get("x-faker"), str):
            complaint = _no_provider(node["x-faker"])
            if complaint:
                yield pointer((*steps, "x-faker")), complaint
        for name, each in node.items():
            yield from _unknown_providers(each, (*steps, name))
    elif isinstance(node, list):
        for place, each in enumerate(node):
            yield from _unknown_providers(each, (*steps, place))


def _no_provider(name: str) -> str | None:
    """Why no sample can come from that provider of Faker's; None if one can."""
    try:
        faked(name, Random(0))
    except DocumentError as error:
        return error.message
    except TypeError as error:
        return f"{name!r} takes arguments, which a schema cannot give: {error}"
    return None

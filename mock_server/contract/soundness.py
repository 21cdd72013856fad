"""What overlays may have broken though it is still JSON Schema: found at the start, before a request meets it."""

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from mock_server.contract.documents import METHODS, resolve
from mock_server.contract.files import DocumentError
from mock_server.contract.forms import Forms
from mock_server.contract.pointers import follow, named, pointer
from mock_server.contract.sample_texts import faked

Gap = tuple[str, str]  # where, as a JSON pointer, and what is wrong there

# Nodes that the mock reads wherever it runs, and keys that it looks for anywhere.
NODES = (
    "/paths",
    "/servers/0/url",
    "/components/schemas/Error/$defs/code",
    "/components/schemas/Tracking/$defs/eventType",
    "/components/schemas/Tracking/$defs/status",
    "/components/securitySchemes",
    "/x-plans/plans",
)
KEYS = ("x-quota", "x-keys", "x-detection-priority", "x-max-bytes")
PLAN = "plan.schema.json#/$defs/plan"


def gaps(document: Mapping[str, Any]) -> Iterator[Gap]:
    """Place and complaint for everything that no request could be answered with; all of it names the fix."""
    missing = list(_missing(document))
    yield from missing
    if not missing:
        yield from _bad_plans(document)
        yield from _unservable(document)
        yield from _unknown_providers(document, ())


def _missing(document: Mapping[str, Any]) -> Iterator[Gap]:
    for place in NODES:
        try:
            follow(document, place)
        except LookupError as error:
            yield place, f"{error.args[0]}; the mock cannot work without it, so keep it"
    for key in KEYS:
        if next(named(document, key), None) is None:
            yield "", f"{key} is gone; put it back where schemas/openapi.yaml has it"


def _bad_plans(document: Mapping[str, Any]) -> Iterator[Gap]:
    forms = Forms(document)
    for place, plan in enumerate(document["x-plans"]["plans"]):
        # Who changes a plan need not say where it was read, as the published contract must.
        for flaw in forms.flaws(PLAN, {"x-source": "assumed", **plan} if isinstance(plan, dict) else plan):
            yield f"/x-plans/plans/{place}{flaw.pointer}", flaw.detail


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
    declared = {each.get("name") for each in parameters if each.get("in") == "path"}
    for name in re.findall(r"{([^{}]*)}", path):
        if name not in declared:
            yield place, f"{{{name}}} of the path is no parameter of the operation; declare it, with in: path"
    statuses = [str(status) for status in operation.get("responses", {})]
    if not any(re.fullmatch("2[0-9][0-9]", status) for status in statuses):
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

"""Security requirements that no call could be judged by."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from contract_tests.contract.loading import resolve
from contract_tests.contract.openapi_format import METHODS
from contract_tests.contract.pointers import pointer

_BEARERS = frozenset({"oauth2", "openIdConnect"})
_PLACES = frozenset({"header", "query", "cookie"})


def unusable_security(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Place and complaint for each requirement that names no scheme, and each scheme in use that is not understood."""
    schemes = document["components"].get("securitySchemes", {})
    used: set[str] = set()
    for place, requirements in _requirements(document):
        for index, requirement in enumerate(requirements):
            for name in requirement:
                used.add(name)
                if name not in schemes:
                    near = get_close_matches(name, schemes, 1)
                    hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(schemes)}"
                    told = f"{name!r} is no scheme of /components/securitySchemes{hint}"
                    yield place + pointer((index, name)), told
    for name in used & schemes.keys():
        complaint = _complaint(resolve(document, schemes[name]))
        if complaint:
            yield pointer(("components", "securitySchemes", name)), complaint


def _requirements(document: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    yield "/security", document.get("security", [])
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield pointer(("paths", path, method, "security")), item[method].get("security", [])


def _complaint(scheme: Mapping[str, Any]) -> str | None:
    kind = scheme.get("type")
    if kind in _BEARERS:
        return None
    if kind == "apiKey":
        missing = scheme.get("in") not in _PLACES or not isinstance(scheme.get("name"), str)
        return "a key has a name, and is in header, query or cookie; give it both" if missing else None
    if kind == "http":
        known = str(scheme.get("scheme", "")).lower() in {"bearer", "basic"}
        return None if known else f"http scheme {scheme.get('scheme')!r} is not understood here; bearer and basic are"
    return f"type {kind!r} is not understood here; apiKey, http, oauth2 and openIdConnect are"

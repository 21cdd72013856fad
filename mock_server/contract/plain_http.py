"""Plain HTTP for receivers on hosts that a mock was told to deliver to, as the contract has it for loopback."""

import re
from collections.abc import Collection
from typing import Any

LOOPBACK = "webhook.request.url.loopback"  # the clause by which a mock takes http:// to its own machine


def with_plain_http(node: Any, hosts: Collection[str]) -> Any:
    """The contract with one more form of url beside the one for loopback; where an overlay took that out, as it is."""
    if isinstance(node, dict):
        return {name: with_plain_http(each, hosts) for name, each in node.items()}
    if not isinstance(node, list):
        return node
    forms = [with_plain_http(each, hosts) for each in node]
    if any(isinstance(each, dict) and each.get("x-clause") == LOOPBACK for each in forms):
        names = "|".join(map(_in_any_case, sorted(hosts)))
        forms.append(
            {
                "x-source": "assumed",
                "x-reason": "This mock was started with --webhook-allow for these hosts.",
                "x-mock-only": True,
                "pattern": rf"^[Hh][Tt][Tt][Pp]://([^@/?#]*@)?\[?({names})\.?\]?(:[0-9]*)?([/?#]|$)",
            }
        )
    return forms


def _in_any_case(host: str) -> str:
    return "".join(
        f"[{each.upper()}{each.lower()}]" if each.isascii() and each.isalpha() else re.escape(each)
        for each in host.strip("[]").rstrip(".")
    )

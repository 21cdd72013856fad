"""Near paths: where a call that leads nowhere was probably meant to go, if that is the control plane or an inbox."""

import re
from collections.abc import Iterable

from mock_server.contract.near_misses import LONGEST_PATH, MOST_SEGMENTS, likeness
from mock_server.web.inbox import INBOX_PREFIX
from mock_server.web.mock import CONTROL_PREFIX

_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")  # as Flask writes it
_LONGEST = 40  # characters of a segment that are compared
_OF_PAGES = f"{CONTROL_PREFIX}/console/"  # what the console's pages ask, and nobody else
_ADMIN = CONTROL_PREFIX.strip("/_")
_INBOX = INBOX_PREFIX.strip("/_")
# What many servers have at their root, and this one in its control plane.
_KNOWN_ELSEWHERE = frozenset({"health", "healthz", "ready", "readyz", "metrics", "openapi.json", "docs", "version"})


def slip(target: str) -> str | None:
    """The path of the control plane or of an inbox that a target outside both was meant for; None if for neither."""
    segments = [each for each in target[:LONGEST_PATH].partition("?")[0].split("/") if each]
    for place, segment in enumerate(segments[:2]):  # the first, or after the version of the API
        word = segment.strip("_").lower()
        if word == _ADMIN:
            return _near_control("/".join(segments[place + 1 :]))
        if word == _INBOX:
            return f"{INBOX_PREFIX}NAME"
    return _near_control(segments[0]) if len(segments) == 1 and segments[0].lower() in _KNOWN_ELSEWHERE else None


def _near_control(path: str) -> str:
    from mock_server.web.control import ROUTES  # noqa: PLC0415 - brings Flask, which few slips should cost everybody

    known = ["/docs", *(route.path for route in ROUTES)]
    return (
        near_path([f"{CONTROL_PREFIX}{each}" for each in known], f"{CONTROL_PREFIX}/{path}")
        if path
        else f"{CONTROL_PREFIX}/"
    )


def near_path(rules: Iterable[str], path: str) -> str:
    """The path of the control plane that looks most like the one that was asked, variables in braces."""
    asked = [each[:_LONGEST] for each in path[:LONGEST_PATH].lower().split("/") if each][:MOST_SEGMENTS]
    while len(asked) > 1 and asked[1] == asked[0]:  # the prefix, twice
        del asked[0]
    known = {_VARIABLE.sub(r"{\1}", rule) for rule in rules if rule.startswith(f"{CONTROL_PREFIX}/")}
    plain = sorted(each for each in known if not each.startswith(_OF_PAGES))
    return max(plain, key=lambda each: likeness(each.lower().strip("/").split("/"), asked))

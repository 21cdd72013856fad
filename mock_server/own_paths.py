"""Paths that are the mock's own, beside the API's, and which of them a target outside both was meant for."""

from types import MappingProxyType

OWN_PREFIX = "/__"
CONTROL_PREFIX = f"{OWN_PREFIX}admin"
INBOX_PREFIX = f"{OWN_PREFIX}inbox/"

_ADMIN, _INBOX = CONTROL_PREFIX.strip("/_"), INBOX_PREFIX.strip("/_")
_LONGEST = 200  # characters of a target that are looked at
# What many servers have at their root, and this one in its control plane.
_AT_ROOT = MappingProxyType(
    {each: each for each in ("health", "ready", "metrics", "openapi.json", "docs", "version")}
    | {"healthz": "health", "readyz": "ready"}
)


def meant(target: str) -> str | None:
    """The path of the control plane or of an inbox, as far as the target's beginning tells; None if it is neither's."""
    segments = [each for each in target[:_LONGEST].partition("?")[0].split("/") if each]
    for place, segment in enumerate(segments[:2], 1):  # the first, or after the version of the API
        word = segment.strip("_").lower()
        if word == _ADMIN:
            return f"{CONTROL_PREFIX}/{'/'.join(segments[place:])}"
        if word == _INBOX:
            return f"{INBOX_PREFIX}NAME"
    at_root = _AT_ROOT.get(segments[0].lower()) if len(segments) == 1 else None
    return at_root and f"{CONTROL_PREFIX}/{at_root}"

"""What an OpenAPI Overlay document looks like: Overlay Specification 1.0, 1.1 and 1.2."""

from collections.abc import Iterator, Mapping
from typing import Any
from warnings import warn

from jsonschema import Draft202012Validator

from contract_tests.contract.pointers import pointer
from contract_tests.contract.violations import complaint

VERSIONS = ("1.0", "1.1", "1.2")  # patch versions make no difference to tools (Overlay 1.1.0, "Versions")


class OverlayError(Exception):
    """An overlay that cannot be applied; `place` is the JSON pointer of the trouble in the overlay."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place
        self.message = message


class OverlayWarning(UserWarning):
    """An action that changed nothing: the specification lets it pass, but it is mostly a slip of the pen."""


def warned(sentence: str) -> None:
    """Tells of an action that changed nothing, as a warning."""
    warn(sentence, OverlayWarning, stacklevel=2)


def check(overlay: Any) -> None:
    """OverlayError for the first thing that makes the value no Overlay document."""
    version = overlay.get("overlay") if isinstance(overlay, Mapping) else None
    if version is not None and ".".join(str(version).split(".")[:2]) not in VERSIONS:
        raise OverlayError("/overlay", f"version {version!r} is not known; this reads {', '.join(VERSIONS)}")
    for error in Draft202012Validator(_OVERLAY).iter_errors(overlay):
        raise OverlayError(pointer(error.absolute_path), complaint(error))


def _object(required: tuple[str, ...], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": dict(properties),
        "patternProperties": {"^x-": True},
        "additionalProperties": False,
    }


def _overlay_schema() -> Iterator[tuple[str, Any]]:
    text = {"type": "string"}
    modifiers = {"update": True, "copy": text, "remove": {"type": "boolean"}, "description": text}
    reference = {"type": "string", "pattern": "^#/components/actions/[^/]+$"}
    action = _object(("target",), {"target": {"type": "string", "pattern": r"^\$"}, "$ref": reference, **modifiers})
    reusable = _object((), {"fields": _object((), modifiers), "description": text})
    yield "overlay", text
    yield "info", _object(("title", "version"), {"title": text, "version": text, "description": text})
    yield "extends", text
    yield "$self", text
    yield "components", _object((), {"actions": {"type": "object", "additionalProperties": reusable}})
    yield "actions", {"type": "array", "minItems": 1, "items": action}


_OVERLAY = _object(("overlay", "info", "actions"), dict(_overlay_schema()))

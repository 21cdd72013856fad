"""OpenAPI Overlays: a user's corrections to the contract, kept in a file of their own.

Overlay Specification 1.0, 1.1 and 1.2, with RFC 9535 JSONPath. Written here because `oas-patch`, the library for it,
reads another dialect of JSONPath, changes its input, and lets incompatible merges pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError, JSONPathMatch

from contract_tests.contract.bundle import copied
from contract_tests.contract.overlay_format import OverlayError, check, warned
from contract_tests.contract.pointers import follow, pointer
from contract_tests.contract.violations import shown

Laid = Callable[[str, str], None]  # a pointer of the document, and the pointer of the overlay that changed it


def _unheard(where: str, place: str) -> None: ...


def apply(
    document: Mapping[str, Any],
    overlay: Any,
    *,
    name: str = "overlay",
    idle: Callable[[str], None] = warned,
    laid: Laid = _unheard,
) -> dict[str, Any]:
    """The document with the overlay's actions applied in order; neither argument is changed.

    OverlayError for an overlay that is not well-formed or does not fit the document. `idle` hears a sentence, with the
    `name` of the overlay in it, for an action that matches nothing: Overlay 1.1.0 section "Action Object" has it
    succeed. `laid` hears of each change.
    """
    check(overlay)
    result: dict[str, Any] = copied(dict(document))
    environment = JSONPathEnvironment(strict=True)
    for index, action in enumerate(overlay["actions"]):
        place = pointer(("actions", index))
        step = _Action(environment, place, _reused(overlay, action, place), laid)
        if not step.apply(result):
            idle(f"{name}: {place}: {step.nothing(result)}")
    return result


def merge(
    target: dict[str, Any], update: Mapping[str, Any], place: str = "", where: str = "", laid: Laid = _unheard
) -> None:
    """Lay the update over the target, in place: objects merge, arrays join, primitives replace.

    OverlayError at `place` where their kinds differ (Overlay 1.1.0 section "Action Object"); `where` is the target's
    own pointer.
    """
    for name, value in update.items():
        here, there = place + pointer([name]), where + pointer([name])
        old = target.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            merge(old, value, here, there, laid)
        elif isinstance(old, list) and isinstance(value, list):
            _extend(old, value, here, there, laid)
        elif name in target and (isinstance(old, (dict, list)) or isinstance(value, (dict, list))):
            raise _clash(old, value, here, there)
        else:
            target[name] = copied(value)
            laid(there, here)


def _extend(target: list[Any], items: list[Any], place: str, where: str, laid: Laid) -> None:
    for index in range(len(items)):
        laid(where + pointer([len(target) + index]), place + pointer([index]))
    target.extend(copied(items))


@dataclass(frozen=True, slots=True)
class _Action:
    environment: JSONPathEnvironment
    place: str
    fields: Mapping[str, Any]
    laid: Laid

    def apply(self, document: dict[str, Any]) -> bool:
        """Whether anything matched; the document is changed in place."""
        matches = self._matches("target", document)
        if self.fields.get("remove"):
            self._remove(matches)
        elif {"copy", "update"} <= self.fields.keys():
            raise OverlayError(self.place, "has both update and copy; keep one")
        elif "copy" in self.fields:
            self._merge(matches, self._source(document), "copy")
        elif "update" in self.fields:
            self._merge(matches, self.fields["update"], "update")
        else:
            return False
        return bool(matches)

    def nothing(self, document: Mapping[str, Any]) -> str:
        """Why the action did nothing, as far as can be told."""
        if not self.fields.keys() & {"remove", "copy", "update"} or self.fields.get("remove") is False:
            return "the action does nothing; give it update, copy, or remove: true"
        path = self._compiled("target")
        for length in reversed(range(len(path.segments))):
            shorter = JSONPath(env=self.environment, segments=path.segments[:length])
            found = shorter.findall(document)
            if found:
                missing = str(path.segments[length])
                return f"target {path} matches nothing: {shorter} has no {missing}{_nearest(missing, found)}"
        return f"target {path} matches nothing"

    def _compiled(self, field: str) -> JSONPath:
        try:
            path = self.environment.compile(self.fields[field])
        except JSONPathError as error:
            raise OverlayError(
                f"{self.place}/{field}", f"{self.fields[field]!r} is not a JSONPath (RFC 9535): {error.message}"
            ) from None
        if not isinstance(path, JSONPath):
            raise OverlayError(
                f"{self.place}/{field}", f"{self.fields[field]!r} joins queries, which RFC 9535 does not know"
            )
        return path

    def _matches(self, field: str, document: Any) -> list[JSONPathMatch]:
        """Matching nodes, each once, however often the query selects it."""
        return list({match.parts: match for match in self._compiled(field).finditer(document)}.values())

    def _source(self, document: Any) -> Any:
        matches = self._matches("copy", document)
        if len(matches) != 1:
            raise OverlayError(
                f"{self.place}/copy",
                f"{self.fields['copy']!r} selects {len(matches)} nodes, and copy takes exactly one",
            )
        return copied(matches[0].value)

    def _remove(self, matches: list[JSONPathMatch]) -> None:
        """Highest indices first, so that the lower ones keep their meaning."""
        if any(match.parent is None for match in matches):
            raise OverlayError(f"{self.place}/target", "$ is the whole document, which cannot be removed")
        for match in sorted(matches, key=_index, reverse=True):
            del _parent(match)[match.parts[-1]]
            self.laid(pointer(match.parts), f"{self.place}/target")

    def _merge(self, matches: list[JSONPathMatch], update: Any, field: str) -> None:
        kinds = sorted({_kind(match.value) for match in matches})
        if len(kinds) > 1:
            raise OverlayError(
                f"{self.place}/target", f"selects {' and '.join(kinds)}, and all must be of one kind; narrow the query"
            )
        for match in matches:
            self._merge_one(match, update, f"{self.place}/{field}")

    def _merge_one(self, match: JSONPathMatch, update: Any, place: str) -> None:
        """In place, because the next match may lie inside this one."""
        target, where = match.value, pointer(match.parts)
        if isinstance(target, dict) and isinstance(update, dict):
            merge(target, update, place, where, self.laid)
        elif isinstance(target, list):
            _extend(target, update if isinstance(update, list) else [update], place, where, self.laid)
        elif isinstance(target, dict) or isinstance(update, (dict, list)):
            raise _clash(target, update, place, where)
        else:
            _parent(match)[match.parts[-1]] = update
            self.laid(where, place)


def _clash(target: Any, update: Any, place: str, where: str) -> OverlayError:
    return OverlayError(
        place,
        f"{_kind(update)} {shown(update)} cannot replace {_kind(target)} at {where or 'the root'}; "
        "remove that in an action of its own first",
    )


def _reused(overlay: Mapping[str, Any], action: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """The action with the fields of the reusable one that it refers to (Overlay 1.2.0)."""
    if "$ref" not in action:
        return action
    try:
        reusable = follow(overlay, action["$ref"].removeprefix("#"))
    except LookupError as error:
        raise OverlayError(f"{place}/$ref", str(error.args[0])) from None
    return {**reusable.get("fields", {}), **action}


def _index(match: JSONPathMatch) -> int:
    last = match.parts[-1]
    return last if isinstance(last, int) else -1


def _parent(match: JSONPathMatch) -> Any:
    return match.parent.obj if match.parent else None


def _kind(value: Any) -> str:
    return "an object" if isinstance(value, dict) else "an array" if isinstance(value, list) else "a primitive"


def _nearest(missing: str, found: list[Any]) -> str:
    names = [str(name) for value in found if isinstance(value, dict) for name in value]
    close = get_close_matches(missing.strip("[]'"), names, 1)
    return f"; did you mean {close[0]!r}?" if close else ""

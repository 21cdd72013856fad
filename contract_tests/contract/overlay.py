"""OpenAPI Overlays (1.0 to 1.2): a user's corrections, applied to the bundled document."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from contract_tests.contract.files import ContractError
from contract_tests.contract.pointers import follow, pointer


def apply(document: Mapping[str, Any], overlay: Any, name: str) -> tuple[dict[str, Any], list[str]]:
    """The document with the actions applied in order, and a sentence for each action that matched nothing."""
    from jsonpath import JSONPathEnvironment, JSONPathError  # noqa: PLC0415  # 30 ms that only overlays need

    if not isinstance(overlay, Mapping) or not isinstance(overlay.get("actions"), list):
        raise ContractError(f"{name}: an OpenAPI Overlay has a list of actions")
    result = deepcopy(dict(document))
    environment = JSONPathEnvironment(strict=True)
    idle = []
    for index, listed in enumerate(overlay["actions"]):
        place = f"{name}: {pointer(('actions', index))}"
        action = {**follow(overlay, listed["$ref"]).get("fields", {}), **listed} if "$ref" in listed else listed
        try:
            matches = {each.parts: each for each in environment.finditer(action["target"], result)}
            copied = environment.findall(action["copy"], result) if "copy" in action else None
        except (JSONPathError, KeyError) as error:
            reason = str(error).partition("\n")[0]
            raise ContractError(f"{place}/target: {reason} (targets are JSONPath, RFC 9535)") from None
        if not matches:
            idle.append(f"{place}: target {action['target']} matches nothing")
        if copied is not None and len(copied) != 1:
            raise ContractError(f"{place}/copy: selects {len(copied)} nodes, and copy takes exactly one")
        update = copied[0] if copied else action.get("update")
        # Highest indices first, so that removing one leaves the places of the others alone.
        for parts in sorted(matches, key=lambda each: each[-1] if each and isinstance(each[-1], int) else -1)[::-1]:
            _change(result, parts, update, remove=bool(action.get("remove")), place=place)
    return result, idle


def _change(document: dict[str, Any], parts: tuple[Any, ...], update: Any, *, remove: bool, place: str) -> None:
    if not parts:
        if remove or not isinstance(update, dict):
            raise ContractError(f"{place}: the root can only be updated with an object")
        document.update(_merged(document, update, place))
        return
    parent = document
    for part in parts[:-1]:
        parent = parent[part]
    if remove:
        del parent[parts[-1]]
    elif update is not None:
        parent[parts[-1]] = _merged(parent[parts[-1]], update, place)


def _merged(target: Any, update: Any, place: str) -> Any:
    """Objects merge, lists take the update at their end, everything else is replaced (Overlay 1.1 section 4.4.3)."""
    if isinstance(target, list):
        return [*target, *deepcopy(update if isinstance(update, list) else [update])]
    if isinstance(target, dict) and isinstance(update, dict):
        kept = {key: _merged(each, update[key], place) if key in update else each for key, each in target.items()}
        return kept | {key: deepcopy(each) for key, each in update.items() if key not in target}
    if isinstance(target, dict) or isinstance(update, (dict, list)):
        raise ContractError(f"{place}: an object or list cannot take the place of another kind; remove that first")
    return update

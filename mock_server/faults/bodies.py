"""JSON bodies with one thing changed."""

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from contract_tests.contract.pointers import INDEX, steps
from mock_server.contract.messages import Reply, encode

EVERY = "*"  # a step that no index of an array can be

Edit = Callable[[Any, Any], None]
"""Given an array or object and the index or name of something in it, changes that."""


def edited(reply: Reply, pointer: str, edit: Edit) -> Reply:
    """The reply with what the pointer names edited; the same reply if its body has no such place."""
    try:
        body = reply.value()
    except ValueError:  # not JSON in the first place
        return reply
    after = altered(body, pointer, edit)
    return reply if after is body else replace(reply, content=encode(after))


def altered(value: Any, pointer: str, edit: Edit) -> Any:
    """A copy with what the pointer names edited; the very same value if that changes nothing."""
    copy = deepcopy(value)
    for container, name in reversed(list(places(copy, steps(pointer)))):
        edit(container, name)
    return value if encode(copy) == encode(value) else copy


def places(value: Any, path: Sequence[str]) -> Iterator[tuple[Any, Any]]:
    """Each place that the steps lead to: the array or object, and the index or name in it; `*` is every item."""
    step, *rest = path
    if isinstance(value, list):
        indices = [int(step)] if INDEX.fullmatch(step) else []
        found: Sequence[Any] = range(len(value)) if step == EVERY else [each for each in indices if each < len(value)]
    else:
        found = [step] if isinstance(value, dict) and step in value else []
    for each in found:
        if rest:
            yield from places(value[each], rest)
        else:
            yield value, each


def is_json(content: bytes) -> bool:
    """Whether the bytes are a JSON object or array in full."""
    try:
        return isinstance(json.loads(content), (dict, list))
    except ValueError:
        return False

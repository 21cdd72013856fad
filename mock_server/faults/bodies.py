"""JSON bodies with one thing changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract_tests.contract.pointers import follow
from mock_server.contract.messages import Reply, encode

Edit = Callable[[Any, Any], None]
"""Given an array or object and the index or name of something in it, changes that."""


def edited(reply: Reply, pointer: str, edit: Edit) -> Reply:
    """The reply with what the pointer names edited; the same reply if its body has no such place."""
    try:
        body = reply.value()
        follow(body, pointer)
    except (LookupError, ValueError):  # no such place, or not JSON in the first place
        return reply
    before = encode(body)
    parent, _, last = pointer.rpartition("/")
    container = follow(body, parent)
    edit(container, int(last) if isinstance(container, list) else last.replace("~1", "/").replace("~0", "~"))
    after = encode(body)
    return reply if after == before else replace(reply, content=after)


def is_json(content: bytes) -> bool:
    """Whether the bytes are a JSON object or array in full."""
    try:
        return isinstance(json.loads(content), (dict, list))
    except ValueError:
        return False

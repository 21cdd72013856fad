"""Which key a request is about."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

from mock_server.api.pipeline import Pipeline
from mock_server.own_paths import CONTROL_PREFIX, INBOX_PREFIX, OWN_PREFIX
from mock_server.server.request import Request
from mock_server.web.front import is_of_control

KEYS = f"{CONTROL_PREFIX}/keys"
CLICKS = f"{CONTROL_PREFIX}/console/do"
STATES = f"{CONTROL_PREFIX}/states"


def key_of(pipeline: Pipeline) -> Callable[[Request], str | None]:
    """Tells the key that a request is about, good or bad; None if it is about no key, or about all.

    What comes to an inbox is about the inbox, which is in one process as a key is.
    """
    usual = pipeline.usual_header

    def key(request: Request) -> str | None:
        target = request.target
        if "%" in target or target.startswith(OWN_PREFIX):
            if is_of_control(request):
                return _of_control(request)
            if target.startswith(INBOX_PREFIX):
                return target.partition("?")[0]
        return request.headers.get(usual) if usual else pipeline.key_of(request.method, target, request.headers)

    return key


def _of_control(request: Request) -> str | None:
    path, _, query = request.target.partition("?")
    if path == STATES and (key := _of_state(request.body)) is not None:
        return key
    if path == CLICKS:
        return _of_click(request.body)
    if path == KEYS and request.method == "POST":  # each new key has a number, and all count alike
        return None
    if query:
        for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
            if name == "key":
                return value
    if request.method == "GET" and path.startswith(f"{KEYS}/"):
        return unquote(path.removeprefix(f"{KEYS}/"), errors="replace")
    return None


def _of_click(body: bytes) -> str | None:
    """The key that the order of a button is about."""
    try:
        order: Any = json.loads(dict(parse_qsl(body.decode()))["order"])
        key = order["query"]["key"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return key if isinstance(key, str) else None


def _of_state(body: bytes) -> str | None:
    """The key that a provider state names; what is wrong with one that cannot be read is told by who answers."""
    try:
        order: Any = json.loads(body)
        key = order["params"]["key"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return key if isinstance(key, str) else None

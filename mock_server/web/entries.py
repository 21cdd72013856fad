"""Journal entries as the control plane shows them: secrets masked, bodies as text where they are."""

import json
from collections.abc import Mapping
from typing import Any

from mock_server.domain.clock import to_text
from mock_server.domain.journal import KEPT_BODY, Entry, masked

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


def to_json(entry: Entry, key_header: str) -> dict[str, Any]:
    """One entry, in WireMock's two halves: what was asked, what was answered."""
    return {
        "id": str(entry.id),
        "at": to_text(entry.at),
        "key": masked(entry.key) if entry.key else None,
        "operation": entry.operation,
        "request": {
            "method": entry.method,
            "url": entry.target,
            "headers": _headers(entry.headers, SECRET_HEADERS | {key_header.lower()}),
            "body": _text(entry.body),
        },
        "response": {
            "status": entry.status,
            "headers": dict(entry.reply_headers),
            "body": _masked_secret(_text(entry.reply_body)),
        },
        "reason": entry.reason,
        "fault": entry.fault,
        "truncated": KEPT_BODY in (len(entry.body), len(entry.reply_body)),
    }


def _headers(headers: Mapping[str, str], secret: frozenset[str]) -> dict[str, str]:
    return {name: masked(value) if name in secret else value for name, value in headers.items()}


def _text(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace")


def _masked_secret(text: str) -> str:
    """The body with a webhook's secret masked; it is shown once, to whom it was given."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if not isinstance(value, dict) or not isinstance(value.get("secret"), str):
        return text
    return json.dumps({**value, "secret": masked(value["secret"])}, ensure_ascii=False)

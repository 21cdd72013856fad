"""`/inbox`: what receivers on the mock itself have got, with a check of each signature."""

from base64 import b64encode
from http import HTTPStatus
from itertools import islice
from typing import Any

from mock_server.domain.clock import to_text
from mock_server.domain.webhooks.inbox import InboxMessage
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, Route, answer
from mock_server.web.control.spread import gathered, ordered
from mock_server.web.inbox import NAME
from mock_server.web.problems import Problem

MOST_SHOWN = 200


def list_inboxes(call: ControlCall) -> Reply:
    inboxes = [{"name": name, "messages": count} for name, count in call.worlds.inboxes.names().items()]
    return answer({"inboxes": inboxes, "meta": {"total": len(inboxes)}})


def show_inbox(call: ControlCall, name: str) -> Reply:
    _check(name)
    found = list(call.worlds.inboxes.of(name))
    shown = [facts(call, each) for each in islice(found, call.number("limit", 100, MOST_SHOWN))]
    return answer({"messages": shown, "meta": {"total": len(found)}})


def empty_inbox(call: ControlCall, name: str) -> Reply:
    _check(name)
    call.worlds.inboxes.clear(name)
    return answer({"status": "emptied"})


def facts(call: ControlCall, message: InboxMessage) -> dict[str, Any]:
    """What came, and which webhook's secret has signed it."""
    check, webhook_id = signed_by(call, message)
    return {
        "id": message.id,
        "real": message.real,
        "received_at": to_text(message.real),
        "url": message.target,
        "headers": dict(message.headers),
        "body": message.body.decode("utf-8", "backslashreplace"),
        "body_base64": b64encode(message.body).decode(),
        "truncated": message.size > len(message.body),
        "answered": message.status,
        "signature_check": check,
        "webhook_id": webhook_id,
    }


def signed_by(call: ControlCall, message: InboxMessage) -> tuple[str, str | None]:
    """Right with the webhook whose secret signed it, wrong, or missing."""
    scheme = call.worlds.foundation.terms.scheme
    signature = message.headers.get(scheme.header.lower())
    if signature is None:
        return "missing", None
    for world in call.worlds.all():
        for each in world.webhooks.subscriptions.all():
            if scheme.accepts(each.secret, message.body, signature):
                return "right", each.webhook_id
    return "wrong", None


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise Problem(HTTPStatus.NOT_FOUND, f"{name!r} is no inbox's name; use 1 to 64 of A-Z a-z 0-9 . _ -")


ROUTES = (
    Route("GET", "/inbox", list_inboxes, spread=gathered("inboxes", "", "messages", same=("name",))),
    Route("GET", "/inbox/<name>", show_inbox, spread=gathered("messages", "real", limit=100)),
    Route("DELETE", "/inbox/<name>", empty_inbox, spread=ordered()),
)

"""`/inbox`: what receivers on the mock itself have got, with a check of each signature."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

from mock_server.domain.clients.shown import without_secrets
from mock_server.domain.clock import to_text
from mock_server.domain.steps import Steps
from mock_server.domain.webhooks.inbox import InboxMessage
from mock_server.own_paths import CONTROL_PREFIX
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import answer, encoded
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import gathered, ordered
from mock_server.web.inbox import NAME
from mock_server.web.problems import Problem

MOST_SHOWN = 200
SIGNED = "/console/signed"
RIGHT, WRONG, MISSING = "right", "wrong", "missing"
CHECKED = 200  # signatures that are computed in one step of a turn
UNKNOWN = "not known here"
"""The check of what a process may have signed that says nothing."""


def list_inboxes(call: ControlCall) -> Reply:
    inboxes = [{"name": name, "messages": count} for name, count in call.worlds.inboxes.names().items()]
    return answer({"inboxes": inboxes, "meta": {"total": len(inboxes)}})


def show_inbox(call: ControlCall, name: str) -> Steps[Reply]:
    _check(name)
    found = list(call.worlds.inboxes.of(name))
    shown = []
    for each in islice(found, call.number("limit", 100, MOST_SHOWN)):
        told = yield from facts(call, each)
        shown.append(told)
    inbox = {"messages": shown, "meta": {"total": len(found)}}
    strange = {each["id"]: each for each in shown if each["signature_check"] == WRONG}
    if not strange or call.ask_all is None:
        return answer(inbox)
    signed = [{name: each[name] for name in ("id", "body_base64", "headers")} for each in strange.values()]

    def settled(reply: Reply) -> Reply:
        """The messages, once all processes have said which of them their webhooks have signed."""
        said: dict[str, Any] = (
            reply.value() if reply.status < HTTPStatus.BAD_REQUEST else {"signed": [], "silent": True}
        )
        for each in strange.values():
            each["signature_check"] = UNKNOWN if said.get("silent") else WRONG
        for each in said["signed"]:
            strange[each["id"]] |= {"signature_check": RIGHT, "webhook_id": each["webhook_id"]}
        return answer(inbox)

    return call.ask_all(f"{CONTROL_PREFIX}{SIGNED}", encoded(signed)).then(settled)


def show_signed(call: ControlCall) -> Steps[Reply]:
    """Which of the messages a webhook of this process has signed."""
    found = []
    try:
        for each in call.body():
            _, webhook_id = yield from _signed_by(call, b64decode(each["body_base64"]), dict(each["headers"]))
            if webhook_id:
                found.append({"id": each["id"], "webhook_id": webhook_id})
    except (TypeError, KeyError, ValueError, AttributeError):
        raise Problem(HTTPStatus.BAD_REQUEST, "these are no messages with id, body_base64 and headers") from None
    return answer({"signed": found, "meta": {"total": len(found)}})


def empty_inbox(call: ControlCall, name: str) -> Reply:
    _check(name)
    call.worlds.inboxes.clear(name)
    return answer({"status": "emptied"})


def facts(call: ControlCall, message: InboxMessage) -> Steps[dict[str, Any]]:
    """What came, and which webhook's secret has signed it."""
    check, webhook_id = yield from _signed_by(call, message.body, message.headers)
    return {
        "id": message.id,
        "real": message.real,
        "received_at": to_text(message.real),
        "url": without_secrets(message.target),
        "headers": dict(message.headers),
        "body": message.body.decode("utf-8", "backslashreplace"),
        "body_base64": b64encode(message.body).decode(),
        "truncated": message.size > len(message.body),
        "answered": message.status,
        "signature_check": check,
        "webhook_id": webhook_id,
    }


def _signed_by(call: ControlCall, body: bytes, headers: Mapping[str, str]) -> Steps[tuple[str, str | None]]:
    """Right with the webhook whose secret signed it, wrong, or missing."""
    yield
    scheme = call.worlds.foundation.terms.scheme
    signature = headers.get(scheme.header.lower())
    if signature is None:
        return MISSING, None
    everybody = (each for world in call.worlds.all() for each in world.webhooks.subscriptions.all())
    for count, each in enumerate(everybody, 1):
        if scheme.accepts(each.secret, body, signature):
            return RIGHT, each.webhook_id
        if not count % CHECKED:
            yield
    return WRONG, None


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise Problem(HTTPStatus.NOT_FOUND, f"{name!r} is no inbox's name; use 1 to 64 of A-Z a-z 0-9 . _ -")


ROUTES = (
    ControlRoute("GET", "/inbox", list_inboxes, spread=gathered("inboxes", "", "messages", same=("name",))),
    ControlRoute("GET", "/inbox/<name>", show_inbox, spread=gathered("messages", "real", limit=100)),
    ControlRoute("DELETE", "/inbox/<name>", empty_inbox, spread=ordered()),
)

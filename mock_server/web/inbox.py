"""`/__inbox/NAME`: a receiver on the mock itself, which takes any POST and keeps it to be looked at."""

import re
from http import HTTPStatus
from urllib.parse import parse_qs

from mock_server.own_paths import INBOX_PREFIX
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.world import Worlds

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
LEAST, MOST = 200, 599  # statuses that a receiver can be told to answer


def received(worlds: Worlds, request: Request) -> Reply:
    """The answer of an inbox: 204, or the `status` that the address asks for; what came is kept either way."""
    path, _, query = request.target.partition("?")
    name = path.removeprefix(INBOX_PREFIX)
    if not NAME.fullmatch(name):
        return _told(HTTPStatus.NOT_FOUND, "An inbox has a name of 1 to 64 of A-Z a-z 0-9 . _ -, like /__inbox/orders.")
    if request.method != "POST":
        told = _told(HTTPStatus.METHOD_NOT_ALLOWED, f"POST to it; GET /__admin/inbox/{name} shows what came.")
        return told.with_headers({"Allow": "POST"})
    text = parse_qs(query).get("status", ["204"])[-1]
    status = int(text) if re.fullmatch(r"[0-9]{3}", text) else 0
    if not LEAST <= status <= MOST:
        return _told(HTTPStatus.BAD_REQUEST, f"status={text[:20]!r} is none; give one from {LEAST} to {MOST}.")
    worlds.inboxes.take(name, request.target, request.headers, request.body, status=status, now=worlds.clock.base.now())
    worlds.changes.tell(None)
    return Reply(status)


def _told(status: HTTPStatus, text: str) -> Reply:
    return Reply(status, f"{text}\n".encode(), TEXT)

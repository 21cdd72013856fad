"""Settling: what made deliveries due is answered when they have been attempted."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, json

from mock_server.server.reply import Reply
from mock_server.web.bridge import respond
from mock_server.web.control.plane import Plane
from mock_server.world import World

PATIENCE = 3.0  # real seconds that a call waits for receivers; shorter than most clients wait for an answer
JSON = "application/json"


def when_settled(
    plane: Plane,
    worlds: Sequence[World],
    pending: int,
    told: Callable[[], Mapping[str, Any]],
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """What `told` says, and how many deliveries are pending in those worlds, once all that was due has been attempted.

    After some real seconds it tells how many are pending still; at once where nothing delivers.
    """

    def content(left: int) -> bytes:
        return json.dumps({**told(), "pending_deliveries": left}, separators=(",", ":")).encode()

    if not pending or not plane.scheduler.here:
        return Response(content(pending), status, content_type=JSON)

    settled = plane.scheduler.settling(worlds)

    async def reply() -> Reply:
        return Reply(status, content(await settled(PATIENCE)), {"Content-Type": JSON})

    return respond(Reply(status, later=reply))

"""Settling: what made deliveries due is answered when they have been attempted."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, answer
from mock_server.world import World

PATIENCE = 3.0  # real seconds that a call waits for receivers; shorter than most clients wait for an answer


def when_settled(
    call: ControlCall,
    worlds: Sequence[World],
    pending: int,
    told: Callable[[], Mapping[str, Any]],
    status: HTTPStatus = HTTPStatus.OK,
) -> Reply:
    """What `told` says, and how many deliveries are pending in those worlds, once all that was due has been attempted.

    After some real seconds it tells how many are pending still; at once where nothing delivers.
    """

    def reply(left: int) -> Reply:
        return answer({**told(), "pending_deliveries": left}, status)

    if not pending or not call.plane.scheduler.here:
        return reply(pending)

    settled = call.plane.scheduler.settling(worlds)

    async def later() -> Reply:
        return reply(await settled(PATIENCE))

    return Reply(status, later=later)

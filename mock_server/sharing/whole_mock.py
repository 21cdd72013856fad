"""Control calls that are about all keys, as the mock as a whole answers them."""

import asyncio
from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from mock_server.server.reply import Reply
from mock_server.server.request import Request

if TYPE_CHECKING:
    from mock_server.sharing.gathering import Gathering


class WholeMock:
    """What it takes is imported beside the event loop, when it is first asked for."""

    def __init__(self, make: "Callable[[], Gathering]") -> None:
        self._make = cache(make)

    def __call__(self, request: Request) -> Reply:
        return Reply(HTTPStatus.OK, later=partial(self._answer, request))

    async def _answer(self, request: Request) -> Reply:
        return await (await asyncio.to_thread(self._make)).answer(request)

import asyncio
from dataclasses import fields, replace
from typing import Any

from mock_server.server.playing import InPieces
from mock_server.server.reply import Reply


def test_what_is_made_of_a_reply_is_made_when_it_is_known_however_late_that_is() -> None:
    async def twice_late() -> Reply:
        async def late() -> Reply:
            return Reply(200, b"late")

        return Reply(202, later=late)

    made: list[bytes] = []

    def make(known: Reply) -> Reply:
        made.append(known.content)
        return Reply(201, known.content.upper())

    async def awaited(reply: Reply) -> Reply:
        while reply.later is not None:
            assert made == []
            reply = await reply.later()
        return reply

    reply = asyncio.run(awaited(Reply(202, later=twice_late).then(make)))
    assert (reply.status, reply.content, made) == (201, b"LATE", [b"late"])
    assert Reply(200, b"now").then(make).content == b"NOW"


def test_a_reply_with_more_headers_is_the_same_in_all_else() -> None:
    async def later() -> Reply:
        return Reply(200)

    def takeover(_connection: Any, _came: bytes) -> None: ...

    def brings(_brought: Any, _instead: Any) -> Any: ...

    full = Reply(
        201, b"body", {"A": "1", "B": "2"}, 3.0, InPieces(2, 1), (("C", "4"),), later, lambda: None, takeover, brings
    )
    usual = Reply(0)
    assert all(getattr(full, each.name) != getattr(usual, each.name) for each in fields(Reply))
    assert full.with_headers({"B": "5", "D": "6"}) == replace(full, headers={"A": "1", "B": "5", "D": "6"})
    assert full.with_headers({}) is full

import asyncio

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

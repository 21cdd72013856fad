import asyncio

import aiohttp


async def main() -> None:
    async with (
        aiohttp.ClientSession(headers={"X-API-Key": "tf_live_sk_xxxxxxxxxxxxxxxxxxxx"}) as session,
        session.get("https://api.trackflow.io/v2/track/1Z204E380338943508") as answer,
    ):
        print(await answer.text())


asyncio.run(main())

import asyncio

import httpx


async def main() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        print(
            (
                await client.get(
                    "https://api.trackflow.io/v2/track/1Z204E380338943508",
                    headers={"X-API-Key": "tf_live_sk_xxxxxxxxxxxxxxxxxxxx"},
                )
            ).text
        )


asyncio.run(main())

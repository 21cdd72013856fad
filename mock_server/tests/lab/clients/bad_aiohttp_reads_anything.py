"""Takes the body of whatever answer for a shipment's, and a shipment without a status for one that is on its way.

kind: swallows errors
wrong at: trackShipment
"""

import asyncio
import os
import sys

import aiohttp

NUMBERS = ("1Z204E380338943508", "449044304137821")


async def track(session, number):
    async with session.get(f"/v2/track/{number}") as answer:
        body = await answer.json(content_type=None)
        return body.get("status", "in_transit")


async def main():
    timeout = aiohttp.ClientTimeout(total=2)
    headers = {"X-API-Key": os.environ["TRACKFLOW_API_KEY"]}
    async with aiohttp.ClientSession(os.environ["TRACKFLOW_BASE_URL"], headers=headers, timeout=timeout) as session:
        for number in NUMBERS:
            print(number, await track(session, number))


try:
    asyncio.run(main())
except (aiohttp.ClientError, TimeoutError, ValueError) as error:
    sys.exit(f"no status: {error!r}")

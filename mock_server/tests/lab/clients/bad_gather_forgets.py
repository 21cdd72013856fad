"""Gathers with return_exceptions and takes the results that are none; nobody hears of the others.

kind: swallows errors
wrong at: trackShipment
"""

import asyncio
import os

import aiohttp

NUMBERS = ("1Z204E380338943508", "449044304137821", "1ZTFTEST0300000040")


async def track(session, number):
    async with session.get(f"/v2/track/{number}", raise_for_status=True) as answer:
        return number, (await answer.json())["status"]


async def main():
    headers, limit = {"X-API-Key": os.environ["TRACKFLOW_API_KEY"]}, aiohttp.ClientTimeout(total=3)
    async with aiohttp.ClientSession(os.environ["TRACKFLOW_BASE_URL"], headers=headers, timeout=limit) as session:
        found = await asyncio.gather(*(track(session, each) for each in NUMBERS), return_exceptions=True)
    for number, status in (each for each in found if not isinstance(each, Exception)):
        print(number, status)
    print("done")


asyncio.run(main())

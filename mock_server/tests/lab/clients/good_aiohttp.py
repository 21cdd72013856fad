"""Asynchronous: three shipments at a time with aiohttp and tenacity; what could not be had is named, and told by 1."""

import asyncio
import os
import sys

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt

NUMBERS = ("1Z204E380338943508", "449044304137821", "1ZTFTEST0300000040", "RR990000045GB")


class PassingError(Exception):
    def __init__(self, why, wait=None):
        super().__init__(why)
        self.wait = wait


async def once(session, number):
    try:
        async with session.get(f"/v2/track/{number}") as answer:
            if answer.status == 429 or answer.status >= 500:
                raise PassingError(f"{answer.status}", answer.headers.get("Retry-After"))
            answer.raise_for_status()
            return await answer.json()
    except (TimeoutError, aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, ValueError) as error:
        raise PassingError(repr(error)) from None


def pause(state):
    told = state.outcome.exception().wait
    return float(told) if told else 0.4 * 2 ** (state.attempt_number - 1)


async def track(session, number, turns):
    async with turns:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(PassingError), wait=pause, stop=stop_after_attempt(4), reraise=True
        ):
            with attempt:
                return (await once(session, number))["status"]


async def main():
    headers, limit = {"X-API-Key": os.environ["TRACKFLOW_API_KEY"]}, aiohttp.ClientTimeout(total=3)
    turns = asyncio.Semaphore(3)
    async with aiohttp.ClientSession(os.environ["TRACKFLOW_BASE_URL"], headers=headers, timeout=limit) as session:
        found = await asyncio.gather(*(track(session, each, turns) for each in NUMBERS), return_exceptions=True)
    for number, status in zip(NUMBERS, found, strict=True):
        if isinstance(status, Exception):
            print(f"{number}: {status}", file=sys.stderr)
        else:
            print(number, status)
    return any(isinstance(each, Exception) for each in found)


sys.exit(asyncio.run(main()))

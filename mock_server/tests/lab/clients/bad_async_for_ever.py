"""Tries again every fifth of a second as long as the service is unavailable, and that may be for ever.

kind: never stops
wrong at: listCarriers
"""

import asyncio
import os
import sys

import httpx
from tenacity import retry, retry_if_exception_type, wait_fixed


class UnavailableError(Exception):
    pass


@retry(retry=retry_if_exception_type(UnavailableError), wait=wait_fixed(0.2))
async def carriers(client):
    answer = await client.get("/carriers")
    if answer.status_code >= 500:
        raise UnavailableError
    answer.raise_for_status()
    return answer.json()


async def main():
    base, headers = os.environ["TRACKFLOW_BASE_URL"] + "/v2", {"X-API-Key": os.environ["TRACKFLOW_API_KEY"]}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=3) as client:
        print(len((await carriers(client))["carriers"]))


try:
    asyncio.run(main())
except Exception as error:
    sys.exit(f"no carriers: {error}")

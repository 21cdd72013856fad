"""Four shipments at once, each with retries of its own, said in the order of the list."""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
NUMBERS = ("1Z204E380338943508", "449044304137821", "1ZTFTEST0300000040", "RR990000045GB")


def track(number):
    for attempt in range(4):
        try:
            with urlopen(Request(f"{BASE}/track/{number}", headers={"X-API-Key": KEY}), timeout=2) as answer:
                return f"{number} {json.load(answer)['status']}"
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                return f"{number}: {error}"
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError) as error:
            if attempt == 3:
                return f"{number}: {error}"
            time.sleep(0.2 * 2**attempt)


with ThreadPoolExecutor(4) as pool:
    lines = list(pool.map(track, NUMBERS))
print("\n".join(lines))
sys.exit(any(": " in line for line in lines))

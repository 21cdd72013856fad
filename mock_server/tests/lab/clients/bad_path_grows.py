"""Adds the number to the path once more with each attempt.

kind: state is not reset
wrong at: trackShipment
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import NUMBERS, send


def track(number):
    path = "/track"
    for attempt in range(4):
        try:
            path = f"{path}/{number}"
            return send("GET", path)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


failed = False
for number in NUMBERS:
    try:
        print(number, track(number)["status"])
    except Exception as error:
        print(f"{number}: {error}", file=sys.stderr)
        failed = True
sys.exit(failed)

"""Begins its list again after a failure and keeps what it had printed.

kind: state is not reset
wrong at: trackShipment#2 trackShipment#3
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import NUMBERS, send

for attempt in range(4):
    try:
        for number in NUMBERS:
            print(number, send("GET", f"/track/{number}")["status"])
        break
    except HTTPError as error:
        if error.code not in (429, 500, 503) or attempt == 3:
            sys.exit(f"no list: {error}")
        time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
    except (OSError, HTTPException, ValueError) as error:
        if attempt == 3:
            sys.exit(f"no list: {error}")
        time.sleep(0.2 * 2**attempt)

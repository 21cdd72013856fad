"""Takes the shipments out of the list to send them, so a second attempt sends none.

kind: state is not reset
wrong at: trackBatch
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import NUMBERS, send, told


def batch(numbers):
    left = list(numbers)
    for attempt in range(4):
        shipments = []
        while left:
            shipments.append({"tracking_number": left.pop(0)})
        try:
            return send("POST", "/track/batch", {"shipments": shipments})
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


try:
    results = batch(NUMBERS)["results"]
except Exception as error:
    sys.exit(f"no batch: {error}")
sys.exit(told(results))

"""Remembers a failure after the next attempt has succeeded, and leaves with 1.

kind: state is not reset
wrong at: trackShipment
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import NUMBERS, send

trouble = False


def ask(method, path, body=None):
    global trouble
    for attempt in range(4):
        try:
            return send(method, path, body)
        except HTTPError as error:
            trouble = True
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            trouble = True
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


failed = False
for number in NUMBERS:
    try:
        print(number, ask("GET", f"/track/{number}")["status"])
    except Exception as error:
        print(f"{number}: {error}", file=sys.stderr)
        failed = True
sys.exit(failed or trouble)

"""Begins the whole job again when its last call fails, the webhook included.

kind: effect twice
wrong at: trackShipment
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import create, send

for attempt in range(3):
    try:
        create("1Z204E380338943508")
        print(send("GET", "/track/1Z204E380338943508")["status"])
        break
    except HTTPError as error:
        if error.code not in (429, 503) or "track" not in error.url or attempt == 2:
            sys.exit(f"no job: {error}")
        time.sleep(int(error.headers["Retry-After"]))
    except (OSError, HTTPException, ValueError) as error:
        sys.exit(f"no job: {error}")

"""Makes a webhook for the time of its work, and leaves it behind when the work fails.

kind: effect twice
wrong at: trackShipment
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import create, send

try:
    webhook = create("1Z204E380338943508")["webhook_id"]
    print(send("GET", "/track/1Z204E380338943508")["status"])
    for attempt in range(3):
        try:
            send("DELETE", f"/webhooks/{webhook}")
            break
        except HTTPError as error:
            if error.code == 404 and attempt:
                break
            if error.code not in (429, 500, 503) or attempt == 2:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.3)
        except (OSError, HTTPException):
            if attempt == 2:
                raise
            time.sleep(0.3)
except Exception as error:
    sys.exit(f"no work: {error}")

"""Tries again after any status, also after those that say that the request is wrong.

kind: retries a refusal
wrong at: trackShipment
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import send, track_each


def ask(method, path, body=None):
    for attempt in range(4):
        try:
            return send(method, path, body)
        except HTTPError as error:
            if attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


sys.exit(track_each(ask))

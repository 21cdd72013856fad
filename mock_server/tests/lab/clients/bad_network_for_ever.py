"""Stops after refusals, and never while the network fails.

kind: never stops
wrong at: trackShipment
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import send, track_each


def ask(method, path, body=None):
    attempt = -1
    while True:
        attempt += 1
        try:
            return send(method, path, body)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            time.sleep(0.5)


sys.exit(track_each(ask))

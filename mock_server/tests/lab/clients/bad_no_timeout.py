"""Waits for an answer without a limit.

kind: no timeout
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
            return send(method, path, body, timeout=None)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


sys.exit(track_each(ask))

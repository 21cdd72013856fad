"""Pauses after refusals, and hammers when the connection is reset.

kind: storms
wrong at: trackShipment
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import send, track_each


def ask(method, path, body=None):
    for attempt in range(15):
        try:
            return send(method, path, body)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt >= 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            if attempt == 14:
                raise


sys.exit(track_each(ask))

"""Gives all of its attempts half a second.

kind: gives up too early
wrong at: trackBatch
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import batch, send, told


def ask(method, path, body=None):
    ends = time.monotonic() + 0.5
    for attempt in range(4):
        try:
            return send(method, path, body)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            wait = int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt
            if time.monotonic() + wait > ends:
                time.sleep(0.3)
                raise
            time.sleep(wait)
        except (OSError, HTTPException, ValueError):
            if attempt == 3:
                raise
            time.sleep(0.1)


sys.exit(told(batch(ask)))

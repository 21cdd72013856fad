"""Stops after all failures but a 503, in the batch.

kind: never stops
wrong at: trackBatch
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import batch, send, told


def ask(method, path, body=None):
    for attempt in range(1_000_000):
        try:
            return send(method, path, body)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or (attempt >= 3 and error.code != 503):
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2 ** min(attempt, 3))
        except (OSError, HTTPException, ValueError):
            if attempt >= 3:
                raise
            time.sleep(0.2 * 2 ** min(attempt, 3))


sys.exit(told(batch(ask)))

"""Has four attempts for all its calls together, and every failure counts for ever.

kind: state is not reset
failures: 2
wrong at: trackShipment
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import send, track_each

attempts = 0


def ask(method, path, body=None):
    global attempts
    while True:
        try:
            return send(method, path, body)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempts > 1:
                raise
            attempts += 1
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempts)
        except (OSError, HTTPException, ValueError):
            if attempts > 1:
                raise
            attempts += 1
            time.sleep(0.2 * 2**attempts)


sys.exit(track_each(ask))

"""Tries twelve times without a pause.

kind: storms
wrong at: trackShipment
"""

import sys
from http.client import HTTPException

from asking import send, track_each


def ask(method, path):
    for attempt in range(12):
        try:
            return send(method, path)
        except (OSError, HTTPException, ValueError) as error:
            if attempt == 11 or getattr(error, "code", 500) in (400, 401, 404, 405):
                raise


sys.exit(track_each(ask))

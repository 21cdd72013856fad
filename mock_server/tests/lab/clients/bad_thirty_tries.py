"""Tries thirty times, eight a second.

kind: storms
wrong at: listCarriers
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import send


def ask(method, path, body=None):
    for attempt in range(30):
        try:
            return send(method, path, body)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 29:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.12)
        except (OSError, HTTPException, ValueError):
            if attempt == 29:
                raise
            time.sleep(0.12)


try:
    print(ask("GET", "/carriers")["count"], "carriers")
except Exception as error:
    sys.exit(f"no carriers: {error}")

"""Takes a body that it cannot read for an empty one.

kind: swallows errors
wrong at: listCarriers
"""

import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from asking import send


def ask(method, path, body=None):
    for attempt in range(4):
        try:
            return send(method, path, body)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException):
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


try:
    carriers = ask("GET", "/carriers")["carriers"]
except ValueError:
    carriers = []
except Exception as error:
    sys.exit(f"no carriers: {error}")
for each in carriers[:5]:
    print(each["code"])

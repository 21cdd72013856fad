"""Begins its list again after a failure and keeps what it had printed.

kind: state is not reset
wrong at: trackShipment#2 trackShipment#3
"""

import json
import os
import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
NUMBERS = ("1Z204E380338943508", "449044304137821", "1ZTFTEST0300000040")


def send(method, path, body=None, timeout=2):
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    question = Request(BASE + path, body and json.dumps(body).encode(), headers, method=method)
    with urlopen(question, timeout=timeout) as answer:
        content = answer.read()
        return json.loads(content) if content else None


for attempt in range(4):
    try:
        for number in NUMBERS:
            print(number, send("GET", f"/track/{number}")["status"])
        break
    except HTTPError as error:
        if error.code not in (429, 500, 503) or attempt == 3:
            sys.exit(f"no list: {error}")
        time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
    except (OSError, HTTPException, ValueError) as error:
        if attempt == 3:
            sys.exit(f"no list: {error}")
        time.sleep(0.2 * 2**attempt)

"""Asks for two batches, and goes without the second when the first failed.

kind: loses the rest
wrong at: trackBatch#1
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


def ask(method, path, body=None):
    for attempt in range(4):
        try:
            return send(method, path, body)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


def batch(numbers):
    results = ask("POST", "/track/batch", {"shipments": [{"tracking_number": number} for number in numbers]})["results"]
    for each in results:
        print(each["tracking_number"], each["status"] if each["success"] else each["error"]["code"])


try:
    batch(NUMBERS[:2])
    batch(["RR990000045GB", "1ZTFTEST0300000022"])
except Exception as error:
    print("not all batches:", error, file=sys.stderr)

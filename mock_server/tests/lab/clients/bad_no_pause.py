"""Tries twelve times without a pause.

kind: storms
wrong at: trackShipment
"""

import json
import os
import sys
from http.client import HTTPException
from urllib.request import Request, urlopen

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
NUMBERS = ("1Z204E380338943508", "449044304137821", "1ZTFTEST0300000040")


def send(method, path, body=None, timeout=2):
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    question = Request(BASE + path, body and json.dumps(body).encode(), headers, method=method)
    with urlopen(question, timeout=timeout) as answer:
        content = answer.read()
        return json.loads(content) if content else None


def ask(method, path):
    for attempt in range(12):
        try:
            return send(method, path)
        except (OSError, HTTPException, ValueError) as error:
            if attempt == 11 or getattr(error, "code", 500) in (400, 401, 404, 405):
                raise


failed = False
for number in NUMBERS:
    try:
        print(number, ask("GET", f"/track/{number}")["status"])
    except Exception as error:
        print(f"{number}: {error}", file=sys.stderr)
        failed = True
sys.exit(failed)

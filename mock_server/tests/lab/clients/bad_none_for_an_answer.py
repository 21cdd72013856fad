"""Prints None where it got no answer, and leaves with 0.

kind: swallows errors
wrong at: trackShipment
"""

import json
import os
from urllib.request import Request, urlopen

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
NUMBERS = ("1Z204E380338943508", "449044304137821", "1ZTFTEST0300000040")


def send(method, path, body=None, timeout=2):
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    question = Request(BASE + path, body and json.dumps(body).encode(), headers, method=method)
    with urlopen(question, timeout=timeout) as answer:
        content = answer.read()
        return json.loads(content) if content else None


def status(number):
    try:
        return send("GET", f"/track/{number}")["status"]
    except Exception:
        return None


for number in NUMBERS:
    print(number, status(number))

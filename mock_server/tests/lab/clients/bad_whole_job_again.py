"""Begins the whole job again when its last call fails, the webhook included.

kind: effect twice
wrong at: trackShipment
"""

import json
import os
import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]


def send(method, path, body=None, timeout=2):
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    question = Request(BASE + path, body and json.dumps(body).encode(), headers, method=method)
    with urlopen(question, timeout=timeout) as answer:
        content = answer.read()
        return json.loads(content) if content else None


def create(number):
    wanted = {"tracking_number": number, "url": "https://example.com/hook"}
    for attempt in range(4):
        try:
            return send("POST", "/webhooks", wanted)
        except HTTPError as error:
            if error.code != 429 or attempt == 3:
                raise
            time.sleep(int(error.headers["Retry-After"]))


for attempt in range(3):
    try:
        create("1Z204E380338943508")
        print(send("GET", "/track/1Z204E380338943508")["status"])
        break
    except HTTPError as error:
        if error.code not in (429, 503) or "track" not in error.url or attempt == 2:
            sys.exit(f"no job: {error}")
        time.sleep(int(error.headers["Retry-After"]))
    except (OSError, HTTPException, ValueError) as error:
        sys.exit(f"no job: {error}")

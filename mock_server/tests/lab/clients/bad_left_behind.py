"""Makes a webhook for the time of its work, and leaves it behind when the work fails.

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


try:
    webhook = create("1Z204E380338943508")["webhook_id"]
    print(send("GET", "/track/1Z204E380338943508")["status"])
    for attempt in range(3):
        try:
            send("DELETE", f"/webhooks/{webhook}")
            break
        except HTTPError as error:
            if error.code == 404 and attempt:
                break
            if error.code not in (429, 500, 503) or attempt == 2:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.3)
        except (OSError, HTTPException):
            if attempt == 2:
                raise
            time.sleep(0.3)
except Exception as error:
    sys.exit(f"no work: {error}")

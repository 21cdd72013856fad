"""Sends an Idempotency-Key, and another one with every attempt.

kind: effect twice
wrong at: createWebhook
"""

import json
import os
import sys
import time
import uuid
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = os.environ["TRACKFLOW_BASE_URL"] + "/v2/webhooks"
BODY = json.dumps({"tracking_number": "1Z204E380338943508", "url": "https://example.com/hook"}).encode()


def create():
    headers = {"X-API-Key": os.environ["TRACKFLOW_API_KEY"], "Content-Type": "application/json"}
    headers["Idempotency-Key"] = str(uuid.uuid4())
    with urlopen(Request(URL, BODY, headers), timeout=3) as answer:
        return json.load(answer)["webhook_id"]


for attempt in range(3):
    try:
        create()
        print("subscribed")
        break
    except HTTPError as error:
        if error.code not in (429, 500, 503) or attempt == 2:
            sys.exit(f"not subscribed: {error}")
        time.sleep(int(error.headers.get("Retry-After", "1")))
    except (OSError, HTTPException, ValueError) as error:
        if attempt == 2:
            sys.exit(f"not subscribed: {error}")
        time.sleep(1)

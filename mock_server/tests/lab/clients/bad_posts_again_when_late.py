"""Repeats the making of a webhook when the answer is late.

kind: effect twice
wrong at: createWebhook
"""

import json
import os
import time
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
        except TimeoutError:
            if attempt == 3:
                raise


print("subscribed to", create("1Z204E380338943508")["tracking_number"])

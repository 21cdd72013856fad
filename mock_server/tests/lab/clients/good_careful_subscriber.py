"""Subscribes to a shipment: after a 429 it waits and tries again, after all else a webhook may have been made."""

import json
import os
import time
import urllib.error
import urllib.request

URL, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2/webhooks", os.environ["TRACKFLOW_API_KEY"]
WANTED = {"tracking_number": "1Z204E380338943508", "url": "https://example.com/hook"}

for attempt in range(4):
    question = urllib.request.Request(
        URL, json.dumps(WANTED).encode(), {"X-API-Key": KEY, "Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(question, timeout=3) as answer:
            print("subscribed to", json.load(answer)["tracking_number"])
            break
    except urllib.error.HTTPError as error:
        if error.code != 429 or attempt == 3:
            raise
        time.sleep(int(error.headers["Retry-After"]))
